// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "base/utc_time.h"

namespace onnxhub {
namespace {

TEST(UtcTime, IsWrittenAndReadToTheSecond) {
    EXPECT_EQ(utc_time_text(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(utc_time_text(1'709'210'096), "2024-02-29T12:34:56Z");
    EXPECT_EQ(utc_time_text(last_utc_time), "9999-12-31T23:59:59Z");
    EXPECT_EQ(utc_date_text(1'709'210'096), "2024-02-29");
    for (std::int64_t time = 0; time <= last_utc_time; time += 12'345'678'901) {
        EXPECT_EQ(parse_utc_time(utc_time_text(time)), time);
    }
    EXPECT_EQ(parse_utc_time("9999-12-31T23:59:59Z"), last_utc_time);
}

TEST(UtcTime, BeyondTheRangeItIsClamped) {
    EXPECT_EQ(utc_time_text(-1), utc_time_text(0));
    EXPECT_EQ(utc_time_text(last_utc_time + 1), utc_time_text(last_utc_time));
    EXPECT_EQ(utc_date_text(INT64_MAX), "9999-12-31");
}

TEST(UtcTime, OtherSpellingsAndDatesAreRefused) {
    for (const std::string text :
         {"", "2026-11-30", "2026-11-30T04:05:06", "2026-11-30T04:05:06+00:00",
          "2026-11-30t04:05:06Z", "2026-11-30T04:05:06z", "2026-11-30 04:05:06Z",
          "2026-11-30T04:05:06.0Z", "2026-11-30T24:00:00Z", "2026-11-30T23:60:00Z",
          "2026-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "2026-00-01T00:00:00Z",
          "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "1969-12-31T23:59:59Z",
          "2026-1-030T04:05:06Z", "+026-11-30T04:05:06Z", " 2026-11-30T04:05:06Z"}) {
        EXPECT_FALSE(parse_utc_time(text)) << text;
    }
}

}  // namespace
}  // namespace onnxhub
