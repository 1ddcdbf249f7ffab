// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

namespace onnxhub {
namespace {

constexpr std::string_view metadata_service = "the address of a cloud's metadata service";
constexpr std::string_view reserved = "a reserved address";

struct Network {
    IpAddress address;
    unsigned prefix_bits;
    std::string_view use;
};

consteval IpAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return {true, {a, b, c, d}};
}

/// Up to eight groups of 16 bits; the others are zero.
template <class... Groups>
consteval IpAddress ipv6(Groups... groups) {
    IpAddress address;
    std::size_t at = 0;
    ((address.bytes[at] = static_cast<std::uint8_t>(groups >> 8),
      address.bytes[at + 1] = static_cast<std::uint8_t>(groups & 0xff), at += 2),
     ...);
    return address;
}

/// The first network that contains an address decides.
constexpr Network ipv4_networks[] = {
    {ipv4(169, 254, 169, 254), 32, metadata_service},
    {ipv4(100, 100, 100, 200), 32, metadata_service},
    {ipv4(168, 63, 129, 16), 32, metadata_service},  // of Azure, in a public network
    {ipv4(192, 0, 0, 192), 32, metadata_service},
    {ipv4(0, 0, 0, 0), 32, "the unspecified address"},
    {ipv4(0, 0, 0, 0), 8, "an address of this network"},
    {ipv4(10, 0, 0, 0), 8, "a private address"},
    {ipv4(100, 64, 0, 0), 10, "an address of a provider's own network (CGNAT)"},
    {ipv4(127, 0, 0, 0), 8, "a loopback address"},
    {ipv4(169, 254, 0, 0), 16, "a link-local address"},
    {ipv4(172, 16, 0, 0), 12, "a private address"},
    {ipv4(192, 0, 0, 0), 24, reserved},
    {ipv4(192, 0, 2, 0), 24, "an address for documentation"},
    {ipv4(192, 88, 99, 0), 24, reserved},
    {ipv4(192, 168, 0, 0), 16, "a private address"},
    {ipv4(198, 18, 0, 0), 15, "an address for benchmarks"},
    {ipv4(198, 51, 100, 0), 24, "an address for documentation"},
    {ipv4(203, 0, 113, 0), 24, "an address for documentation"},
    {ipv4(224, 0, 0, 0), 4, "a multicast address"},
    {ipv4(255, 255, 255, 255), 32, "the broadcast address"},
    {ipv4(240, 0, 0, 0), 4, reserved},
};

constexpr Network ipv6_networks[] = {
    {ipv6(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254), 128, metadata_service},
    {ipv6(), 128, "the unspecified address"},
    {ipv6(0, 0, 0, 0, 0, 0, 0, 1), 128, "a loopback address"},
    {ipv6(0xfc00), 7, "a private address"},
    {ipv6(0xfe80), 10, "a link-local address"},
    {ipv6(0xfec0), 10, "a private address"},
    {ipv6(0xff00), 8, "a multicast address"},
    {ipv6(0x2001, 0), 32, "a Teredo address"},
    {ipv6(0x2001, 2), 48, "an address for benchmarks"},
    {ipv6(0x2001, 0x0db8), 32, "an address for documentation"},
    {ipv6(0x2001), 23, reserved},
    {ipv6(0x2002), 16, "a 6to4 address"},
    {ipv6(0x3fff), 20, "an address for documentation"},
};

constexpr Network global_unicast{ipv6(0x2000), 3, {}};

/// Forms of IPv4 addresses in the last four bytes that hosts use today: IPv4-mapped, and NAT64.
constexpr Network ipv4_forms[] = {
    {ipv6(0, 0, 0, 0, 0, 0xffff), 96, {}},
    {ipv6(0x64, 0xff9b), 96, {}},
};

/// Forms that no host should have any more: IPv4-compatible, and IPv4-translated.
constexpr Network old_ipv4_forms[] = {
    {ipv6(), 96, {}},
    {ipv6(0, 0, 0, 0, 0xffff), 96, {}},
};

bool contains(const Network& network, const IpAddress& address) {
    for (unsigned bit = 0; bit < network.prefix_bits; bit += 8) {
        const unsigned left = network.prefix_bits - bit;
        const unsigned mask = left >= 8 ? 0xff : 0xff << (8 - left) & 0xff;
        if (((network.address.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

const Network* find_network(std::span<const Network> networks, const IpAddress& address) {
    const auto found = std::ranges::find_if(
        networks, [&](const Network& network) { return contains(network, address); });
    return found == networks.end() ? nullptr : &*found;
}

IpAddress last_four_bytes(const IpAddress& address) {
    IpAddress ipv4;
    ipv4.is_ipv4 = true;
    std::copy(address.bytes.begin() + 12, address.bytes.end(), ipv4.bytes.begin());
    return ipv4;
}

}  // namespace

std::optional<IpAddress> parse_ip_address(const std::string& text) {
    IpAddress address;
    if (text.find('\0') != text.npos) return std::nullopt;
    if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
    address.is_ipv4 = true;
    if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

std::optional<IpAddress> ip_address_of(const sockaddr* address) {
    IpAddress found;
    if (address->sa_family == AF_INET) {
        sockaddr_in ipv4;
        std::memcpy(&ipv4, address, sizeof ipv4);
        std::memcpy(found.bytes.data(), &ipv4.sin_addr, sizeof ipv4.sin_addr);
        found.is_ipv4 = true;
        return found;
    }
    if (address->sa_family != AF_INET6) return std::nullopt;
    sockaddr_in6 ipv6;
    std::memcpy(&ipv6, address, sizeof ipv6);
    std::memcpy(found.bytes.data(), &ipv6.sin6_addr, sizeof ipv6.sin6_addr);
    return found;
}

std::string to_text(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text = {};
    inet_ntop(address.is_ipv4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
    return text.data();
}

std::optional<std::string_view> special_use(const IpAddress& address) {
    if (address.is_ipv4) {
        const Network* network = find_network(ipv4_networks, address);
        return network ? std::optional(network->use) : std::nullopt;
    }
    if (const Network* network = find_network(ipv6_networks, address)) return network->use;
    if (find_network(ipv4_forms, address)) return special_use(last_four_bytes(address));
    if (find_network(old_ipv4_forms, address)) {
        return special_use(last_four_bytes(address)).value_or(reserved);
    }
    return contains(global_unicast, address) ? std::nullopt : std::optional(reserved);
}

int open_socket(int family, int type, int protocol) {
    return socket(family, type | SOCK_CLOEXEC, protocol);
}

}  // namespace onnxhub
