// SPDX-License-Identifier: Apache-2.0
#include "index/content_chunks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace onnxhub {
namespace {

constexpr ChunkSizes sizes{.least = 300, .mean = 1000, .most = 2500};

/// The names with which chunks begin, except the first.
std::set<std::string> borders(const std::vector<std::string>& names, std::size_t size) {
    ContentChunks chunks(sizes);
    std::set<std::string> borders;
    for (const std::string& name : names) {
        if (chunks.begins_with(name, size)) borders.insert(name);
    }
    return borders;
}

std::vector<std::string> some_names() {
    std::vector<std::string> names;
    for (int i = 0; i < 5000; ++i) names.push_back("name " + std::to_string(i));
    return names;
}

TEST(ContentChunks, HaveTheMeanSize) {
    for (const std::size_t size : {5u, 20u, 100u}) {
        const std::size_t count = borders(some_names(), size).size() + 1;
        const std::size_t mean = 5000 * size / count;
        EXPECT_GT(mean, sizes.mean / 2) << size;
        EXPECT_LT(mean, sizes.mean * 2) << size;
    }
}

TEST(ContentChunks, KeepWithinTheirLimits) {
    ContentChunks chunks(sizes);
    std::size_t size = 0;
    for (const std::string& name : some_names()) {
        if (chunks.begins_with(name, 90)) {
            EXPECT_GE(size, sizes.least);
            size = 0;
        }
        size += 90;
        EXPECT_LE(size, sizes.most);
    }
}

TEST(ContentChunks, ALargeItemIsAlone) {
    ContentChunks chunks(sizes);
    EXPECT_FALSE(chunks.begins_with("a", 10));
    EXPECT_TRUE(chunks.begins_with("large", 9000));
    EXPECT_TRUE(chunks.begins_with("b", 10));
}

/// Equal identities are no border, or borders that come too often: the limits hold.
TEST(ContentChunks, HoldTheirLimitsForItemsOfOneIdentity) {
    ContentChunks chunks(sizes);
    std::size_t size = 0;
    for (int i = 0; i < 1000; ++i) {
        if (chunks.begins_with("same", 50)) size = 0;
        size += 50;
        EXPECT_LE(size, sizes.most);
    }
}

TEST(ContentChunks, ANewItemChangesFewBorders) {
    std::vector<std::string> names = some_names();
    const auto before = borders(names, 20);
    std::size_t changed = 0;
    for (int i = 0; i < 50; ++i) {
        std::vector<std::string> more = names;
        more.insert(more.begin() + i * 100, "another " + std::to_string(i));
        const auto after = borders(more, 20);
        std::vector<std::string> different;
        std::ranges::set_symmetric_difference(before, after, std::back_inserter(different));
        changed += different.size();
    }
    EXPECT_LT(changed, 50u);  // of 50 times some 100
}

}  // namespace
}  // namespace onnxhub
