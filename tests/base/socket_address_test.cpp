// SPDX-License-Identifier: Apache-2.0
#include "base/socket_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <string>

#include "tests/support/socket_addresses.h"

namespace onnxhub {
namespace {

using test::ipv4;
using test::ipv6;

TEST(SocketAddressTest, ShowsAddresses) {
    EXPECT_EQ(ipv4("192.0.2.1").text(), "192.0.2.1");
    EXPECT_EQ(ipv6("2001:DB8:0:0::1").text(), "2001:db8::1");
    EXPECT_EQ(ipv6("::ffff:192.0.2.1").text(), "::ffff:192.0.2.1");
}

TEST(SocketAddressTest, OfOtherFamiliesIsNoAddress) {
    sockaddr_un unix_socket = {};
    unix_socket.sun_family = AF_UNIX;
    const SocketAddress addresses[] = {
        SocketAddress(), SocketAddress(nullptr),
        SocketAddress(reinterpret_cast<const sockaddr*>(&unix_socket))};
    for (const SocketAddress& address : addresses) {
        EXPECT_EQ(address.text(), "-");
        EXPECT_EQ(address.network(), "");
        EXPECT_EQ(address.port(), 0);
        EXPECT_EQ(address.size_bytes(), 0U);
    }
}

TEST(SocketAddressTest, AnIpv6NetworkHas64Bits) {
    EXPECT_EQ(ipv6("2001:db8:0:1::1").network(), ipv6("2001:db8:0:1:ffff::").network());
    EXPECT_NE(ipv6("2001:db8:0:1::1").network(), ipv6("2001:db8:0:2::1").network());
}

TEST(SocketAddressTest, AnIpv4AddressIsItsOwnNetworkAlsoThroughIpv6) {
    EXPECT_EQ(ipv4("192.0.2.1").network(), ipv6("::ffff:192.0.2.1").network());
    EXPECT_NE(ipv4("192.0.2.1").network(), ipv4("192.0.2.2").network());
}

TEST(SocketAddressTest, KeepsWhatTheSystemGave) {
    for (const SocketAddress& address : {ipv4("192.0.2.1", 8080), ipv6("::1", 8080)}) {
        EXPECT_EQ(address.port(), 8080);
        const SocketAddress copy(address.get());
        ASSERT_EQ(copy.size_bytes(), address.size_bytes());
        EXPECT_EQ(std::memcmp(copy.get(), address.get(), copy.size_bytes()), 0);
    }
}

TEST(IpAddress, IsRecognized) {
    EXPECT_TRUE(is_ipv4_address("127.0.0.1"));
    EXPECT_FALSE(is_ipv4_address("127.0.0"));
    EXPECT_FALSE(is_ipv4_address("::1"));
    EXPECT_TRUE(is_ipv6_address("::1"));
    EXPECT_FALSE(is_ipv6_address("[::1]"));
    EXPECT_FALSE(is_ipv6_address("localhost"));
}

TEST(IpAddress, LoopbackIsAWholeNetwork) {
    for (const char* address : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"}) {
        EXPECT_TRUE(is_loopback_address(address)) << address;
    }
    for (const char* address : {"128.0.0.1", "0.0.0.0", "::", "::2", "::ffff:1.0.0.127", "h", ""}) {
        EXPECT_FALSE(is_loopback_address(address)) << address;
    }
}

}  // namespace
}  // namespace onnxhub
