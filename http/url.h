// SPDX-License-Identifier: Apache-2.0
// Parts of URLs, as libcurl understands them.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// The URL without user, password, query and fragment, for messages. "the URL" for invalid ones.
std::string shown_url(const std::string& url);

/// Whether both have the same scheme, host and port.
bool same_origin(const std::string& one, const std::string& other);

/// The host of a URL in lower case; empty for invalid URLs.
std::string host_of(const std::string& url);

/// "host[:port]/path" without scheme, user, port 80 or 443, empty and dot segments, query and
/// fragment, with the host in lower case and percent-encoded bytes decoded. The text itself for
/// invalid URLs.
std::string plain_address(const std::string& url);

/// plain_address() in lower case, for comparing addresses.
std::string canonical_address(const std::string& url);

/// Percent-encodes each segment of a path (RFC 3986).
std::string encoded_path(std::string_view path);

}  // namespace onnxhub
