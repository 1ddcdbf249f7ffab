// SPDX-License-Identifier: Apache-2.0
#include "base/utc_time.h"

#include <algorithm>
#include <chrono>

#include "base/decimal.h"

namespace onnxhub {
namespace {

constexpr std::string_view utc_time_shape = "dddd-dd-ddTdd:dd:ddZ";

bool has_utc_time_shape(std::string_view text) {
    return std::ranges::equal(text, utc_time_shape, [](char c, char shape) {
        return shape == 'd' ? c >= '0' && c <= '9' : c == shape;
    });
}

std::string with_zeros(std::int64_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
}

}  // namespace

std::int64_t seconds_since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::string utc_time_text(std::int64_t seconds) {
    const std::int64_t time = std::clamp<std::int64_t>(seconds, 0, last_utc_time);
    const std::int64_t of_day = time % 86'400;
    return utc_date_text(time) + "T" + with_zeros(of_day / 3600, 2) + ":" +
           with_zeros(of_day / 60 % 60, 2) + ":" + with_zeros(of_day % 60, 2) + "Z";
}

std::string utc_date_text(std::int64_t seconds) {
    const std::int64_t time = std::clamp<std::int64_t>(seconds, 0, last_utc_time);
    const std::chrono::year_month_day date(
        std::chrono::sys_days(std::chrono::days(static_cast<int>(time / 86'400))));
    return with_zeros(static_cast<int>(date.year()), 4) + "-" +
           with_zeros(static_cast<unsigned>(date.month()), 2) + "-" +
           with_zeros(static_cast<unsigned>(date.day()), 2);
}

std::optional<std::int64_t> parse_utc_time(std::string_view text) {
    if (!has_utc_time_shape(text)) return std::nullopt;
    const auto number = [&](std::size_t begin, std::size_t size) {
        return *parse_decimal<unsigned>(text.substr(begin, size));
    };
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(number(0, 4))),
                                           std::chrono::month(number(5, 2)),
                                           std::chrono::day(number(8, 2)));
    const unsigned hour = number(11, 2);
    const unsigned minute = number(14, 2);
    const unsigned second = number(17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    if (days < 0) return std::nullopt;
    return days * 86'400 + hour * 3600 + minute * 60 + second;
}

}  // namespace onnxhub
