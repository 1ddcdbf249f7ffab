// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <gtest/gtest.h>

#include <string>

namespace onnxhub {
namespace {

// The examples of FIPS 180-4.
constexpr const char* sha_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* sha_of_abc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* sha_of_a_million_a =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, HasTheKnownValues) {
    EXPECT_EQ(to_hex(sha256_of("")), sha_of_nothing);
    EXPECT_EQ(to_hex(sha256_of("abc")), sha_of_abc);
    EXPECT_EQ(to_hex(sha256_of(std::string(1'000'000, 'a'))), sha_of_a_million_a);
}

TEST(Sha256, DoesNotDependOnTheSizeOfBlocks) {
    const std::string content(1'000'000, 'a');
    for (const std::size_t block_size : {1u, 63u, 64u, 65u, 4096u, 999'999u}) {
        Sha256Hasher hasher;
        for (std::size_t at = 0; at < content.size(); at += block_size) {
            const std::string_view block = std::string_view(content).substr(at, block_size);
            hasher.update(std::as_bytes(std::span(block.data(), block.size())));
        }
        hasher.update({});
        EXPECT_EQ(to_hex(hasher.finish()), sha_of_a_million_a) << block_size;
    }
}

TEST(Sha256, HashersDoNotDisturbEachOther) {
    Sha256Hasher nothing;
    Sha256Hasher abc;
    abc.update(std::as_bytes(std::span("abc", 3)));
    EXPECT_EQ(to_hex(nothing.finish()), sha_of_nothing);
    EXPECT_EQ(to_hex(abc.finish()), sha_of_abc);
}

TEST(ParseSha256, ReadsWhatToHexWrites) {
    const auto digest = parse_sha256(sha_of_abc);
    ASSERT_TRUE(digest.has_value());
    EXPECT_EQ(*digest, sha256_of("abc"));
    EXPECT_EQ(to_hex(*digest), sha_of_abc);
}

TEST(ParseSha256, TakesSixtyFourLowerCaseDigitsOnly) {
    const std::string good = sha_of_abc;
    std::string upper = good;
    upper[0] = 'B';
    for (const std::string& hex :
         {std::string(), good.substr(1), good + "0", good + "\n", " " + good.substr(1), upper,
          "g" + good.substr(1), "0x" + good.substr(2), std::string(64, '\0'),
          std::string(64, '\xff')}) {
        EXPECT_EQ(parse_sha256(hex), std::nullopt) << hex;
    }
}

}  // namespace
}  // namespace onnxhub
