// SPDX-License-Identifier: Apache-2.0
#include "manifest/onnx_release.h"

#include <gtest/gtest.h>

namespace onnxhub {
namespace {

std::string found(std::string_view version) {
    const auto release = find_release(version);
    return release ? std::string(release->version) : "none";
}

TEST(OnnxRelease, PatchReleasesKeepTheNumbersOfTheirLine) {
    EXPECT_EQ(found("1.9"), "1.9");
    EXPECT_EQ(found("1.9.0"), "1.9");
    EXPECT_EQ(found("1.2.1"), "1.2");
    EXPECT_EQ(found("1.13.1"), "1.13");
    EXPECT_EQ(found("1.1"), "1.1");
    EXPECT_EQ(found("1.1.1"), "1.1");
    EXPECT_EQ(found("1.1.2"), "1.1.2");
    EXPECT_EQ(found("1.1.3"), "1.1.2");
}

TEST(OnnxRelease, TheOnlyReleaseOfALineStandsForTheLine) {
    EXPECT_EQ(found("1.4"), "1.4.1");
}

TEST(OnnxRelease, TextThatIsNoVersionIsNoRelease) {
    for (const char* text : {"", "1", "1.", "1.x", "1.9.0.0", "-1.9", "1.99", "v1.9", "1.9 "}) {
        EXPECT_EQ(found(text), "none") << text;
    }
}

TEST(OnnxRelease, OldestReleaseHasBothNumbers) {
    EXPECT_EQ(oldest_release_for(3, 7)->version, "1.2");
    EXPECT_EQ(oldest_release_for(6, 12)->version, "1.7");
    EXPECT_EQ(oldest_release_for(8, 9)->version, "1.10");
    EXPECT_EQ(oldest_release_for(13, 27)->version, "1.22");
    EXPECT_FALSE(oldest_release_for(99, 1));
    EXPECT_FALSE(oldest_release_for(3, 99));
    EXPECT_EQ(newest_release().version, "1.22");
}

TEST(OnnxRelease, TableGrowsInEveryColumn) {
    for (std::size_t i = 1; i < onnx_releases().size(); ++i) {
        EXPECT_GE(onnx_releases()[i].ir_version, onnx_releases()[i - 1].ir_version);
        EXPECT_GT(onnx_releases()[i].opset_version, onnx_releases()[i - 1].opset_version);
    }
}

}  // namespace
}  // namespace onnxhub
