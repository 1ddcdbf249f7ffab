// SPDX-License-Identifier: Apache-2.0
// What the header fields of a response say about its body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/http_message.h"

namespace onnxhub {

/// The ETag if it is a strong one, with its quotes: equal ones promise equal bytes (RFC 9110,
/// 8.8.1). "" when there is none.
std::string strong_etag(const HttpHead& head);

/// Content-Length in bytes; nullopt when it is missing or not a number.
std::optional<std::uint64_t> content_length(const HttpHead& head);

/// The bytes of a 206 (RFC 9110, 14.4).
struct ContentRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  ///< after the last byte
    std::uint64_t total_bytes = 0;

    bool operator==(const ContentRange&) const = default;
};

/// nullopt unless the Content-Range states all three numbers, and they fit together.
std::optional<ContentRange> content_range(const HttpHead& head);

/// Last-Modified if it is a strong validator: at least a minute older than Date (RFC 9110,
/// 8.8.2.2). "" otherwise.
std::string strong_last_modified(const HttpHead& head);

/// First byte of the range of a 206 (RFC 9110, 14.4); nullopt when it is not stated.
std::optional<std::uint64_t> range_start(const HttpHead& head);

/// Size of the whole file in the Content-Range of a 206 or 416; nullopt when it is not stated.
std::optional<std::uint64_t> range_total(const HttpHead& head);

/// Whether the body has a Content-Encoding.
bool is_compressed(const HttpHead& head);

}  // namespace onnxhub
