// SPDX-License-Identifier: Apache-2.0
#include "manifest/shard.h"

#include <gtest/gtest.h>

#include <vector>

namespace onnxhub {
namespace {

TEST(Shard, IsWrittenAsNumberAndCount) {
    EXPECT_EQ(parse_shard("3/7"), (Shard{3, 7}));
    EXPECT_EQ(parse_shard("1/1"), (Shard{1, 1}));
    EXPECT_EQ(parse_shard("100000/100000"), (Shard{100'000, 100'000}));
    EXPECT_EQ(to_text(Shard{3, 7}), "3/7");
    for (const char* text : {"", "3", "/", "3/", "/7", "0/7", "8/7", "-1/7", "+1/7", " 1/7", "1/7 ",
                             "1/0", "1.0/2", "1/2/3", "1/100001", "4294967297/4294967297"}) {
        EXPECT_FALSE(parse_shard(text)) << text;
    }
}

TEST(Shard, EveryPathIsInExactlyOne) {
    for (const std::uint32_t count : {1u, 2u, 7u, 64u}) {
        std::vector<int> paths_of_shard(count, 0);
        for (int i = 0; i < 2'000; ++i) {
            const std::string path = "vision/model-" + std::to_string(i) + ".onnx";
            int holders = 0;
            for (std::uint32_t number = 1; number <= count; ++number) {
                if (!Shard{number, count}.has(path)) continue;
                ++holders;
                ++paths_of_shard[number - 1];
            }
            ASSERT_EQ(holders, 1) << path;
        }
        for (const int paths : paths_of_shard) {
            EXPECT_GT(paths, 2'000 / static_cast<int>(count) / 4) << count;
        }
    }
}

// Machines with other versions of the program take part in the same run.
TEST(Shard, StaysTheSameFromVersionToVersion) {
    EXPECT_TRUE((Shard{3, 7}.has("vision/classification/mnist/model/mnist-12.onnx")));
    EXPECT_TRUE((Shard{1, 7}.has("README.md")));
    EXPECT_TRUE((Shard{2, 7}.has("")));
}

}  // namespace
}  // namespace onnxhub
