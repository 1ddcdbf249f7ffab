// SPDX-License-Identifier: Apache-2.0
#include "base/message_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace onnxhub {

bool MessageChannel::send(const void* data, std::size_t size) const {
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t sent = ::send(fd_, next, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        next += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool MessageChannel::send_number(std::uint64_t number) const {
    return send(&number, sizeof number);
}

bool MessageChannel::send_string(std::string_view text) const {
    return send_number(text.size()) && send(text.data(), text.size());
}

bool MessageChannel::receive(void* data, std::size_t size) const {
    char* next = static_cast<char*>(data);
    while (size > 0) {
        if (!wait()) return false;
        const ssize_t received = recv(fd_, next, size, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) return false;
        next += received;
        size -= static_cast<std::size_t>(received);
    }
    return true;
}

std::optional<std::uint64_t> MessageChannel::receive_number() const {
    std::uint64_t number = 0;
    if (!receive(&number, sizeof number)) return std::nullopt;
    return number;
}

std::optional<std::string> MessageChannel::receive_string(std::uint64_t limit) const {
    const auto size = receive_number();
    if (!size || *size > limit) return std::nullopt;
    std::string text(static_cast<std::size_t>(*size), '\0');
    if (!receive(text.data(), text.size())) return std::nullopt;
    return text;
}

/// Waits until there is something to receive; false at the deadline.
bool MessageChannel::wait() const {
    if (deadline_ == Clock::time_point::max()) return true;
    using std::chrono::milliseconds;
    for (;;) {
        // Rounded up: is_late() has to agree when this returns false.
        const auto left = std::chrono::ceil<milliseconds>(deadline_ - Clock::now());
        if (left.count() <= 0) return false;
        struct pollfd descriptor = {fd_, POLLIN, 0};
        const int ready = poll(&descriptor, 1, static_cast<int>(left.count()));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

}  // namespace onnxhub
