// SPDX-License-Identifier: Apache-2.0
// Times in documents: RFC 3339 in UTC, to the second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// The last second of the year 9999, in seconds since 1970.
inline constexpr std::int64_t last_utc_time = 253'402'300'799;

/// Now, in seconds since 1970.
std::int64_t seconds_since_1970();

/// "2026-11-30T04:05:06Z". `seconds` since 1970, from 0 to last_utc_time; others are clamped.
std::string utc_time_text(std::int64_t seconds);
/// "2026-11-30".
std::string utc_date_text(std::int64_t seconds);

/// Seconds since 1970. Accepts exactly what utc_time_text() writes: no fractions, no other zones,
/// no leap seconds, and no dates that do not exist.
std::optional<std::int64_t> parse_utc_time(std::string_view text);

}  // namespace onnxhub
