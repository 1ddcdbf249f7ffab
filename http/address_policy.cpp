// SPDX-License-Identifier: Apache-2.0
#include "http/address_policy.h"

#include <algorithm>
#include <variant>

#include "base/ip_address.h"

namespace onnxhub {
namespace {

constexpr std::uint16_t first_unprivileged_port = 1024;

/// Names that only private networks know (RFC 6761, 6762, 8375, ICANN's .internal), and names
/// without a dot, which resolvers look for in the local domain.
bool is_private_name(std::string_view host) {
    for (const std::string_view domain :
         {"localhost", "localdomain", "local", "internal", "home.arpa"}) {
        if (host == domain ||
            (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.')) {
            return true;
        }
    }
    return host.find('.') == host.npos;
}

}  // namespace

std::string allow_hint(const std::string& host) {
    return "if you trust it, add \"" + host + "\" to `allow` in [network] of your configuration";
}

std::optional<AllowedHost> parse_allowed_host(std::string_view text) {
    if (text.find_first_of("/?#") != text.npos || text.ends_with(':')) return std::nullopt;
    const auto parsed = parse_web_origin("https://" + std::string(text));
    const auto* origin = std::get_if<WebOrigin>(&parsed);
    if (!origin) return std::nullopt;
    const std::size_t host_end = text.starts_with('[') ? text.find(']') : 0;
    const bool has_port = text.find(':', host_end) != text.npos;
    return AllowedHost{origin->host, has_port ? std::optional(origin->port) : std::nullopt};
}

void AddressPolicy::allow_origin_of(const std::string& url) {
    if (auto origin = origin_of(url)) {
        allowed_.push_back({std::move(origin->host), origin->port});
    }
}

bool AddressPolicy::is_named(const WebOrigin& origin) const {
    return std::ranges::any_of(allowed_, [&](const AllowedHost& allowed) {
        return allowed.host == origin.host && allowed.port.value_or(origin.port) == origin.port;
    });
}

bool AddressPolicy::is_named(const std::string& url) const {
    const auto origin = origin_of(url);
    return origin && is_named(*origin);
}

std::optional<std::string> AddressPolicy::refusal(std::string_view url) const {
    auto parsed = parse_web_origin(url);
    if (auto* problem = std::get_if<std::string>(&parsed)) return std::move(*problem);
    const auto& origin = std::get<WebOrigin>(parsed);
    if (is_named(origin)) return std::nullopt;
    const std::string hint = "; " + allow_hint(origin.host);
    if (!origin.is_https) return "is not https" + hint;
    if (origin.port != 443 && origin.port < first_unprivileged_port) {
        return "has the port " + std::to_string(origin.port) + ", which is not one of web servers" +
               hint;
    }
    if (origin.address) {
        const auto use = special_use(*origin.address);
        if (!use) return std::nullopt;
        return "leads to " + to_text(*origin.address) + ", " + std::string(*use) + hint;
    }
    if (is_private_name(origin.host)) {
        return "leads to \"" + origin.host + "\", a name inside a private network" + hint;
    }
    return std::nullopt;
}

}  // namespace onnxhub
