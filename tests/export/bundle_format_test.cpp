// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/bundle_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onnxhub::test {
namespace {

using testing::HasSubstr;

/// 8 GiB is more than the digits of a tar header hold.
TEST(BundleFormat, LongPathsAndLargeSizesHaveAHeaderOfTheirOwn) {
    EXPECT_EQ(bundle_header("a", 1).size(), 512u);
    EXPECT_EQ(bundle_header(std::string(100, 'a'), (1ULL << 33) - 1).size(), 512u);
    EXPECT_EQ(bundle_header(std::string(101, 'a'), 1).size(), 3 * 512u);
    EXPECT_THAT(bundle_header("a", 1ULL << 33), HasSubstr("19 size=8589934592\n"));
    EXPECT_THAT(bundle_header(std::string(101, 'a'), 1), HasSubstr("111 path=aaa"));
    EXPECT_THAT(bundle_header("tw\u00f6", 1), HasSubstr("13 path=tw\u00f6\n"));
    EXPECT_EQ(size_in_header(bundle_header("a", 8589934591)), 8589934591ULL);
}

/// The length of a pax record counts its own digits, which may make it longer.
TEST(BundleFormat, RecordsCountTheirOwnLength) {
    for (const std::size_t length : {101u, 988u, 989u, 990u, 991u, 4000u}) {
        const std::string path(length, 'a');
        const std::string header = bundle_header(path, 0);
        const std::size_t end = header.find('\n', bundle_block);
        ASSERT_NE(end, header.npos);
        const std::string record = header.substr(bundle_block, end + 1 - bundle_block);
        EXPECT_EQ(std::stoul(record), record.size()) << length;
    }
}

TEST(BundleFormat, PaddingFillsTheLastBlock) {
    EXPECT_EQ(bundle_padding(0), 0u);
    EXPECT_EQ(bundle_padding(1), 511u);
    EXPECT_EQ(bundle_padding(511), 1u);
    EXPECT_EQ(bundle_padding(512), 0u);
    EXPECT_EQ(bundle_padding(513), 511u);
}

TEST(BundleFormat, ASizeIsElevenOctalDigits) {
    std::string header = bundle_header("a", 0777);
    EXPECT_EQ(size_in_header(header), 0777u);
    for (const char wrong : {'8', '9', ' ', '\0', '-'}) {
        std::string other = header;
        other[124] = wrong;
        EXPECT_EQ(size_in_header(other), std::nullopt) << wrong;
    }
    EXPECT_EQ(size_in_header(header.substr(0, 511)), std::nullopt);
    header[124] = '7';
    EXPECT_EQ(size_in_header(header), (7ULL << 30) + 0777);
}

TEST(BundleFormat, CompressionIsKnownByTheFirstBytes) {
    EXPECT_EQ(compression_of("\x1f\x8b\x08"), "gzip");
    EXPECT_EQ(compression_of("BZh9"), "bzip2");
    EXPECT_EQ(compression_of("\xfd"
                             "7zXZ"),
              "xz");
    EXPECT_EQ(compression_of("\x28\xb5\x2f\xfd"), "zstd");
    for (const char* begin : {"", "\x1f", "BZ", "ONNX_HUB_MANIFEST.json"}) {
        EXPECT_EQ(compression_of(begin), std::nullopt) << begin;
    }
}

}  // namespace
}  // namespace onnxhub::test
