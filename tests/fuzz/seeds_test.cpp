// SPDX-License-Identifier: Apache-2.0
// Replays the seeds of every fuzz target, and each of them cut short and with single bits changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/targets.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> seeds_of(std::string_view target) {
    std::vector<fs::path> seeds;
    for (const auto& file : fs::directory_iterator(fs::path(ONNXHUB_SEEDS) / target)) {
        seeds.push_back(file.path());
    }
    std::sort(seeds.begin(), seeds.end());
    return seeds;
}

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class FuzzSeeds : public testing::TestWithParam<FuzzTarget> {};

TEST_P(FuzzSeeds, AndTheirNeighboursKeepTheProperties) {
    const auto seeds = seeds_of(GetParam().name);
    ASSERT_FALSE(seeds.empty());
    for (const fs::path& seed : seeds) {
        SCOPED_TRACE(seed.string());
        const std::string content = content_of(seed);
        GetParam().run(content);
        // At most some 200 neighbours of each kind, however long the seed is.
        const std::size_t step = std::max<std::size_t>(1, content.size() / 200);
        for (std::size_t i = 0; i < content.size(); i += step) {
            GetParam().run(std::string_view(content).substr(0, i));
            std::string changed = content;
            changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
            GetParam().run(changed);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, FuzzSeeds, testing::ValuesIn(fuzz_targets()),
                         [](const auto& target) { return std::string(target.param.name); });

TEST(FuzzSeeds, BelongToATarget) {
    for (const auto& folder : fs::directory_iterator(ONNXHUB_SEEDS)) {
        const std::string name = folder.path().filename().string();
        EXPECT_TRUE(std::ranges::any_of(fuzz_targets(), [&](const FuzzTarget& target) {
            return target.name == name;
        })) << name;
    }
}

}  // namespace
}  // namespace onnxhub::test
