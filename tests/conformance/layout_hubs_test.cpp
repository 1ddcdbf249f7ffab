// SPDX-License-Identifier: Apache-2.0
// Manifests of real repositories with other layouts, from clones without any model content.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "base/ascii.h"
#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

class LayoutHubs : public testing::Test {
protected:
    void SetUp() override {
        const char* variable = std::getenv("ONNXHUB_CORPUS");
        if (!variable) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        corpus = variable;
    }

    void clone(const std::string& name, std::vector<std::string> more = {"--bare"}) {
        std::vector<std::string> command{
            "git", "-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.required=false", "clone", "-q"};
        command.insert(command.end(), more.begin(), more.end());
        command.push_back((corpus / "layouts" / (name + ".bundle")).string());
        command.push_back("hub");
        const ProgramResult result = run_command(command, folder.path());
        ASSERT_EQ(result.status, 0) << result.err;
    }

    ProgramResult generate(const std::string& settings, std::vector<std::string> more) {
        std::vector<std::string> arguments{"generate", "hub", "--settings", settings};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_onnxhub(std::move(arguments), folder.path());
    }

    static std::string shipped(const std::string& name) {
        return std::string(ONNXHUB_SOURCE) + "/templates/sources/" + name + ".toml";
    }

    static std::vector<Entry> entries_of(const std::string& manifest) {
        std::vector<Entry> entries;
        for (const ManifestEntry& present : parse_document(manifest).entries) {
            entries.push_back(present.entry.value());
        }
        return entries;
    }

    static void expect_good_names(const std::vector<Entry>& entries) {
        std::set<std::pair<std::string, std::int64_t>> used;
        std::map<std::string, std::string> spellings;
        for (const Entry& entry : entries) {
            const std::string name = lower_case(entry.model);
            EXPECT_TRUE(used.insert({name, entry.opset_version}).second) << entry.model_path;
            EXPECT_EQ(spellings.emplace(name, entry.model).first->second, entry.model)
                << entry.model_path;
        }
    }

    static std::size_t count(const std::string& text, const std::string& part) {
        std::size_t number = 0;
        for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) {
            ++number;
        }
        return number;
    }

    TemporaryFolder folder;
    fs::path corpus;
};

TEST_F(LayoutHubs, TheWholeOfficialZoo) {
    clone("onnx-models");
    const ProgramResult result =
        generate(shipped("official-zoo-whole"), {"--rev", "onnx-models", "-v"});
    EXPECT_EQ(count(result.err, "gpt2-lm-head-bs-12.onnx"), 1u) << result.err.substr(0, 2000);
    EXPECT_EQ(count(result.err, "so this sidecar describes no model"), 55u)
        << result.err.substr(0, 2000);
    const std::vector<Entry> entries = entries_of(result.out);
    EXPECT_EQ(entries.size(), 2324u);
    expect_good_names(entries);
    const std::regex folder_opset(".*_Opset([0-9]+)_.*/.*");
    std::size_t sidecars = 0;
    for (const Entry& entry : entries) {
        std::smatch match;
        if (entry.model_path.starts_with("validated/")) continue;
        ASSERT_TRUE(std::regex_match(entry.model_path, match, folder_opset)) << entry.model_path;
        EXPECT_EQ(entry.opset_version, std::stoll(match[1])) << entry.model_path;
        EXPECT_TRUE(entry.about->author) << entry.model_path;
        sidecars += 1;
    }
    EXPECT_EQ(sidecars, 2135u);
}

TEST_F(LayoutHubs, TablesOfTheOfficialZooAreAsWithoutSources) {
    clone("onnx-models");
    const ProgramResult whole = generate(shipped("official-zoo-whole"), {"--rev", "onnx-models"});
    const ProgramResult tables = generate(shipped("official-zoo"), {"--rev", "onnx-models"});
    EXPECT_EQ(tables.status, 0) << tables.err;
    std::vector<std::string> of_tables;
    for (const ManifestEntry& entry : parse_document(whole.out).entries) {
        if (entry.entry->model_path.starts_with("validated/"))
            of_tables.push_back(entry.text.copy());
    }
    EXPECT_EQ(of_tables.size(), 189u);
    EXPECT_TRUE(manifest_text(of_tables) == tables.out);
}

TEST_F(LayoutHubs, TheNumberOfThreadsChangesNothing) {
    clone("onnx-models");
    const auto with = [&](const std::string& jobs) {
        return generate(shipped("official-zoo-whole"),
                        {"--rev", "onnx-models", "-v", "--jobs", jobs});
    };
    const ProgramResult one = with("1");
    const ProgramResult eight = with("8");
    EXPECT_TRUE(one.out == eight.out);
    EXPECT_EQ(one.err, eight.err);
}

TEST_F(LayoutHubs, OneMoreModelRenamesNoOther) {
    clone("onnx-models", {});
    const std::string settings = shipped("official-zoo-whole");
    EXPECT_EQ(generate(settings, {}).status, 0);
    const std::string before = read_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json");
    // The same name and opset from another author.
    const fs::path from = folder.path() / "hub/Computer_Vision/adv_inception_v3_Opset16_timm";
    const fs::path to = folder.path() / "hub/Computer_Vision/adv_inception_v3_Opset16_other";
    fs::create_directories(to);
    fs::copy(from / "adv_inception_v3_Opset16.onnx", to / "adv_inception_v3_Opset16.onnx");
    std::string sidecar = read_file(from / "turnkey_stats.yaml");
    sidecar.replace(sidecar.find("author: timm"), 12, "author: other");
    write_file(to / "turnkey_stats.yaml", sidecar);
    EXPECT_EQ(generate(settings, {}).status, 0);
    std::map<std::string, std::string> names;
    for (const Entry& entry : entries_of(read_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json"))) {
        names[entry.model_path] = entry.model;
    }
    EXPECT_EQ(names.size(), 2325u);
    for (const Entry& entry : entries_of(before)) {
        EXPECT_EQ(names[entry.model_path], entry.model) << entry.model_path;
    }
    EXPECT_EQ(names["Computer_Vision/adv_inception_v3_Opset16_other/adv_inception_v3_Opset16.onnx"],
              "adv_inception_v3 (other)");
}

TEST_F(LayoutHubs, OpencvZoo) {
    clone("opencv_zoo");
    const ProgramResult without = generate(shipped("opencv-zoo"), {"--rev", "HEAD"});
    EXPECT_EQ(without.status, 1);
    EXPECT_EQ(count(without.err, "nothing states the opset, "), 70u) << without.err;
    EXPECT_EQ(without.out, "[]");

    const std::string settings = (folder.path() / "with_opset.toml").string();
    write_file(settings, read_file(shipped("opencv-zoo")) +
                             "\n[[override]]\npaths = [\"models/**/*.onnx\"]\nopset = 13\n");
    const ProgramResult with = generate(settings, {"--rev", "HEAD"});
    EXPECT_EQ(with.status, 0) << with.err;
    const std::vector<Entry> entries = entries_of(with.out);
    EXPECT_EQ(entries.size(), 70u);
    expect_good_names(entries);
    std::size_t licensed = 0;
    for (const Entry& entry : entries) {
        EXPECT_FALSE(entry.tags.empty()) << entry.model_path;
        if (entry.about->license) licensed += 1;
    }
    EXPECT_EQ(licensed, 65u);
    const auto named = [&](const std::string& name) {
        return std::ranges::count(entries, name, &Entry::model);
    };
    EXPECT_EQ(named("face_detection_yunet"), 1);
    EXPECT_EQ(named("face_detection_yunet-int8bq"), 1);
}

}  // namespace
}  // namespace onnxhub::test
