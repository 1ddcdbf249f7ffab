// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace onnxhub {
namespace {

TEST(Decimal, IsTheWholeText) {
    EXPECT_EQ(parse_decimal<std::uint32_t>("0"), 0u);
    EXPECT_EQ(parse_decimal<std::int64_t>("0042"), 42);
    for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "1,000", "one"}) {
        EXPECT_EQ(parse_decimal<std::int64_t>(text), std::nullopt) << text;
        EXPECT_EQ(parse_decimal<std::uint64_t>(text), std::nullopt) << text;
    }
}

TEST(Decimal, FitsIntoItsType) {
    EXPECT_EQ(parse_decimal<std::uint64_t>("18446744073709551615"),
              std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(parse_decimal<std::uint64_t>("18446744073709551616"), std::nullopt);
    EXPECT_EQ(parse_decimal<std::uint16_t>("65536"), std::nullopt);
}

}  // namespace
}  // namespace onnxhub
