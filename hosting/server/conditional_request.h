// SPDX-License-Identifier: Apache-2.0
// Determines which part of a file a request gets, if any (RFC 9110, sections 13 and 14).
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onnxhub {

/// Identifies a state of a file.
struct FileIdentity {
    std::string etag;  ///< strong, with its quotes
    std::time_t last_modified = 0;
    std::uint64_t size_bytes = 0;
};

/// The request's headers with these names, as received; nullopt if missing.
struct ConditionalHeaders {
    std::optional<std::string> if_match = {};
    std::optional<std::string> if_unmodified_since = {};
    std::optional<std::string> if_none_match = {};
    std::optional<std::string> if_modified_since = {};
    std::optional<std::string> if_range = {};
    std::optional<std::string> range = {};
};

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  ///< inclusive

    std::uint64_t size_bytes() const { return last - first + 1; }
    bool operator==(const ByteRange&) const = default;
};

struct ReplyPlan {
    int status = 200;                    ///< 200, 206, 304, 412 or 416
    std::vector<ByteRange> ranges = {};  ///< for 206: in the requested order

    bool operator==(const ReplyPlan&) const = default;
};

/// Plans the reply to GET and HEAD. Ignores invalid ranges, more than 16 ranges, and ranges that
/// together exceed the file's size, since a few kilobytes of headers could otherwise request
/// terabytes.
ReplyPlan plan_reply(const ConditionalHeaders& headers, const FileIdentity& file);

/// Whether an Accept-Encoding header accepts a content coding: by name with a weight above 0, or by
/// "*" if it is not named (RFC 9110, 12.5.3).
bool accepts_coding(std::string_view header, std::string_view coding);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string http_date(std::time_t time);

/// Parses any of the three date formats; nullopt when invalid.
std::optional<std::time_t> parse_http_date(const std::string& text);

}  // namespace onnxhub
