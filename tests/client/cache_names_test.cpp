// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/cache_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosting/client/cache_layout.h"
#include "hosting/client/hub_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CachedFile cached(const std::string& hub_path, const std::string& content,
                  const std::string& model = "", std::int64_t opset = 0) {
    CachedFile file;
    file.path = hub_path;
    file.hub_path = hub_path;
    file.sha = sha256_of(content);
    file.model = model;
    file.opset = opset;
    return file;
}

std::vector<std::string> paths_named(const std::vector<CachedFile>& files,
                                     const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const CachedFile& file : files_named(files, names)) paths.push_back(file.hub_path);
    return paths;
}

TEST(CacheNames, CopiesOfManifestsNameFilesOfOtherClients) {
    const TemporaryFolder state;
    const std::string model = to_hex(sha256_of("model"));
    const std::string archive = to_hex(sha256_of("archive"));
    const std::string weights = to_hex(sha256_of("weights"));
    write_file(state.path() / "manifests/a.json",
               R"([{"model": "Net", "model_path": "a/net.onnx", "onnx_version": "1.9",
                    "opset_version": 12, "metadata": {"model_sha": ")" +
                   model +
                   R"(", "model_with_data_path": "a/net.tar.gz", "model_with_data_sha": ")" +
                   archive + R"(", "external_data": [{"path": "a/w.bin", "sha": ")" + weights +
                   R"(", "bytes": 7}]}}])");
    write_file(state.path() / "manifests/broken.json", "[{");
    std::vector<CachedFile> files{cached("a/net.onnx", "model"), cached("a/net.tar.gz", "archive"),
                                  cached("a/other.onnx", "other"),
                                  cached("a/own.onnx", "model", "Own", 7)};
    files.push_back(cached("a/net.onnx", ""));
    files.back().sha =
        digest_of_set({{sha256_of("model"), "net.onnx"}, {sha256_of("weights"), "w.bin"}});
    name_cached_files(files, state.path());
    std::vector<std::string> names;
    for (const CachedFile& file : files) {
        names.push_back(file.model + "@" + std::to_string(file.opset));
    }
    EXPECT_THAT(names, ElementsAre("Net@12", "Net@12", "@0", "Own@7", "Net@12"));
    name_cached_files(files, std::nullopt);
}

TEST(CacheNames, ANameFindsAllItsFiles) {
    const std::vector<CachedFile> files{
        cached("a/net-12.onnx", "1", "Net", 12), cached("a/net-12.tar.gz", "2", "Net", 12),
        cached("a/net-8.onnx", "3", "Net", 8), cached("b/mnist-12.onnx", "4"),
        cached("b/x.onnx", "5", "a/net-8.onnx", 3)};
    EXPECT_THAT(paths_named(files, {"NET"}),
                ElementsAre("a/net-12.onnx", "a/net-12.tar.gz", "a/net-8.onnx"));
    EXPECT_THAT(paths_named(files, {"net@12", "Net@12"}),
                ElementsAre("a/net-12.onnx", "a/net-12.tar.gz"));
    EXPECT_THAT(paths_named(files, {"mnist-12"}), ElementsAre("b/mnist-12.onnx"));
    EXPECT_THAT(paths_named(files, {"b/mnist-12.onnx"}), ElementsAre("b/mnist-12.onnx"));
    for (const char* name : {"Net@13", "Net@", "@12", "", "net-12", "12", "../a/net-8.onnx"}) {
        EXPECT_THROW(files_named(files, {name}), HubError) << name;
    }
    try {
        files_named(files, {"mnist-21"});
        FAIL();
    } catch (const HubError& error) {
        EXPECT_THAT(error.what(), HasSubstr("did you mean mnist-12?"));
    }
}

}  // namespace
}  // namespace onnxhub::test
