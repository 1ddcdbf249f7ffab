// SPDX-License-Identifier: Apache-2.0
#include "http/head_fields.h"

#include <ctime>
#include <string_view>

#include "base/decimal.h"
#include "http/curl/library.h"

namespace onnxhub {
namespace {

/// "0-6/10" of the Content-Range "bytes 0-6/10"; empty when there is none.
std::string_view byte_range(const HttpHead& head) {
    constexpr std::string_view unit = "bytes ";
    const std::string* range = find_header(head.headers, "content-range");
    if (!range || !range->starts_with(unit)) return {};
    return std::string_view(*range).substr(unit.size());
}

}  // namespace

std::string strong_etag(const HttpHead& head) {
    const std::string* etag = find_header(head.headers, "etag");
    return etag && etag->starts_with('"') ? *etag : "";
}

std::optional<std::uint64_t> content_length(const HttpHead& head) {
    const std::string* length = find_header(head.headers, "content-length");
    return length ? parse_decimal<std::uint64_t>(*length) : std::nullopt;
}

std::optional<std::uint64_t> range_start(const HttpHead& head) {
    const std::string_view bounds = byte_range(head);
    const std::size_t dash = bounds.find('-');
    return dash == bounds.npos ? std::nullopt
                               : parse_decimal<std::uint64_t>(bounds.substr(0, dash));
}

std::optional<std::uint64_t> range_total(const HttpHead& head) {
    const std::string_view bounds = byte_range(head);
    const std::size_t slash = bounds.find('/');
    return slash == bounds.npos ? std::nullopt
                                : parse_decimal<std::uint64_t>(bounds.substr(slash + 1));
}

std::optional<ContentRange> content_range(const HttpHead& head) {
    const std::string_view bounds = byte_range(head);
    const std::size_t dash = bounds.find('-');
    const std::size_t slash = bounds.find('/');
    const auto first = range_start(head);
    const auto total = range_total(head);
    if (!first || !total || slash < dash) return std::nullopt;
    const auto last = parse_decimal<std::uint64_t>(bounds.substr(dash + 1, slash - dash - 1));
    if (!last || *last < *first || *last >= *total) return std::nullopt;
    return ContentRange{*first, *last + 1, *total};
}

std::string strong_last_modified(const HttpHead& head) {
    constexpr std::time_t margin = 60;  // seconds
    const std::string* modified = find_header(head.headers, "last-modified");
    const std::string* date = find_header(head.headers, "date");
    if (!modified || !date) return "";
    const std::time_t then = curl().getdate(modified->c_str(), nullptr);
    const std::time_t now = curl().getdate(date->c_str(), nullptr);
    return then >= 0 && now - then >= margin ? *modified : "";
}

bool is_compressed(const HttpHead& head) {
    const std::string* encoding = find_header(head.headers, "content-encoding");
    return encoding && !encoding->empty() && *encoding != "identity";
}

}  // namespace onnxhub
