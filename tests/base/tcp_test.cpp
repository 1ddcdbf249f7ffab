// SPDX-License-Identifier: Apache-2.0
#include "base/tcp.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/user_error.h"
#include "base/wake_up.h"
#include "tests/support/socket_addresses.h"

namespace onnxhub {
namespace {

Descriptor connect_to(const ListeningSocket& server) {
    Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const SocketAddress address = test::ipv4("127.0.0.1", server.port());
    EXPECT_EQ(connect(client.get(), address.get(), address.size_bytes()), 0);
    return client;
}

/// Waits until the client has arrived.
Accepted accept_from(const ListeningSocket& server) {
    EXPECT_TRUE(WakeUp().wait_for(server.descriptor()));
    return server.accept();
}

struct Connection {
    ListeningSocket server{"127.0.0.1", 0};
    Descriptor client = connect_to(server);
    Accepted accepted = accept_from(server);
};

TEST(ListeningSocketTest, AcceptsClientsWithTheirAddress) {
    const ListeningSocket server("127.0.0.1", 0);
    EXPECT_NE(server.port(), 0);
    EXPECT_EQ(server.accept().kind, Accepted::Kind::none_waiting);
    const Descriptor client = connect_to(server);
    const Accepted accepted = accept_from(server);
    EXPECT_EQ(accepted.kind, Accepted::Kind::connection);
    EXPECT_TRUE(accepted.socket.is_open());
    EXPECT_EQ(accepted.address.text(), "127.0.0.1");
    EXPECT_NE(accepted.address.port(), 0);
    EXPECT_EQ(server.accept().kind, Accepted::Kind::none_waiting);
}

TEST(ListeningSocketTest, ReadingFromAClientNeverWaits) {
    const Connection connection;
    std::array<std::byte, 8> block{};
    EXPECT_EQ(read_some(connection.accepted.socket, block), std::nullopt);
    EXPECT_TRUE(write_all(connection.client, "text"));
    EXPECT_TRUE(WakeUp().wait_for(connection.accepted.socket));
    EXPECT_EQ(read_some(connection.accepted.socket, block), 4U);
}

TEST(ListeningSocketTest, RefusesWhatCannotBeListenedOn) {
    const ListeningSocket server("127.0.0.1", 0);
    EXPECT_THROW(ListeningSocket("127.0.0.1", server.port()), UserError) << "in use";
    EXPECT_THROW(ListeningSocket("localhost", 0), UserError) << "a name";
    EXPECT_THROW(ListeningSocket("192.0.2.1", 0), UserError) << "another machine's address";
}

TEST(ListeningSocketTest, ClosesForGoodAndKeepsItsPort) {
    ListeningSocket server("127.0.0.1", 0);
    const std::uint16_t port = server.port();
    server.close();
    EXPECT_EQ(server.port(), port);
    EXPECT_EQ(server.accept().kind, Accepted::Kind::none_waiting);
    EXPECT_NO_THROW(ListeningSocket("127.0.0.1", port)) << "the port is free again";
}

/// accept() reports the lack of descriptors even when no client waits.
TEST(ListeningSocketTest, ReportsThatNoDescriptorIsLeft) {
    const ListeningSocket server("127.0.0.1", 0);
    const Descriptor client = connect_to(server);
    EXPECT_TRUE(WakeUp().wait_for(server.descriptor()));
    rlimit before = {};
    getrlimit(RLIMIT_NOFILE, &before);
    const Descriptor last = open_to_read("/dev/null");
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(last.get()) + 1;  // numbers below it may be free
    setrlimit(RLIMIT_NOFILE, &none);
    std::vector<Descriptor> filled;
    do {
        filled.push_back(open_to_read("/dev/null"));
    } while (filled.back().is_open());
    const Accepted refused = server.accept();
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(refused.kind, Accepted::Kind::no_descriptor);
    EXPECT_EQ(server.accept().kind, Accepted::Kind::connection);
}

TEST(TcpConnection, CountsWhatTheOtherSideHasRead) {
    const Connection connection;
    const int fd = connection.accepted.socket.get();
    EXPECT_TRUE(write_all(connection.accepted.socket, "12345"));
    std::array<std::byte, 5> block{};
    EXPECT_EQ(read_all(connection.client, block), 5U);
    std::optional<SendProgress> progress;
    do {  // the kernel acknowledges by itself
        progress = send_progress_of(fd);
        ASSERT_TRUE(progress);
    } while (progress->pending_bytes > 0);
    EXPECT_GE(progress->acknowledged_bytes, 5U);
    EXPECT_LE(progress->acknowledged_bytes, 6U) << "the handshake may count as a byte";
}

TEST(TcpConnection, CountsWhatWaitsToBeRead) {
    const Connection connection;
    const int fd = connection.accepted.socket.get();
    const std::string block(1 << 20, 'x');
    while (send(fd, block.data(), block.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
    }
    const auto progress = send_progress_of(fd);
    ASSERT_TRUE(progress);
    EXPECT_GT(progress->pending_bytes, 0U) << "the client reads nothing";
}

TEST(TcpConnection, CountsWhatHasArrived) {
    const Connection connection;
    const int fd = connection.accepted.socket.get();
    EXPECT_EQ(received_bytes_of(fd), 0U);
    EXPECT_TRUE(write_all(connection.client, "12345"));
    EXPECT_TRUE(WakeUp().wait_for(connection.accepted.socket));
    EXPECT_EQ(received_bytes_of(fd), 5U);
    shutdown(connection.client.get(), SHUT_WR);
    while (received_bytes_of(fd) == 5U) {
    }
    EXPECT_EQ(received_bytes_of(fd), 6U) << "the end counts as a byte";
}

TEST(TcpConnection, NothingIsKnownOfOtherFiles) {
    const Descriptor file = open_to_read("/dev/null");
    EXPECT_EQ(received_bytes_of(file.get()), std::nullopt);
    EXPECT_FALSE(send_progress_of(file.get()));
    EXPECT_FALSE(send_progress_of(-1));
}

TEST(TcpConnection, EndsInBothDirections) {
    const Connection connection;
    end_connection(connection.accepted.socket.get());
    std::array<std::byte, 1> block{};
    EXPECT_EQ(read_some(connection.client, block), 0U);
    EXPECT_EQ(send(connection.accepted.socket.get(), "x", 1, MSG_NOSIGNAL), -1);
}

TEST(TcpConnection, EndsToThisSideAlone) {
    const Connection connection;
    EXPECT_TRUE(write_all(connection.client, "12"));
    EXPECT_TRUE(WakeUp().wait_for(connection.accepted.socket));
    end_receiving(connection.accepted.socket.get());
    std::array<std::byte, 8> block{};
    EXPECT_EQ(read_some(connection.accepted.socket, block), 2U) << "had arrived";
    EXPECT_EQ(read_some(connection.accepted.socket, block), 0U);
    EXPECT_TRUE(write_all(connection.accepted.socket, "answer"));
    EXPECT_EQ(read_some(connection.client, block), 6U);
}

}  // namespace
}  // namespace onnxhub
