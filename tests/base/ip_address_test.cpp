// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <utility>

namespace onnxhub {
namespace {

std::string use_of(const std::string& text) {
    const auto address = parse_ip_address(text);
    if (!address) return "not an address";
    return std::string(special_use(*address).value_or("public"));
}

TEST(IpAddressText, OnlyTheUsualSpellingsAreRead) {
    for (const char* text : {"1.2.3.4", "0.0.0.0", "::", "::1", "2001:db8::1", "::ffff:1.2.3.4"}) {
        const auto address = parse_ip_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(to_text(*address), text);
    }
    for (const char* text : {"", "1.2.3", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433",
                             "1.2.3.4.", " 1.2.3.4", "[::1]", "fe80::1%lo", "localhost"}) {
        EXPECT_FALSE(parse_ip_address(text)) << text;
    }
    EXPECT_FALSE(parse_ip_address(std::string("1.2.3.4\0x", 9)));
}

TEST(IpAddressOfSocket, IsThatOfItsFamily) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_addr.s_addr = htonl(0x0a000102);
    EXPECT_EQ(ip_address_of(reinterpret_cast<const sockaddr*>(&ipv4)),
              parse_ip_address("10.0.1.2"));
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_addr = in6addr_loopback;
    EXPECT_EQ(ip_address_of(reinterpret_cast<const sockaddr*>(&ipv6)), parse_ip_address("::1"));
    ipv6.sin6_family = AF_UNIX;
    EXPECT_FALSE(ip_address_of(reinterpret_cast<const sockaddr*>(&ipv6)));
}

/// The first and last address of each network, and their neighbours.
TEST(SpecialUse, NetworksEndWhereTheRegistrySays) {
    const std::pair<const char*, const char*> cases[] = {
        {"0.0.0.0", "the unspecified address"},
        {"0.0.0.1", "an address of this network"},
        {"0.255.255.255", "an address of this network"},
        {"1.0.0.0", "public"},
        {"9.255.255.255", "public"},
        {"10.0.0.0", "a private address"},
        {"10.255.255.255", "a private address"},
        {"11.0.0.0", "public"},
        {"100.63.255.255", "public"},
        {"100.64.0.0", "an address of a provider's own network (CGNAT)"},
        {"100.127.255.255", "an address of a provider's own network (CGNAT)"},
        {"100.128.0.0", "public"},
        {"126.255.255.255", "public"},
        {"127.0.0.0", "a loopback address"},
        {"127.255.255.255", "a loopback address"},
        {"128.0.0.0", "public"},
        {"169.253.255.255", "public"},
        {"169.254.0.0", "a link-local address"},
        {"169.254.169.254", "the address of a cloud's metadata service"},
        {"169.254.255.255", "a link-local address"},
        {"169.255.0.0", "public"},
        {"172.15.255.255", "public"},
        {"172.16.0.0", "a private address"},
        {"172.31.255.255", "a private address"},
        {"172.32.0.0", "public"},
        {"192.0.0.0", "a reserved address"},
        {"192.0.0.192", "the address of a cloud's metadata service"},
        {"192.0.0.255", "a reserved address"},
        {"192.0.1.0", "public"},
        {"192.0.2.0", "an address for documentation"},
        {"192.0.3.0", "public"},
        {"192.88.99.1", "a reserved address"},
        {"192.167.255.255", "public"},
        {"192.168.0.0", "a private address"},
        {"192.168.255.255", "a private address"},
        {"192.169.0.0", "public"},
        {"198.17.255.255", "public"},
        {"198.18.0.0", "an address for benchmarks"},
        {"198.19.255.255", "an address for benchmarks"},
        {"198.20.0.0", "public"},
        {"198.51.100.255", "an address for documentation"},
        {"203.0.113.0", "an address for documentation"},
        {"203.0.114.0", "public"},
        {"223.255.255.255", "public"},
        {"224.0.0.0", "a multicast address"},
        {"239.255.255.255", "a multicast address"},
        {"240.0.0.0", "a reserved address"},
        {"255.255.255.254", "a reserved address"},
        {"255.255.255.255", "the broadcast address"},
        {"168.63.129.16", "the address of a cloud's metadata service"},
        {"168.63.129.17", "public"},
        {"100.100.100.200", "the address of a cloud's metadata service"},
        {"140.82.121.4", "public"},
    };
    for (const auto& [address, use] : cases) EXPECT_EQ(use_of(address), use) << address;
}

TEST(SpecialUse, OfIpv6OnlyGlobalUnicastIsPublic) {
    const std::pair<const char*, const char*> cases[] = {
        {"::", "the unspecified address"},
        {"::1", "a loopback address"},
        {"100::1", "a reserved address"},
        {"1fff:ffff::", "a reserved address"},
        {"2000::", "public"},
        {"2001::1", "a Teredo address"},
        {"2001:1::1", "a reserved address"},
        {"2001:2::1", "an address for benchmarks"},
        {"2001:2:0:1::", "an address for benchmarks"},
        {"2001:2:1::", "a reserved address"},
        {"2001:1ff:ffff::", "a reserved address"},
        {"2001:200::", "public"},
        {"2001:db7:ffff::", "public"},
        {"2001:db8::", "an address for documentation"},
        {"2001:db9::", "public"},
        {"2002:7f00:1::", "a 6to4 address"},
        {"2002:808:808::", "a 6to4 address"},
        {"2003::", "public"},
        {"2a00:1450:4001::1", "public"},
        {"3ffe:ffff::", "public"},
        {"3fff::", "an address for documentation"},
        {"3fff:1000::", "public"},
        {"3fff:ffff::", "public"},
        {"4000::", "a reserved address"},
        {"5f00::1", "a reserved address"},
        {"fc00::", "a private address"},
        {"fdff:ffff::1", "a private address"},
        {"fd00:ec2::254", "the address of a cloud's metadata service"},
        {"fe00::", "a reserved address"},
        {"fe80::1", "a link-local address"},
        {"febf:ffff::", "a link-local address"},
        {"fec0::1", "a private address"},
        {"ff02::1", "a multicast address"},
    };
    for (const auto& [address, use] : cases) EXPECT_EQ(use_of(address), use) << address;
}

TEST(SpecialUse, FormsOfIpv4AddressesHideNothing) {
    const std::pair<const char*, const char*> cases[] = {
        {"::ffff:127.0.0.1", "a loopback address"},
        {"::ffff:10.1.2.3", "a private address"},
        {"::ffff:169.254.169.254", "the address of a cloud's metadata service"},
        {"::ffff:8.8.8.8", "public"},
        {"64:ff9b::127.0.0.1", "a loopback address"},
        {"64:ff9b::192.168.1.1", "a private address"},
        {"64:ff9b::8.8.8.8", "public"},
        {"64:ff9b:1::8.8.8.8", "a reserved address"},
        {"::127.0.0.1", "a loopback address"},
        {"::8.8.8.8", "a reserved address"},
        {"::ffff:0:127.0.0.1", "a loopback address"},
        {"::ffff:0:8.8.8.8", "a reserved address"},
        {"2001:0:7f00:1::", "a Teredo address"},
    };
    for (const auto& [address, use] : cases) EXPECT_EQ(use_of(address), use) << address;
}

}  // namespace
}  // namespace onnxhub
