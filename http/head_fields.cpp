// SPDX-License-Identifier: Apache-2.0
#include "http/head_fields.h"

#include <string_view>

#include "base/decimal.h"

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

bool is_compressed(const HttpHead& head) {
    const std::string* encoding = find_header(head.headers, "content-encoding");
    return encoding && !encoding->empty() && *encoding != "identity";
}

}  // namespace onnxhub
