// SPDX-License-Identifier: Apache-2.0
// Tracks the connections of a server: limits on their number and duration.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>

#include "base/socket_address.h"

namespace onnxhub {

/// An accepted connection. Members that are not atomic belong to the thread that serves it.
struct ServedConnection {
    int fd = -1;  ///< open as long as the ConnectionTracker has this object
    SocketAddress address;
    const void* daemon = nullptr;
    std::uint64_t head_bytes = 0;  ///< total of all requests so far
    unsigned requests = 0;
    bool is_refused = false;  ///< further requests are not read
    /// By steady_clock: since when it waits for a request; 0 while a request is answered.
    std::atomic<std::int64_t> waits_since{0};
    std::list<ServedConnection>::iterator place = {};  ///< position in the ConnectionTracker
    /// Its reading speed, only for reap_slow(): the last time it was fast enough, and the number of
    /// bytes it had acknowledged then.
    std::chrono::steady_clock::time_point in_time = std::chrono::steady_clock::now();
    std::uint64_t acknowledged = 0;

    void begin_wait();
    void end_wait() { waits_since = 0; }
    std::chrono::nanoseconds waited() const;  ///< 0 while a request is answered
};

/// Thread-safe.
class ConnectionTracker {
public:
    ConnectionTracker(unsigned max_connections, unsigned max_of_address)
        : max_connections_(max_connections), max_of_address_(max_of_address) {}

    /// Counts one more connection from this network, unless a limit is reached. Undone by
    /// remove(), or by dismiss() if there is no ServedConnection.
    bool admit(const SocketAddress& address);
    void dismiss(const SocketAddress& address);

    ServedConnection& add(int fd, const SocketAddress& address, const void* daemon);
    void remove(ServedConnection& client);

    /// Closes connections that have waited longer for the whole head of a request.
    void reap_idle(std::chrono::nanoseconds patience);
    /// Closes connections whose client has read fewer than `min_bytes` in any `window`, although
    /// more bytes were waiting all the time. Call it several times in each window.
    void reap_slow(std::uint64_t min_bytes, std::chrono::nanoseconds window);
    /// Ends waiting connections of this daemon; requests that have arrived are still read.
    void end_waiting(const void* daemon);

private:
    const unsigned max_connections_, max_of_address_;
    std::mutex mutex_;
    unsigned count_ = 0;
    std::map<std::string, unsigned> by_address_;
    std::list<ServedConnection> clients_;
};

}  // namespace onnxhub
