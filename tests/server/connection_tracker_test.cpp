// SPDX-License-Identifier: Apache-2.0
// Which addresses count as one client, and which connections are too slow.
#include "hosting/server/connection_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/server/served.h"
#include "tests/support/repository_builder.h"
#include "tests/support/socket_addresses.h"

namespace onnxhub {
namespace {

using test::ipv4;
using test::ipv6;
using test::Served;
using test::TemporaryFolder;
using test::write_file;

TEST(ConnectionTracker, AnIpv6NetworkIsOneClient) {
    ConnectionTracker clients(100, 2);
    EXPECT_TRUE(clients.admit(ipv6("2001:db8:0:1::1")));
    EXPECT_TRUE(clients.admit(ipv6("2001:db8:0:1:ffff:ffff:ffff:ffff")));
    EXPECT_FALSE(clients.admit(ipv6("2001:db8:0:1:2:3:4:5")));
    EXPECT_TRUE(clients.admit(ipv6("2001:db8:0:2::1")));
    clients.dismiss(ipv6("2001:db8:0:1::1"));
    EXPECT_TRUE(clients.admit(ipv6("2001:db8:0:1:2:3:4:5")));
}

TEST(ConnectionTracker, AnIpv4AddressIsTheSameClientThroughIpv6) {
    ConnectionTracker clients(100, 1);
    EXPECT_TRUE(clients.admit(ipv4("192.0.2.1")));
    EXPECT_FALSE(clients.admit(ipv6("::ffff:192.0.2.1")));
    EXPECT_TRUE(clients.admit(ipv6("::ffff:192.0.2.2")));
}

TEST(ConnectionTracker, WhoReadsTooSlowlyIsDroppedAndOthersAreNot) {
    constexpr std::size_t large = 32 << 20;  // bytes: more than sockets' buffers hold
    TemporaryFolder folder;
    write_file(folder.path() / "large", std::string(large, 'x'));
    ServerOptions options;
    options.rate_window = std::chrono::milliseconds(500);
    options.min_rate = 64 * 1024;
    Served served(folder.path().string(), std::move(options));
    const Descriptor slow = served.connect();
    const std::string request = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n";
    send(slow.get(), request.data(), request.size(), MSG_NOSIGNAL);
    const auto has_ended = [&] {  // a request's bytes are counted at its end
        const std::string text = served.get("/metrics").body;
        constexpr std::string_view name = "\nonnxhub_sent_bytes_total ";
        return std::strtoul(text.c_str() + text.find(name) + name.size(), nullptr, 10) >= large;
    };
    char block[1024];
    std::size_t taken = 0;
    bool is_dropped = false;
    for (int i = 0; i < 400 && !is_dropped; ++i) {
        taken += static_cast<std::size_t>(std::max<ssize_t>(0, recv(slow.get(), block, 1024, 0)));
        usleep(50'000);
        is_dropped = has_ended();
    }
    EXPECT_TRUE(is_dropped);
    EXPECT_LT(taken, large);
    EXPECT_EQ(served.get("/large").body.size(), large);
}

}  // namespace
}  // namespace onnxhub
