// SPDX-License-Identifier: Apache-2.0
#include "http/web_origin.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/decimal.h"
#include "http/curl/url.h"

namespace onnxhub {
namespace {

constexpr std::size_t host_length_limit = 253;  // RFC 1035, as text

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_name_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}

/// Characters that programs treat differently.
bool is_unsafe(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte >= 0x7f || c == '\\';
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    if (text.starts_with('0')) return std::nullopt;
    return parse_decimal<std::uint16_t>(text);
}

/// Whether programs that accept old spellings would read the host as an IPv4 address: its last part
/// is a number, decimal or hexadecimal.
bool ends_in_number(std::string_view host) {
    std::string_view last = host.substr(host.rfind('.') + 1);
    if (last.starts_with("0x")) {
        last.remove_prefix(2);
        return last.find_first_not_of("0123456789abcdef") == last.npos;
    }
    return std::ranges::all_of(last, is_digit);
}

/// Why the host, which is not in brackets, is none; nullopt when it is one.
std::optional<std::string> name_problem(const WebOrigin& origin) {
    const std::string& host = origin.host;
    if (host.empty()) return "has no host";
    if (host.size() > host_length_limit) return "has a host with more than 253 characters";
    if (!std::ranges::all_of(host, is_name_character)) {
        return "has a host with other characters than a-z, 0-9, '-', '_' and '.'; write the xn-- "
               "form of international names";
    }
    if (host.starts_with('.') || host.ends_with('.') || host.find("..") != host.npos) {
        return "has a host with an empty part; write it without a dot at its end";
    }
    if (!origin.address && ends_in_number(host)) {
        return "has an unusual spelling of an IPv4 address; write four decimal numbers";
    }
    return std::nullopt;
}

/// Reads host and port; the error is a clause.
std::optional<std::string> read_authority(std::string_view text, WebOrigin& origin) {
    if (text.find('@') != text.npos) return "has a user name or password";
    const bool is_ipv6 = text.starts_with('[');
    const std::size_t host_end = is_ipv6 ? text.find(']') : std::min(text.find(':'), text.size());
    if (host_end == text.npos) return "has an IPv6 address without a closing bracket";
    const std::size_t brackets = is_ipv6 ? 1 : 0;
    origin.host = lower_case(text.substr(brackets, host_end - brackets));
    const std::string_view port_text = text.substr(host_end + brackets);
    if (!port_text.empty()) {
        const auto port = port_text.front() == ':' ? parse_port(port_text.substr(1)) : std::nullopt;
        if (!port) return "has a port that is not a number from 1 to 65535";
        origin.port = *port;
    }
    origin.address = parse_ip_address(origin.host);
    if (!is_ipv6) return name_problem(origin);
    if (!origin.address || origin.address->is_ipv4) return "has an invalid IPv6 address";
    return std::nullopt;
}

}  // namespace

std::variant<WebOrigin, std::string> parse_web_origin(std::string_view url) {
    using namespace std::string_literals;
    if (url.size() > url_length_limit) {
        return "has more than " + std::to_string(url_length_limit) + " bytes";
    }
    if (std::ranges::any_of(url, is_unsafe)) {
        return "has a space, a backslash or another character that URLs must percent-encode"s;
    }
    WebOrigin origin;
    const std::size_t colon = url.find(':');
    const std::string scheme = lower_case(url.substr(0, std::min(colon, url.size())));
    if (colon == url.npos || (scheme != "https" && scheme != "http")) {
        return "does not begin with https://"s;
    }
    url.remove_prefix(colon + 1);
    if (!url.starts_with("//")) return "does not begin with https://"s;
    url.remove_prefix(2);
    origin.is_https = scheme == "https";
    origin.port = origin.is_https ? 443 : 80;
    auto problem = read_authority(url.substr(0, url.find_first_of("/?#")), origin);
    if (problem) return std::move(*problem);
    return origin;
}

std::optional<WebOrigin> origin_of(const std::string& url) {
    auto parsed = parse_web_origin(url);
    if (auto* origin = std::get_if<WebOrigin>(&parsed)) return std::move(*origin);
    const CurlUrl lenient = parse_url(url);
    if (!is_http(lenient)) return std::nullopt;
    WebOrigin origin;
    origin.is_https = url_part(lenient, CURLUPART_SCHEME) == "https";
    origin.host = lower_case(url_part(lenient, CURLUPART_HOST));
    if (origin.host.starts_with('[')) origin.host = origin.host.substr(1, origin.host.size() - 2);
    origin.port = parse_port(url_part(lenient, CURLUPART_PORT, CURLU_DEFAULT_PORT)).value_or(0);
    origin.address = parse_ip_address(origin.host);
    return origin;
}

}  // namespace onnxhub
