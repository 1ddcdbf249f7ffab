// SPDX-License-Identifier: Apache-2.0
// Which part of a file a request is to get, if any (RFC 9110, sections 13 and 14).
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onnxhub {

/// What distinguishes one state of a file from another.
struct FileIdentity {
    std::string etag;  ///< strong, in its quotes
    std::time_t last_modified = 0;
    std::uint64_t size_bytes = 0;
};

/// The request's headers of these names, as they came; nothing where there was none.
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
    std::vector<ByteRange> ranges = {};  ///< of a 206: in the order asked for

    bool operator==(const ReplyPlan&) const = default;
};

/// For GET and HEAD. Ranges that can't be understood are ignored, as are more than 16 and those
/// that ask for more bytes than the file has: a few kilobytes of headers could ask for terabytes.
ReplyPlan plan_reply(const ConditionalHeaders& headers, const FileIdentity& file);

/// Whether a content coding may be sent, by an Accept-Encoding header: named with a weight above 0,
/// or by "*" where it isn't named (RFC 9110, 12.5.3).
bool accepts_coding(std::string_view header, std::string_view coding);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string http_date(std::time_t time);

/// In any of its three forms; nothing when it is none.
std::optional<std::time_t> parse_http_date(const std::string& text);

}  // namespace onnxhub
