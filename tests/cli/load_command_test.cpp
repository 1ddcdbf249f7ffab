// SPDX-License-Identifier: Apache-2.0
// `onnxhub load`, from folders and over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "manifest/digest.h"
#include "tests/support/http_server.h"
#include "tests/support/hub_files.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The healthy hub behind GitHub's and Hugging Face's addresses, and at a plain one.
class LoadCommand : public testing::Test {
protected:
    LoadCommand() : server([this](const ReceivedRequest& request) { return answer(request); }) {
        for (const std::string& object : hub.objects) objects[to_hex(sha256_of(object))] = object;
        for (const ManifestEntry& present : hub.document().entries) {
            const Entry& entry = *present.entry;
            add(entry.model_path, entry.content);
            if (entry.archive_path) add(*entry.archive_path, entry.archive);
            for (const ExternalDataFile& file : entry.external_data) {
                add(file.path, {file.sha, file.size_bytes});
            }
        }
    }

    void add(const std::string& path, const StatedContent& content) {
        const std::string& bytes = objects.at(to_hex(*content.sha));
        pages["/plain/" + path] = bytes;
        const std::string file = fs::path(path).filename();
        pages["/hf/onnxmodelzoo/" + fs::path(path).stem().string() + "/resolve/main/" + file] =
            bytes;
    }

    Answer answer(const ReceivedRequest& request) {
        if (request.path.ends_with(std::string("/") + manifest_path)) return {200, hub.manifest()};
        const auto found = pages.find(request.path);
        if (found == pages.end()) return {404, "no"};
        return {200, found->second};
    }

    ProgramResult load(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "load");
        arguments.insert(arguments.end(), {"--cache", (folder.path() / "cache").string()});
        std::vector<std::string> command{"env",
                                         "ONNXHUB_GITHUB_RAW_URL=" + server.url("/raw"),
                                         "ONNXHUB_GITHUB_MEDIA_URL=" + server.url("/media"),
                                         "HF_ENDPOINT=" + server.url("/hf"),
                                         "no_proxy=127.0.0.1",
                                         onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    HubFiles hub = healthy_hub();
    std::map<std::string, std::string> objects;
    std::map<std::string, std::string> pages;
    TemporaryFolder folder;
    HttpServer server;
};

TEST_F(LoadCommand, TheOfficialHubFallsThroughToHuggingFace) {
    const ProgramResult result = load({"MNIST"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("_mnist-12.onnx\n"));
    const std::string path = result.out.substr(0, result.out.size() - 1);
    EXPECT_TRUE(objects.contains(to_hex(sha256_of(read_file(path)))));
    EXPECT_THAT(result.err, HasSubstr("/media/onnx/models/main/vision/digits/model/mnist-12.onnx "
                                      "answers with status 404"));
    EXPECT_THAT(result.err, HasSubstr("SHA-256 verified"));
}

TEST_F(LoadCommand, OtherHubsNeedTrustBeforeADownloadAndNotForAHit) {
    const std::string spec = server.url("/plain");
    const ProgramResult refused = load({"MNIST", "--hub", spec, "-q"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("say --trust if you trust it"));
    EXPECT_THAT(server.requests(),
                Not(Contains(Field(&ReceivedRequest::path, HasSubstr(".onnx")))));
    EXPECT_EQ(load({"MNIST", "--hub", spec, "--trust"}).status, 0);
    EXPECT_EQ(load({"MNIST", "--hub", spec}).status, 0);
    EXPECT_EQ(load({"MNIST", "--hub", spec, "--offline"}).status, 0);
}

TEST_F(LoadCommand, AMirrorStandsInAndTheHashDecides) {
    const ProgramResult lost = load({"MNIST", "--hub", "evil/models", "--trust"});
    EXPECT_EQ(lost.status, 2);
    EXPECT_THAT(lost.err, HasSubstr("no source has it"));
    const ProgramResult found =
        load({"MNIST", "--hub", "evil/models", "--trust", "--mirror", server.url("/plain")});
    EXPECT_EQ(found.status, 0) << found.err;
}

TEST_F(LoadCommand, WeightsBesideAModelComeWithItUnderTheirNames) {
    const ProgramResult result = load({"Large", "--hub", server.url("/plain"), "--trust"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(read_file(folder.path() / "cache/text/large/large.data"), std::string(4096, 'w'));
}

TEST_F(LoadCommand, TestDataAndOutputAndOlderVersions) {
    const std::string spec = server.url("/plain");
    EXPECT_THAT(load({"MNIST", "--hub", spec, "--trust", "--with-test-data"}).out,
                HasSubstr("_mnist-12.tar.gz"));
    EXPECT_THAT(load({"Large", "--hub", spec, "--trust", "--with-test-data"}).err,
                HasSubstr("has no test data"));
    const ProgramResult copied =
        load({"MNIST", "--hub", spec, "--trust", "--max-opset", "9", "--output", "m.onnx"});
    EXPECT_EQ(copied.out, "m.onnx\n");
    EXPECT_TRUE(objects.contains(to_hex(sha256_of(read_file(folder.path() / "m.onnx")))));
}

TEST_F(LoadCommand, UnknownModelsAndOpsetsExitWithTwo) {
    EXPECT_EQ(load({"MNISTT"}).status, 2);
    EXPECT_THAT(load({"MNIST", "--opset", "9"}).err, HasSubstr("it has the opsets 8, 12"));
}

}  // namespace
}  // namespace onnxhub::test
