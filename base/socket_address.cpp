// SPDX-License-Identifier: Apache-2.0
#include "base/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>

namespace onnxhub {

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

std::string machine_name() {
    std::array<char, 256> name = {};  // HOST_NAME_MAX is 64
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace onnxhub
