// SPDX-License-Identifier: Apache-2.0
// Numbers and strings over a socket between two processes of this machine.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// One end of a stream socket. Numbers are 8 bytes in the byte order of the machine; a string is
/// its length as a number, then its bytes. Calls return false or nothing when the other end is
/// closed.
class MessageChannel {
public:
    using Clock = std::chrono::steady_clock;

    /// The caller keeps and closes the descriptor.
    explicit MessageChannel(int fd) : fd_(fd) {}

    /// Over the standard input of this process, if its parent is a ChannelProcess.
    static MessageChannel over_standard_input() { return MessageChannel(0); }

    bool send_number(std::uint64_t number) const;
    bool send_string(std::string_view text) const;

    std::optional<std::uint64_t> receive_number() const;

    /// A longer string than `limit` (bytes) counts as an error of the other end.
    std::optional<std::string> receive_string(std::uint64_t limit) const;

    /// Receiving stops at this time. Without a deadline it waits without limit.
    void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }
    bool is_late() const { return Clock::now() >= deadline_; }

private:
    bool send(const void* data, std::size_t size) const;
    bool receive(void* data, std::size_t size) const;
    bool wait() const;

    int fd_;
    Clock::time_point deadline_ = Clock::time_point::max();
};

}  // namespace onnxhub
