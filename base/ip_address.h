// SPDX-License-Identifier: Apache-2.0
// IP addresses as values, and which of them the public internet uses.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace onnxhub {

struct IpAddress {
    bool is_ipv4 = false;
    std::array<std::uint8_t, 16> bytes = {};  ///< of IPv4 the first four

    bool operator==(const IpAddress&) const = default;
};

/// "192.0.2.1" or "2001:db8::1", as inet_pton(3) reads them; nullopt for all other texts, such as
/// "0x7f.1" or an address in brackets.
std::optional<IpAddress> parse_ip_address(const std::string& text);

/// The address of a socket; nullopt for families other than IPv4 and IPv6. `address` points to a
/// complete address of its family.
std::optional<IpAddress> ip_address_of(const sockaddr* address);

std::string to_text(const IpAddress& address);

/// What an address is if the public internet does not use it: "a loopback address", "a private
/// address", "a link-local address"; nullopt for public addresses. IPv6 addresses that stand for an
/// IPv4 address are not public unless the IPv4 address is and hosts use that form today.
/// Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses.
std::optional<std::string_view> special_use(const IpAddress& address);

/// socket(2) with close-on-exec; -1 on failure.
int open_socket(int family, int type, int protocol);

}  // namespace onnxhub
