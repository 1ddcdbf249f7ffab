// SPDX-License-Identifier: Apache-2.0
// Damage to the official zoo's tables: after each damage and its repair, the manifest is the same
// byte for byte, including ports that only it has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* manifest_name = "ONNX_HUB_MANIFEST.json";

class ZooLoss : public testing::Test {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        const std::string bundle = (fs::path(corpus) / "zoo" / "zoo.bundle").string();
        const ProgramResult clone = run_command(
            {"git", "-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.process=", "-c",
             "filter.lfs.required=false", "clone", "-q", "--branch", "zoo-69c5d375", bundle, "."},
            folder.path());
        ASSERT_EQ(clone.status, 0) << clone.err;
        whole = manifest();
    }

    ProgramResult generate(std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"generate", "--exclude",
                                           "vision/body_analysis/age_gender/**"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_onnxhub(std::move(arguments), folder.path());
    }

    std::string manifest() const { return read_file(folder.path() / manifest_name); }

    void replace_in(const std::string& path, const std::string& from, const std::string& to) {
        std::string text = read_file(folder.path() / path);
        const std::size_t at = text.find(from);
        ASSERT_NE(at, text.npos) << path;
        text.replace(at, from.size(), to);
        write_file(folder.path() / path, text);
    }

    TemporaryFolder folder;
    std::string whole;
};

TEST_F(ZooLoss, ATypoInARowAndItsRepair) {
    const std::string readme = "vision/classification/mnist/README.md";
    replace_in(readme, "|1.3  |8 |", "|1.3  |eight |");
    const ProgramResult broken = generate();
    EXPECT_EQ(broken.status, 1);
    EXPECT_THAT(broken.err, HasSubstr(readme));
    EXPECT_TRUE(manifest() == whole);
    replace_in(readme, "|1.3  |eight |", "|1.3  |8 |");
    EXPECT_EQ(generate().status, 0);
    EXPECT_TRUE(manifest() == whole);
}

TEST_F(ZooLoss, AConflictedReadme) {
    replace_in("vision/classification/resnet/README.md", "## Description",
               "<<<<<<< HEAD\n## Description");
    EXPECT_EQ(generate().status, 1);
    EXPECT_TRUE(manifest() == whole);
}

TEST_F(ZooLoss, AFolderRenamedInTwoSteps) {
    fs::rename(folder.path() / "vision/classification/mnist",
               folder.path() / "vision/classification/digits");
    EXPECT_EQ(generate().status, 1);
    EXPECT_TRUE(manifest() == whole);
    replace_in("README.md", "vision/classification/mnist", "vision/classification/digits");
    EXPECT_EQ(generate().status, 0);
    const auto ports_of = [](const std::string& text) {
        std::size_t with_ports = 0;
        for (const ManifestEntry& entry : parse_document(text).entries) {
            with_ports += entry.entry.value().io_ports ? 1 : 0;
        }
        return with_ports;
    };
    EXPECT_EQ(ports_of(manifest()), ports_of(whole));
    EXPECT_THAT(manifest(), HasSubstr("vision/classification/digits/model/mnist-8.onnx"));
}

TEST_F(ZooLoss, AManifestThatWasRegeneratedFromNothing) {
    fs::remove(folder.path() / manifest_name);
    EXPECT_EQ(generate().status, 0);
    EXPECT_TRUE(manifest() == whole);
}

}  // namespace
}  // namespace onnxhub::test
