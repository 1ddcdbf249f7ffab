// SPDX-License-Identifier: Apache-2.0
#include "sources/path_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::Pair;

PathPattern pattern_of(const std::string& text) {
    auto parsed = PathPattern::parse(text);
    if (const auto* bad = std::get_if<BadPattern>(&parsed)) throw std::runtime_error(bad->message);
    return std::get<PathPattern>(std::move(parsed));
}

TEST(PathPattern, MatchesWholePathsAndGivesNamedGroups) {
    // The pattern for opencv_zoo in docs/sources.md.
    const PathPattern pattern = pattern_of(
        R"(models/(?P<task>[^/]+)/(?P<stem>.+?)_(?P<date>\d{4}[a-z]+|[a-z]{3}\d{4})(?:_(?P<variant>int8bq|int8|fp16))?\.onnx)");
    EXPECT_THAT(pattern.group_names(), ElementsAre("date", "stem", "task", "variant"));
    const auto plain = pattern.match("models/face_detection_yunet/face_yunet_2023mar.onnx");
    ASSERT_TRUE(plain);
    EXPECT_THAT(*plain, ElementsAre(Pair("date", "2023mar"), Pair("stem", "face_yunet"),
                                    Pair("task", "face_detection_yunet"), Pair("variant", "")));
    const auto variant = pattern.match("models/t/net_2022nov_int8bq.onnx");
    ASSERT_TRUE(variant);
    EXPECT_EQ(variant->at("variant"), "int8bq");
    EXPECT_FALSE(pattern.match("models/t/net.onnx"));
    EXPECT_FALSE(pattern.match("x/models/t/net_2022nov.onnx"));
    EXPECT_FALSE(pattern.match("models/t/net_2022nov.onnx.txt"));
}

TEST(PathPattern, HostilePatternsTakeLinearTime) {
    const PathPattern pattern = pattern_of("(?:(?:a*)*)*(?P<x>a*a*a*a*)b");
    EXPECT_FALSE(pattern.match(std::string(4000, 'a')));
    EXPECT_TRUE(pattern.match(std::string(4000, 'a') + "b"));
}

}  // namespace
}  // namespace onnxhub
