// SPDX-License-Identifier: Apache-2.0
// The host names a server answers to. A web page whose name an attacker points to this server (DNS
// rebinding) sends its own name in `Host` and must not be able to read a private hub.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/socket_address.h"

namespace onnxhub {

/// "hub.example" for "HUB.example.:8080", "[::1]" for "[::1]:8080"; nullopt when it is not a host.
std::optional<std::string> requested_host(std::string_view header);

class AllowedHosts {
public:
    /// Accepts any name: for hubs that everyone may read.
    static AllowedHosts any();

    /// For a private hub at `bind_address`: accepts `names`, localhost, 127.0.0.1, [::1] and the
    /// address itself. If the address is reachable by others, also accepts any IP address and this
    /// machine's name, which no untrusted web page can have. `names` are in the form of
    /// requested_host().
    AllowedHosts(const std::string& bind_address, std::vector<std::string> names);

    bool allows(std::string_view header) const;

private:
    AllowedHosts() = default;

    bool is_any_ = false;
    bool takes_addresses_ = false;
    std::vector<std::string> names_;
};

}  // namespace onnxhub
