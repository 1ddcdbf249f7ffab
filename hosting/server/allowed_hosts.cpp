// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/allowed_hosts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace onnxhub {
namespace {

bool is_ipv4(const std::string& host) {
    in_addr address = {};
    return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
    in6_addr address = {};
    return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_address(const std::string& host) {
    if (host.starts_with('[') && host.ends_with(']')) {
        return is_ipv6(host.substr(1, host.size() - 2));
    }
    return is_ipv4(host);
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return result;
}

bool is_port(std::string_view text) {
    return text.empty() || (text.front() == ':' && text.substr(1).find_first_not_of("0123456789") ==
                                                       std::string_view::npos);
}

std::string machine_name() {
    std::array<char, 256> name = {};  // HOST_NAME_MAX is 64
    return gethostname(name.data(), name.size() - 1) == 0 ? lower(name.data()) : "";
}

}  // namespace

bool is_loopback_address(const std::string& address) {
    in_addr ipv4 = {};
    if (inet_pton(AF_INET, address.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24 == 127;
    in6_addr ipv6 = {};
    if (inet_pton(AF_INET6, address.c_str(), &ipv6) != 1) return false;
    return IN6_IS_ADDR_LOOPBACK(&ipv6) || (IN6_IS_ADDR_V4MAPPED(&ipv6) && ipv6.s6_addr[12] == 127);
}

std::optional<std::string> requested_host(std::string_view header) {
    const std::size_t bracket = header.starts_with('[') ? header.find(']') : header.npos;
    if (header.starts_with('[')) {
        if (bracket == header.npos || !is_port(header.substr(bracket + 1))) return std::nullopt;
        std::string host = lower(header.substr(0, bracket + 1));
        return is_address(host) ? std::optional(std::move(host)) : std::nullopt;
    }
    const std::size_t colon = std::min(header.find(':'), header.size());
    if (!is_port(header.substr(colon))) return std::nullopt;
    std::string host = lower(header.substr(0, colon));
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
    names_.push_back(is_ipv6(bind_address) ? "[" + lower(bind_address) + "]" : bind_address);
    if (!takes_addresses_) return;
    const std::string name = machine_name();
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
