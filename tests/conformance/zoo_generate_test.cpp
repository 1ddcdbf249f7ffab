// SPDX-License-Identifier: Apache-2.0
// The official zoo's manifest, generated from a bare clone of its bundle.
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

class ZooGenerate : public testing::Test {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        zoo = fs::path(corpus) / "zoo";
        const ProgramResult clone =
            git({"clone", "-q", "--bare", (zoo / "zoo.bundle").string(), "."});
        ASSERT_EQ(clone.status, 0) << clone.err;
    }

    ProgramResult git(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "git");
        return run_command(arguments, folder.path());
    }

    ProgramResult generate(const std::string& tag, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"generate", "--rev", tag};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_onnxhub(std::move(arguments), folder.path());
    }

    std::string committed(const std::string& tag) {
        return git({"show", tag + ":ONNX_HUB_MANIFEST.json"}).out;
    }

    /// The manifest's entries less what only the models' bytes can tell.
    static std::string without_ports(const std::string& manifest) {
        std::vector<std::string> entries;
        for (const ManifestEntry& present : parse_document(manifest).entries) {
            Entry entry = present.entry.value();
            entry.io_ports.reset();
            entry.extra_ports.reset();
            entries.push_back(entry_text(to_json(entry)));
        }
        return manifest_text(entries);
    }

    TemporaryFolder folder;
    fs::path zoo;
};

TEST_F(ZooGenerate, CommittedManifestOf2023ComesOutByteForByte) {
    const ProgramResult result =
        generate("zoo-69c5d375", {"--exclude", "vision/body_analysis/age_gender/**"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(result.out == committed("zoo-69c5d375"));
}

TEST_F(ZooGenerate, EntriesOfBothTagsAreThoseOfTheTablesAndPointers) {
    for (const std::string tag : {"zoo-69c5d375", "zoo-b1eeaa1a"}) {
        const ProgramResult result = generate(tag);
        EXPECT_EQ(result.status, 0) << result.err;
        const std::string expected = read_file(zoo / (tag + ".entries.json"));
        EXPECT_EQ(parse_document(expected).entries.size(), 189u);
        EXPECT_TRUE(without_ports(result.out) == without_ports(expected)) << tag;
    }
}

TEST_F(ZooGenerate, SettingsOfTheOfficialZooGiveItsLastManifestAndTheFiveMissingModels) {
    const std::string settings =
        std::string(ONNXHUB_SOURCE) + "/templates/sources/official-zoo.toml";
    const ProgramResult result = generate(
        "zoo-b1eeaa1a",
        {"--settings", settings, "--exclude", "validated/vision/body_analysis/age_gender/**"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(result.out == committed("zoo-b1eeaa1a"));
    const ProgramResult check = generate("zoo-b1eeaa1a", {"--settings", settings, "--check", "-q"});
    EXPECT_EQ(check.status, 1);
    EXPECT_EQ(std::count(check.out.begin(), check.out.end(), '+'), 5) << check.out;
    EXPECT_EQ(std::count(check.out.begin(), check.out.end(), '~'), 0);
}

TEST_F(ZooGenerate, DiscoveryFindsTheModelsNoTableLists) {
    const ProgramResult result = generate("zoo-b1eeaa1a", {"--discover", "--check"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, testing::HasSubstr("2136 have no entry yet"));
}

}  // namespace
}  // namespace onnxhub::test
