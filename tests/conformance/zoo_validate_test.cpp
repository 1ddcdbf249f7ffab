// SPDX-License-Identifier: Apache-2.0
// Validation of the official zoo: its findings, and the findings of damage to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "repository/git_repository.h"
#include "tests/support/hub_damage.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::SizeIs;

class ZooValidate : public testing::Test {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        const fs::path bundle = fs::path(corpus) / "zoo" / "zoo.bundle";
        const ProgramResult clone =
            run_command({"git", "clone", "-q", "--bare", bundle.string(), "."}, folder.path());
        ASSERT_EQ(clone.status, 0) << clone.err;
    }

    static std::string settings() {
        return std::string(ONNXHUB_SOURCE) + "/templates/sources/official-zoo.toml";
    }

    ProgramResult validate(const std::string& tag, std::vector<std::string> more) {
        std::vector<std::string> arguments{"validate", "--rev", tag, "--settings", settings()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_onnxhub(std::move(arguments), folder.path());
    }

    TemporaryFolder folder;
};

TEST_F(ZooValidate, ExactlyTheFiveModelsOfAgeGenderLackTheirEntries) {
    for (const std::string tag : {"zoo-69c5d375", "zoo-b1eeaa1a"}) {
        const ProgramResult result = validate(tag, {"--format", "json"});
        EXPECT_EQ(result.status, 1) << result.err;
        std::vector<std::string> errors;
        std::multiset<std::string> warnings;
        const json report = json::parse(result.out);
        for (const json& finding : report.at("findings")) {
            const std::string rule = finding.at("rule");
            if (finding.at("severity") == "warning") warnings.insert(rule);
            if (finding.at("severity") != "error") continue;
            EXPECT_EQ(rule, "row-without-entry");
            EXPECT_THAT(std::string(finding.at("file")),
                        testing::EndsWith("vision/body_analysis/age_gender/README.md"));
            errors.push_back(finding.at("about"));
        }
        EXPECT_THAT(errors, SizeIs(5));
        EXPECT_THAT(warnings,
                    ElementsAre("release-too-old", "row-name-is-link", "row-name-is-link",
                                "row-name-is-link", "row-name-is-link", "row-name-is-link"));
    }
}

TEST_F(ZooValidate, WhatCouldNotBeCheckedIsCounted) {
    const ProgramResult result = validate("zoo-b1eeaa1a", {"--format", "json"});
    std::set<std::string> rules;
    const json report = json::parse(result.out);
    for (const json& unchecked : report.at("unchecked")) {
        rules.insert(unchecked.at("rule"));
        EXPECT_EQ(unchecked.at("reason"), "not downloaded");
        EXPECT_GE(unchecked.at("count"), 184);
    }
    EXPECT_THAT(rules, ElementsAre("archive-unreadable", "checker-failed", "graph-opset-differs",
                                   "io-ports-differ", "test-data-differs"));
}

TEST_F(ZooValidate, ABaselineOfTodayLetsItPass) {
    EXPECT_EQ(validate("zoo-b1eeaa1a", {"--write-baseline", "known.json"}).status, 0);
    EXPECT_EQ(validate("zoo-b1eeaa1a", {"--baseline", "known.json"}).status, 0);
}

/// The files of a tag as a hub in memory: with pointers alone, as in any clone of the zoo.
HubFiles load(const fs::path& repository, const std::string& tag) {
    const auto opened = GitRepository::find(repository);
    const auto tree = opened->tree_of(opened->resolve_commit(tag), "");
    HubFiles hub;
    for (const std::string& path : tree->list()) {
        hub.files[path] = read_whole(*tree->open(path), 64 << 20, path);
    }
    hub.files["onnxhub.toml"] =
        read_file(std::string(ONNXHUB_SOURCE) + "/templates/sources/official-zoo.toml");
    return hub;
}

/// What the zoo of 2025 is known for, such as the age_gender rows without entries, stays out of the
/// scores.
struct KnownZoo {
    HubFiles files;
    std::vector<Finding> findings;
};

/// One test per kind of damage, since together they take much longer than any other test.
class ZooDamage : public ZooValidate, public testing::WithParamInterface<std::size_t> {
protected:
    /// Read once by this process.
    const KnownZoo& zoo() const {
        static const KnownZoo known = [&] {
            KnownZoo read{load(folder.path(), "zoo-b1eeaa1a"), {}};
            read.findings = validate_files(read.files);
            return read;
        }();
        return known;
    }
};

std::vector<std::size_t> damages_to_pointers() {
    std::vector<std::size_t> indexes;
    for (std::size_t i = 0; i < all_damages().size(); ++i) {
        if (!all_damages()[i].needs_bytes) indexes.push_back(i);
    }
    return indexes;
}

TEST_P(ZooDamage, IsFoundAndNothingElse) {
    const Damage& damage = all_damages().at(GetParam());
    const DamageScore found = score(damage, zoo().files, zoo().findings, 2, 91);
    for (const std::string& complaint : found.complaints) ADD_FAILURE() << complaint;
    EXPECT_GT(found.positions, 0u) << damage.name;
}

std::string name_of_damage(const testing::TestParamInfo<std::size_t>& damage) {
    std::string name = all_damages().at(damage.param).name;
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Every, ZooDamage, testing::ValuesIn(damages_to_pointers()),
                         name_of_damage);

TEST(ZooDamages, AreManyKinds) {
    EXPECT_GE(damages_to_pointers().size(), 30u);
}

}  // namespace
}  // namespace onnxhub::test
