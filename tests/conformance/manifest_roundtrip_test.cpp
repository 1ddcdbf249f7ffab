// SPDX-License-Identifier: Apache-2.0
// The official zoo's entries, read and written again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "manifest/manifest.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

class ManifestRoundtrip : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set: no real data to test against";
        const fs::path path = fs::path(corpus) / "zoo" / GetParam();
        std::ifstream file(path, std::ios::binary);
        ASSERT_TRUE(file.is_open()) << path;
        text_.assign(std::istreambuf_iterator<char>(file), {});
    }

    std::string text_;
};

TEST_P(ManifestRoundtrip, KeepsEveryByte) {
    const ManifestResult result = parse_manifest(text_);
    ASSERT_TRUE(std::holds_alternative<ManifestDocument>(result));
    const auto& document = std::get<ManifestDocument>(result);
    EXPECT_EQ(document.entries.size(), 189u);
    EXPECT_TRUE(document.duplicate_keys.empty());

    std::vector<std::string> as_read;
    std::vector<std::string> typed;
    std::vector<std::string> merged;
    for (const ManifestEntry& entry : document.entries) {
        ASSERT_TRUE(entry.entry) << entry.problem->line << ": " << entry.problem->message;
        as_read.push_back(entry.text.copy());
        typed.push_back(entry_text(to_json(*entry.entry)));
        merged.push_back(entry_text(merge_entry(entry.json(), to_json(*entry.entry))));
    }
    EXPECT_TRUE(manifest_text(as_read) == text_);
    EXPECT_TRUE(manifest_text(typed) == text_);
    EXPECT_TRUE(manifest_text(merged) == text_);
}

INSTANTIATE_TEST_SUITE_P(Zoo, ManifestRoundtrip,
                         testing::Values("zoo-69c5d375.entries.json", "zoo-b1eeaa1a.entries.json"),
                         [](const auto& tested) { return "tag" + std::to_string(tested.index); });

}  // namespace
}  // namespace onnxhub
