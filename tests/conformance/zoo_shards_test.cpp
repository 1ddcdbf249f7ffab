// SPDX-License-Identifier: Apache-2.0
// The official zoo in shards: merged, they give the bytes and findings of one run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

class ZooShards : public testing::Test {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        const std::string bundle = (fs::path(corpus) / "zoo/zoo.bundle").string();
        const ProgramResult clone =
            run_command({"git", "clone", "-q", "--bare", bundle, "zoo.git"}, folder.path());
        ASSERT_EQ(clone.status, 0) << clone.err;
    }

    ProgramResult onnxhub(std::vector<std::string> arguments) {
        return run_onnxhub(std::move(arguments), folder.path());
    }

    /// `merge` of what `command` gives for each shard.
    std::string merged(const std::vector<std::string>& command, int count,
                       std::vector<std::string> merge) {
        for (int number = 1; number <= count; ++number) {
            const std::string file = std::to_string(number) + ".json";
            std::vector<std::string> arguments = command;
            arguments.insert(arguments.end(),
                             {"--shard", std::to_string(number) + "/" + std::to_string(count),
                              "--output", file});
            const ProgramResult part = onnxhub(arguments);
            EXPECT_LE(part.status, 1) << part.err;
            merge.push_back(file);
        }
        return onnxhub(merge).out;
    }

    TemporaryFolder folder;
};

TEST_F(ZooShards, GiveTheManifestOfOneRunByteForByte) {
    for (const std::string tag : {"zoo-69c5d375", "zoo-b1eeaa1a"}) {
        const std::vector<std::string> generate{"generate", "zoo.git", "-q", "--rev", tag};
        const std::string one = onnxhub(generate).out;
        ASSERT_GT(one.size(), 100'000u);
        for (const int count : {1, 2, 7, 64}) {
            EXPECT_TRUE(merged(generate, count, {"merge", "-q"}) == one) << tag << " " << count;
        }
    }
}

TEST_F(ZooShards, GiveTheReportOfOneRun) {
    const std::vector<std::string> validate{"validate",     "zoo.git",  "-q",  "--rev",
                                            "zoo-b1eeaa1a", "--format", "json"};
    const std::string one = onnxhub(validate).out;
    ASSERT_THAT(one, testing::HasSubstr("row-without-entry"));
    for (const int count : {1, 2, 7, 64}) {
        EXPECT_EQ(merged(validate, count, {"merge", "-q", "--format", "json"}), one) << count;
    }
}

}  // namespace
}  // namespace onnxhub::test
