// SPDX-License-Identifier: Apache-2.0
// Which addresses may be contacted when a hub chooses the URL: the web servers of the public
// internet, and the hosts that the user's configuration names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/web_origin.h"

namespace onnxhub {

/// A host that the user names, with one port or with all.
struct AllowedHost {
    std::string host;                   ///< as in WebOrigin
    std::optional<std::uint16_t> port;  ///< absent: all ports

    bool operator==(const AllowedHost&) const = default;
};

/// Reads "host", "host:port", "10.0.0.7", "[fd00::1]:8080"; nullopt for other texts.
std::optional<AllowedHost> parse_allowed_host(std::string_view text);

class AddressPolicy {
public:
    AddressPolicy() = default;  ///< allows no host but those of the public internet
    explicit AddressPolicy(std::vector<AllowedHost> allowed) : allowed_(std::move(allowed)) {}

    /// Also allows the scheme, host and port of a URL that the user gave, in any valid spelling.
    void allow_origin_of(const std::string& url);

    /// Whether the user names the host of this URL. Then http is allowed too, and any address.
    bool is_named(const std::string& url) const;

    /// Why no request may go to a URL that a hub chose: one clause and what to do; nullopt when one
    /// may. Checks the text: https, no credentials, port 443 or one from 1024, and a host that is
    /// not an address outside the public internet or a name inside a private network. Hosts that
    /// the user names are allowed with http, any address and any port.
    std::optional<std::string> refusal(std::string_view url) const;

private:
    bool is_named(const WebOrigin& origin) const;

    std::vector<AllowedHost> allowed_;
};

/// "add "HOST" to [network] allow …", for messages.
std::string allow_hint(const std::string& host);

}  // namespace onnxhub
