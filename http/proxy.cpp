// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/decimal.h"

namespace onnxhub {
namespace {

/// The first of these variables that is set and not empty.
template <class... Names>
std::string first_of(const std::function<std::optional<std::string>(const char*)>& environment,
                     Names... names) {
    for (const char* name : {names...}) {
        if (auto value = environment(name); value && !value->empty()) return std::move(*value);
    }
    return "";
}

bool has_same_beginning(const IpAddress& one, const IpAddress& other, unsigned bits) {
    for (unsigned bit = 0; bit < bits; ++bit) {
        const unsigned mask = 0x80u >> (bit % 8);
        if (((one.bytes[bit / 8] ^ other.bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

/// `item` is an address or "address/bits".
bool has_address(std::string_view item, const IpAddress& address) {
    const std::size_t slash = std::min(item.find('/'), item.size());
    const auto network = parse_ip_address(std::string(item.substr(0, slash)));
    if (!network || network->is_ipv4 != address.is_ipv4) return false;
    const unsigned all_bits = address.is_ipv4 ? 32 : 128;
    unsigned bits = all_bits;
    if (slash < item.size()) {
        const auto stated = parse_decimal<unsigned>(item.substr(slash + 1));
        if (!stated || *stated > all_bits) return false;
        bits = *stated;
    }
    return has_same_beginning(*network, address, bits);
}

bool has_name(std::string_view item, std::string_view host) {
    if (item.starts_with('.')) item.remove_prefix(1);
    if (item.ends_with('.')) item.remove_suffix(1);
    const std::string domain = lower_case(item);
    if (domain.empty() || !host.ends_with(domain)) return false;
    return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

std::string_view without_brackets(std::string_view item) {
    if (!item.starts_with('[') || !item.ends_with(']')) return item;
    return item.substr(1, item.size() - 2);
}

}  // namespace

bool is_without_proxy(const WebOrigin& origin, std::string_view no_proxy) {
    if (no_proxy == "*") return true;
    constexpr std::string_view separators = ", \t";
    while (!no_proxy.empty()) {
        const std::size_t end = std::min(no_proxy.find_first_of(separators), no_proxy.size());
        const std::string_view item = no_proxy.substr(0, end);
        no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
        const bool is_it = origin.address ? has_address(without_brackets(item), *origin.address)
                                          : has_name(item, origin.host);
        if (is_it) return true;
    }
    return false;
}

std::string proxy_for(const WebOrigin& origin,
                      const std::function<std::optional<std::string>(const char*)>& environment) {
    if (is_without_proxy(origin, first_of(environment, "no_proxy", "NO_PROXY"))) return "";
    return origin.is_https
               ? first_of(environment, "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
               : first_of(environment, "http_proxy", "all_proxy", "ALL_PROXY");
}

}  // namespace onnxhub
