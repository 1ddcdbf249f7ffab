// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"

#include <gtest/gtest.h>

#include "base/socket_address.h"

namespace onnxhub {
namespace {

TEST(Ascii, LowersLettersAlone) {
    EXPECT_EQ(lower_case("AZaz@[`{09\xc3\x84"), "azaz@[`{09\xc3\x84");
    EXPECT_EQ(lower_case('A'), 'a');
    EXPECT_EQ(lower_case('Z'), 'z');
    EXPECT_EQ(lower_case('@'), '@');
    EXPECT_EQ(lower_case('['), '[');
}

TEST(Ascii, ComparesWithoutCase) {
    EXPECT_TRUE(equals_ignoring_case("Text", "tEXT"));
    EXPECT_TRUE(equals_ignoring_case("", ""));
    EXPECT_FALSE(equals_ignoring_case("text", "texts"));
    EXPECT_FALSE(equals_ignoring_case("texts", "text"));
    EXPECT_FALSE(equals_ignoring_case("@", "`")) << "one bit apart, and no letters";
}

TEST(Ascii, TrimsBothEnds) {
    EXPECT_EQ(trimmed(" \t\r\n a b \n"), "a b");
    EXPECT_EQ(trimmed("a"), "a");
    EXPECT_EQ(trimmed(""), "");
    EXPECT_EQ(trimmed(" \n"), "");
    EXPECT_EQ(trimmed("\va\v"), "\va\v");
    EXPECT_EQ(trimmed(" \na\n ", " "), "\na\n");
    EXPECT_EQ(trimmed("##a#", "#"), "a");
}

TEST(SocketAddress, TellsTheFamilies) {
    EXPECT_TRUE(is_ipv4_address("127.0.0.1"));
    EXPECT_FALSE(is_ipv4_address("127.0.0.256"));
    EXPECT_FALSE(is_ipv4_address("::1"));
    EXPECT_TRUE(is_ipv6_address("::1"));
    EXPECT_FALSE(is_ipv6_address("[::1]"));
    EXPECT_FALSE(is_ipv6_address("127.0.0.1"));
    EXPECT_FALSE(machine_name().empty());
}

}  // namespace
}  // namespace onnxhub
