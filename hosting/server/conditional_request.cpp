// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/conditional_request.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>

#include "base/ascii.h"

namespace onnxhub {
namespace {

constexpr std::size_t max_ranges = 16;

/// Calls `see` for each element of a comma-separated list.
template <typename See>
void for_each_element(std::string_view list, const See& see) {
    while (true) {
        const std::size_t comma = list.find(',');
        see(trimmed(list.substr(0, comma)));
        if (comma == list.npos) return;
        list.remove_prefix(comma + 1);
    }
}

/// `is_weak`: ignores a prefix "W/" (If-None-Match).
bool lists_etag(std::string_view list, std::string_view etag, bool is_weak) {
    bool found = false;
    for_each_element(list, [&](std::string_view element) {
        if (is_weak && element.starts_with("W/")) element.remove_prefix(2);
        found = found || element == etag || element == "*";
    });
    return found;
}

/// Parses any number of digits. Larger values become the maximum, since no file is that large.
std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size() || error == std::errc::invalid_argument) {
        return std::nullopt;
    }
    return error == std::errc() ? value : std::numeric_limits<std::uint64_t>::max();
}

/// Parses "first-last", "first-" or "-length". `is_valid` becomes false for anything else; the
/// result is nullopt for a range beyond the file.
std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size, bool& is_valid) {
    const std::size_t dash = text.find('-');
    const auto first = number(text.substr(0, dash));
    const auto last = dash == text.npos ? std::nullopt : number(text.substr(dash + 1));
    const bool is_suffix = dash == 0;
    const bool is_open = dash + 1 == text.size();
    is_valid = is_valid && dash != text.npos &&
               (is_suffix ? last.has_value() : first.has_value()) &&
               (is_suffix || is_open || (last.has_value() && *last >= *first));
    if (!is_valid) return std::nullopt;
    if (is_suffix) {
        if (*last == 0 || size == 0) return std::nullopt;
        return ByteRange{size - std::min(*last, size), size - 1};
    }
    if (*first >= size) return std::nullopt;
    return ByteRange{*first, is_open ? size - 1 : std::min(*last, size - 1)};
}

/// The plan for a valid Range header.
ReplyPlan plan_ranges(std::string_view header, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!equals_ignoring_case(header.substr(0, unit.size()), unit)) return {200};
    std::vector<ByteRange> ranges;
    bool is_valid = true;
    std::size_t count = 0;
    for_each_element(header.substr(unit.size()), [&](std::string_view element) {
        if (element.empty() || ++count > max_ranges) return;
        if (const auto range = parse_range(element, size, is_valid)) ranges.push_back(*range);
    });
    if (!is_valid || count == 0 || count > max_ranges) return {200};
    if (ranges.empty()) return {416};
    const std::uint64_t bytes = std::accumulate(
        ranges.begin(), ranges.end(), std::uint64_t{0},
        [](std::uint64_t sum, const ByteRange& range) { return sum + range.size_bytes(); });
    if (ranges.size() > 1 && bytes > size) return {200};
    return {206, std::move(ranges)};
}

bool range_counts(const ConditionalHeaders& headers, const FileIdentity& file) {
    if (!headers.range) return false;
    if (!headers.if_range) return true;
    const std::string_view condition = trimmed(*headers.if_range);
    if (condition.starts_with('"')) return condition == file.etag;
    const auto time = parse_http_date(std::string(condition));
    return time && *time == file.last_modified;
}

bool is_later(std::time_t time, const std::optional<std::string>& date) {
    const auto limit = date ? parse_http_date(*date) : std::nullopt;
    return limit && time > *limit;
}

bool is_unchanged(const ConditionalHeaders& headers, const FileIdentity& file) {
    if (headers.if_none_match) return lists_etag(*headers.if_none_match, file.etag, true);
    if (!headers.if_modified_since) return false;
    return parse_http_date(*headers.if_modified_since) &&
           !is_later(file.last_modified, headers.if_modified_since);
}

/// Whether it is ";q=0", with or without zeros after the point (RFC 9110, 12.4.2).
bool is_refused_by_weight(std::string_view parameters) {
    if (parameters.empty()) return false;
    const std::string_view weight = trimmed(parameters.substr(1));
    return equals_ignoring_case(weight.substr(0, 2), "q=") && weight.size() > 2 &&
           weight.find_first_not_of("0.", 2) == weight.npos;
}

}  // namespace

ReplyPlan plan_reply(const ConditionalHeaders& headers, const FileIdentity& file) {
    if (headers.if_match) {
        if (!lists_etag(*headers.if_match, file.etag, false)) return {412};
    } else if (is_later(file.last_modified, headers.if_unmodified_since)) {
        return {412};
    }
    if (is_unchanged(headers, file)) return {304};
    if (range_counts(headers, file)) return plan_ranges(*headers.range, file.size_bytes);
    return {200};
}

bool accepts_coding(std::string_view header, std::string_view coding) {
    std::optional<bool> named, any;
    for_each_element(header, [&](std::string_view element) {
        const std::size_t semicolon = std::min(element.find(';'), element.size());
        const std::string_view name = trimmed(element.substr(0, semicolon));
        const bool is_wanted = !is_refused_by_weight(element.substr(semicolon));
        if (equals_ignoring_case(name, coding)) named = is_wanted;
        if (name == "*") any = is_wanted;
    });
    return named.value_or(any.value_or(false));
}

std::string http_date(std::time_t time) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(time));
}

std::optional<std::time_t> parse_http_date(const std::string& text) {
    for (const char* format :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
        std::tm time = {};
        const char* end = strptime(text.c_str(), format, &time);
        if (end && *end == '\0') return timegm(&time);
    }
    return std::nullopt;
}

}  // namespace onnxhub
