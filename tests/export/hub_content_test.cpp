// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "manifest/manifest_reader.h"
#include "tests/support/hub_folder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

const std::string digest(64, 'a');

/// A manifest with one entry that has `more` beside its digest, or in place of it.
std::string manifest_with(const std::string& metadata, const std::string& path = "a/m.onnx") {
    return R"([{"model": "M", "model_path": ")" + path +
           R"(", "onnx_version": "1.9", "opset_version": 12, "metadata": {)" + metadata + "}}]";
}

const std::string sound = R"("model_sha": ")" + digest + R"(", "model_bytes": 5)";

std::map<std::string, NamedFile> files_of_text(const std::string& manifest) {
    return files_named_by(read_manifest(manifest, "M.json"), "M.json");
}

std::string refusal_of_manifest(const std::string& manifest) {
    try {
        files_of_text(manifest);
        return "";
    } catch (const UserError& error) {
        return error.what();
    }
}

TEST(NamedFiles, AreModelsArchivesAndWeights) {
    const auto files = files_of_text(manifest_with(
        sound + R"(, "model_with_data_path": "a/m.tar.gz", "model_with_data_sha": ")" + digest +
        R"(", "model_with_data_bytes": 7, "external_data": [{"path": "a/w.bin", "sha": ")" +
        digest + R"(", "bytes": 9}])"));
    EXPECT_THAT(files, ElementsAre(Key("a/m.onnx"), Key("a/m.tar.gz"), Key("a/w.bin")));
    EXPECT_EQ(files.at("a/m.onnx").size_bytes, 5u);
    EXPECT_EQ(files.at("a/m.tar.gz").size_bytes, 7u);
    EXPECT_EQ(files.at("a/w.bin").size_bytes, 9u);
}

TEST(NamedFiles, NeedADigestASizeAndASafePath) {
    EXPECT_EQ(refusal_of_manifest(manifest_with(sound)), "");
    EXPECT_THAT(refusal_of_manifest(manifest_with(R"("model_bytes": 5)")),
                AllOf(HasSubstr("M.json"), HasSubstr("a/m.onnx")));
    EXPECT_THAT(refusal_of_manifest(manifest_with(R"("model_sha": ")" + digest + '"')),
                HasSubstr("a/m.onnx"));
    EXPECT_NE(refusal_of_manifest(manifest_with(sound, "../m.onnx")), "");
    EXPECT_THAT(refusal_of_manifest("[\n{]"), HasSubstr("M.json:2: "));
    EXPECT_THAT(refusal_of_manifest("[\n{}\n]"), HasSubstr("M.json:2: "));
}

TEST(NamedFiles, OnePathHasOneDigest) {
    const std::string entry = manifest_with(sound);
    const std::string inner = entry.substr(1, entry.size() - 2);
    std::string other = inner;
    other.replace(other.find(digest), 64, std::string(64, 'b'));
    EXPECT_EQ(files_of_text("[" + inner + "," + inner + "]").size(), 1u);
    EXPECT_THAT(refusal_of_manifest("[" + inner + "," + other + "]"), HasSubstr("a/m.onnx"));
}

TEST(NamedFiles, BytesOfAnotherSizeAreNotTheFile) {
    TemporaryFolder folder;
    write_hub_folder(folder.path(), {{"a/m.onnx", "12345"}});
    const LocalHub hub(folder.path().string());
    const auto files = files_of_text(hub.manifest());
    EXPECT_EQ(find_bytes(hub, "a/m.onnx", files.at("a/m.onnx")).size(), 1u);
    write_file(folder.path() / "a/m.onnx", "1234");
    EXPECT_TRUE(find_bytes(hub, "a/m.onnx", files.at("a/m.onnx")).empty());
    fs::remove(folder.path() / "a/m.onnx");
    EXPECT_TRUE(find_bytes(hub, "a/m.onnx", files.at("a/m.onnx")).empty());
}

}  // namespace
}  // namespace onnxhub::test
