// SPDX-License-Identifier: Apache-2.0
// Socket addresses of texts.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "base/socket_address.h"

namespace onnxhub::test {

inline SocketAddress ipv4(const char* text, std::uint16_t port = 0) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, text, &address.sin_addr);
    return SocketAddress(reinterpret_cast<const sockaddr*>(&address));
}

inline SocketAddress ipv6(const char* text, std::uint16_t port = 0) {
    sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    inet_pton(AF_INET6, text, &address.sin6_addr);
    return SocketAddress(reinterpret_cast<const sockaddr*>(&address));
}

}  // namespace onnxhub::test
