// SPDX-License-Identifier: Apache-2.0
#include "base/message_channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace onnxhub {
namespace {

class MessageChannelPair : public testing::Test {
protected:
    MessageChannelPair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); }
    ~MessageChannelPair() override {
        close(ends[0]);
        if (ends[1] >= 0) close(ends[1]);
    }

    void close_other() {
        close(ends[1]);
        ends[1] = -1;
    }

    int ends[2] = {-1, -1};
};

TEST_F(MessageChannelPair, NumbersAndStringsArriveAsSent) {
    const MessageChannel one(ends[0]), other(ends[1]);
    const std::string bytes("a\0b\xff", 4);
    EXPECT_TRUE(one.send_number(~std::uint64_t{0}));
    EXPECT_TRUE(one.send_string(bytes));
    EXPECT_TRUE(one.send_string(""));
    EXPECT_EQ(other.receive_number(), ~std::uint64_t{0});
    EXPECT_EQ(other.receive_string(4), bytes);
    EXPECT_EQ(other.receive_string(0), "");
}

TEST_F(MessageChannelPair, AStringOverTheLimitIsNotReceived) {
    EXPECT_TRUE(MessageChannel(ends[0]).send_string("12345"));
    EXPECT_EQ(MessageChannel(ends[1]).receive_string(4), std::nullopt);
}

TEST_F(MessageChannelPair, AClosedEndIsNoSignalAndNoMessage) {
    const MessageChannel channel(ends[0]);
    EXPECT_TRUE(MessageChannel(ends[1]).send_number(5));
    close_other();
    EXPECT_EQ(channel.receive_string(10), std::nullopt) << "five bytes were announced";
    EXPECT_EQ(channel.receive_number(), std::nullopt);
    EXPECT_FALSE(channel.send_string("x"));
    EXPECT_FALSE(channel.is_late());
}

TEST_F(MessageChannelPair, ReceivingEndsAtTheDeadline) {
    MessageChannel channel(ends[0]);
    channel.set_deadline(MessageChannel::Clock::now() + std::chrono::milliseconds(20));
    EXPECT_EQ(channel.receive_number(), std::nullopt);
    EXPECT_TRUE(channel.is_late());
}

}  // namespace
}  // namespace onnxhub
