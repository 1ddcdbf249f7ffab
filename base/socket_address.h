// SPDX-License-Identifier: Apache-2.0
// IP addresses, and this machine's name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

struct sockaddr;

namespace onnxhub {

bool is_ipv4_address(const std::string& text);
bool is_ipv6_address(const std::string& text);  ///< without brackets

/// Whether only this machine can reach the address: 127.0.0.0/8 or ::1, also mapped into IPv6.
bool is_loopback_address(const std::string& address);

/// An IPv4 or IPv6 address with a port, as the functions of the operating system and of other
/// libraries take it.
class SocketAddress {
public:
    SocketAddress() = default;  ///< no address
    /// Copies the address; no address for null and for any other family.
    explicit SocketAddress(const sockaddr* address);

    /// For the system; valid as long as this object.
    const sockaddr* get() const;
    unsigned size_bytes() const { return size_bytes_; }

    /// "127.0.0.1", "fe80::1%eth0"; "-" without an address.
    std::string text() const;

    /// What identifies a client: the bytes of an IPv4 address (also if mapped to IPv6), or the
    /// first 64 bits of an IPv6 address, since networks assign the rest to one client (RFC 4291,
    /// 2.5.4). Empty without an address.
    std::string network() const;

    std::uint16_t port() const;  ///< 0 without an address

private:
    alignas(8) std::array<std::byte, 28> bytes_ = {};  // sockaddr_in6 is the larger one
    unsigned size_bytes_ = 0;
};

/// As gethostname(2) has it; empty on failure.
std::string machine_name();

}  // namespace onnxhub
