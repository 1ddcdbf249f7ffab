// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/allowed_hosts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace onnxhub {
namespace {

TEST(AllowedHosts, AHostIsReadWithoutItsPortAndInLowerCase) {
    const std::pair<const char*, const char*> rows[] = {{"hub.example", "hub.example"},
                                                        {"HUB.Example:8080", "hub.example"},
                                                        {"hub.example.", "hub.example"},
                                                        {"127.0.0.1:1", "127.0.0.1"},
                                                        {"[::1]", "[::1]"},
                                                        {"[::1]:8080", "[::1]"},
                                                        {"[FE80::1]", "[fe80::1]"},
                                                        {"hub:", "hub"}};
    for (const auto& [header, host] : rows) EXPECT_EQ(requested_host(header), host) << header;
    for (const char* none : {"", ":80", "[::1", "[::1]x", "[evil.example]", "::1", "a b", "a/b",
                             "hub:80:80", "hub:x", "user@hub", "[]"}) {
        EXPECT_EQ(requested_host(none), std::nullopt) << none;
    }
}

TEST(AllowedHosts, OnLoopbackOnlyItsOwnNamesAndThoseGiven) {
    const AllowedHosts hosts("127.0.0.1", {"hub.example"});
    for (const char* name : {"localhost", "LOCALHOST:8080", "127.0.0.1:99", "[::1]:8080",
                             "hub.example:443", "Hub.Example."}) {
        EXPECT_TRUE(hosts.allows(name)) << name;
    }
    for (const char* name : {"evil.example", "localhost.evil.example", "hub.example.evil.example",
                             "10.0.0.5", "127.0.0.1.evil.example", "[::2]", "", "hub"}) {
        EXPECT_FALSE(hosts.allows(name)) << name;
    }
    EXPECT_TRUE(AllowedHosts("127.0.0.2", {}).allows("127.0.0.2:80"));
    EXPECT_FALSE(AllowedHosts("::1", {}).allows("10.0.0.5"));
}

TEST(AllowedHosts, ElsewhereAddressesCountToo) {
    const AllowedHosts hosts("0.0.0.0", {"hub.example"});
    char machine[256] = {};
    gethostname(machine, sizeof machine - 1);
    for (const char* name : {"10.0.0.5:8080", "[fe80::1]:8080", "hub.example", "localhost",
                             static_cast<const char*>(machine)}) {
        EXPECT_TRUE(hosts.allows(name)) << name;
    }
    EXPECT_FALSE(hosts.allows("evil.example"));
    EXPECT_TRUE(AllowedHosts::any().allows("evil.example"));
}

TEST(AllowedHosts, LoopbackAddressesAreKnown) {
    for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
        EXPECT_TRUE(is_loopback_address(address)) << address;
    }
    for (const char* address : {"0.0.0.0", "::", "10.0.0.5", "128.0.0.1", "localhost", ""}) {
        EXPECT_FALSE(is_loopback_address(address)) << address;
    }
}

}  // namespace
}  // namespace onnxhub
