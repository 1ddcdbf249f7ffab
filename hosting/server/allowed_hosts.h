// SPDX-License-Identifier: Apache-2.0
// By which names a server may be addressed. A web page whose name an attacker makes lead to this
// server (DNS rebinding) sends its own name in `Host`, and must get nothing of a private hub.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/socket_address.h"

namespace onnxhub {

/// "hub.example" of "HUB.example.:8080", "[::1]" of "[::1]:8080"; nothing when it is no host.
std::optional<std::string> requested_host(std::string_view header);

class AllowedHosts {
public:
    /// Any name: for hubs that everyone may read.
    static AllowedHosts any();

    /// For a private hub at `bind_address`: `names`, localhost, 127.0.0.1, [::1] and the address
    /// itself. Where others reach it, also any IP address and this machine's name, which no one
    /// else's web page can have. `names` are as requested_host() gives them.
    AllowedHosts(const std::string& bind_address, std::vector<std::string> names);

    bool allows(std::string_view header) const;

private:
    AllowedHosts() = default;

    bool is_any_ = false;
    bool takes_addresses_ = false;
    std::vector<std::string> names_;
};

}  // namespace onnxhub
