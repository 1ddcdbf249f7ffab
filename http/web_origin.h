// SPDX-License-Identifier: Apache-2.0
// Scheme, host and port of web addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/ip_address.h"

namespace onnxhub {

/// Longer URLs are refused.
inline constexpr std::size_t url_length_limit = 8192;  // bytes

/// Scheme, host and port of a URL, without the tricks that programs read differently.
struct WebOrigin {
    bool is_https = true;
    std::string host;  ///< in lower case, IPv6 addresses without brackets
    std::uint16_t port = 443;
    std::optional<IpAddress> address = {};  ///< the host, if it is an address
};

/// Reads `https://host[:port][/path][?query][#fragment]`, and the same with http. Reads text only:
/// no name is resolved, and libcurl is not loaded. The error is one clause, "has a user name or
/// password": credentials, other schemes, control characters, spaces and backslashes, names with
/// other characters than ASCII letters, digits, '-', '_' and '.', a dot at the end of the name, and
/// other spellings of IPv4 addresses than four decimal numbers.
std::variant<WebOrigin, std::string> parse_web_origin(std::string_view url);

/// The origin of a URL that the user gave, in any spelling that libcurl accepts, with credentials
/// too; nullopt for invalid URLs.
std::optional<WebOrigin> origin_of(const std::string& url);

}  // namespace onnxhub
