// SPDX-License-Identifier: Apache-2.0
#include "base/socket_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace onnxhub {
namespace {

template <typename Address>
Address as(const std::byte* bytes) {
    Address address = {};
    std::memcpy(&address, bytes, sizeof address);
    return address;
}

unsigned size_of_family(sa_family_t family) {
    if (family == AF_INET) return sizeof(sockaddr_in);
    return family == AF_INET6 ? sizeof(sockaddr_in6) : 0;
}

}  // namespace

bool is_ipv4_address(const std::string& text) {
    in_addr address = {};
    return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_ipv6_address(const std::string& text) {
    in6_addr address = {};
    return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_loopback_address(const std::string& address) {
    in_addr ipv4 = {};
    if (inet_pton(AF_INET, address.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24 == 127;
    in6_addr ipv6 = {};
    if (inet_pton(AF_INET6, address.c_str(), &ipv6) != 1) return false;
    return IN6_IS_ADDR_LOOPBACK(&ipv6) || (IN6_IS_ADDR_V4MAPPED(&ipv6) && ipv6.s6_addr[12] == 127);
}

SocketAddress::SocketAddress(const sockaddr* address) {
    static_assert(sizeof(sockaddr_in6) <= sizeof bytes_ && alignof(sockaddr_in6) <= 8);
    if (!address) return;
    size_bytes_ = size_of_family(address->sa_family);
    std::memcpy(bytes_.data(), address, size_bytes_);
}

const sockaddr* SocketAddress::get() const {
    return reinterpret_cast<const sockaddr*>(bytes_.data());
}

std::string SocketAddress::text() const {
    std::array<char, NI_MAXHOST> text = {"-"};
    if (size_bytes_ == 0) return text.data();
    getnameinfo(get(), size_bytes_, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    return text.data();
}

std::string SocketAddress::network() const {
    if (size_bytes_ == sizeof(sockaddr_in)) {
        const auto ipv4 = as<sockaddr_in>(bytes_.data());
        return {reinterpret_cast<const char*>(&ipv4.sin_addr), sizeof ipv4.sin_addr};
    }
    if (size_bytes_ == 0) return "";
    constexpr std::size_t network_bytes = 8;  // a /64
    const auto ipv6 = as<sockaddr_in6>(bytes_.data());
    const auto* bytes = reinterpret_cast<const char*>(ipv6.sin6_addr.s6_addr);
    if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr)) return {bytes + 12, 4};
    return {bytes, network_bytes};
}

std::uint16_t SocketAddress::port() const {
    if (size_bytes_ == 0) return 0;
    static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
    return ntohs(as<sockaddr_in>(bytes_.data()).sin_port);
}

std::string machine_name() {
    std::array<char, 256> name = {};  // HOST_NAME_MAX is 64
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace onnxhub
