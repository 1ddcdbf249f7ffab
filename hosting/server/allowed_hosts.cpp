// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/allowed_hosts.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/socket_address.h"

namespace onnxhub {
namespace {

bool is_address(const std::string& host) {
    if (host.starts_with('[') && host.ends_with(']')) {
        return is_ipv6_address(host.substr(1, host.size() - 2));
    }
    return is_ipv4_address(host);
}

bool is_port(std::string_view text) {
    return text.empty() || (text.front() == ':' && text.substr(1).find_first_not_of("0123456789") ==
                                                       std::string_view::npos);
}

}  // namespace

std::optional<std::string> requested_host(std::string_view header) {
    const std::size_t bracket = header.starts_with('[') ? header.find(']') : header.npos;
    if (header.starts_with('[')) {
        if (bracket == header.npos || !is_port(header.substr(bracket + 1))) return std::nullopt;
        std::string host = lower_case(header.substr(0, bracket + 1));
        return is_address(host) ? std::optional(std::move(host)) : std::nullopt;
    }
    const std::size_t colon = std::min(header.find(':'), header.size());
    if (!is_port(header.substr(colon))) return std::nullopt;
    std::string host = lower_case(header.substr(0, colon));
    if (host.ends_with('.')) host.pop_back();
    const bool is_name = !host.empty() && host.find_first_not_of(
                                              "abcdefghijklmnopqrstuvwxyz"
                                              "0123456789-._") == host.npos;
    return is_name ? std::optional(std::move(host)) : std::nullopt;
}

AllowedHosts AllowedHosts::any() {
    AllowedHosts hosts;
    hosts.is_any_ = true;
    return hosts;
}

AllowedHosts::AllowedHosts(const std::string& bind_address, std::vector<std::string> names)
    : takes_addresses_(!is_loopback_address(bind_address)), names_(std::move(names)) {
    for (const char* name : {"localhost", "127.0.0.1", "[::1]"}) names_.emplace_back(name);
    names_.push_back(is_ipv6_address(bind_address) ? "[" + lower_case(bind_address) + "]"
                                                   : bind_address);
    if (!takes_addresses_) return;
    const std::string name = lower_case(machine_name());
    if (!name.empty()) names_.push_back(name);
}

bool AllowedHosts::allows(std::string_view header) const {
    if (is_any_) return true;
    const auto host = requested_host(header);
    if (!host) return false;
    return std::ranges::find(names_, *host) != names_.end() ||
           (takes_addresses_ && is_address(*host));
}

}  // namespace onnxhub
