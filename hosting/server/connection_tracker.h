// SPDX-License-Identifier: Apache-2.0
// Who is connected to a server: how many there may be, and how long they may take.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace onnxhub {

/// An accepted connection. What is not atomic belongs to the thread that serves it.
struct ServedConnection {
    int fd = -1;          ///< open for as long as this is among the ConnectionTracker
    std::string address;  ///< as it was counted
    const void* daemon = nullptr;
    std::uint64_t head_bytes = 0;  ///< of all requests so far
    unsigned requests = 0;
    bool is_refused = false;  ///< what comes after is not read
    /// Of steady_clock: when the wait for a request began; 0 while one is answered.
    std::atomic<std::int64_t> waits_since{0};
    std::list<ServedConnection>::iterator place = {};  ///< among the ConnectionTracker
    /// How fast it reads, for reap_slow() alone: when it was last seen to be in time, and how many
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
    ConnectionTracker(unsigned most, unsigned most_of_address)
        : most_(most), most_of_address_(most_of_address) {}

    /// Counts one more from this address, unless there are as many as may be. To be undone by
    /// remove(), or dismiss() when no ServedConnection comes of it.
    bool admit(const sockaddr* address);
    void dismiss(const std::string& address);

    ServedConnection& add(int fd, const sockaddr* address, const void* daemon);
    void remove(ServedConnection& client);

    /// Closes connections that have waited longer for the whole head of a request.
    void reap_idle(std::chrono::nanoseconds patience);
    /// Closes connections whose client has read fewer than `least` bytes in any `window` while more
    /// were waiting all the time. Call it several times in each window.
    void reap_slow(std::uint64_t least, std::chrono::nanoseconds window);
    /// Ends connections of this daemon that wait; requests that have come are still read.
    void end_waiting(const void* daemon);

    /// What one client has: the bytes of an IPv4 address (also of one that is mapped into IPv6), or
    /// the first 64 bits of an IPv6 address, since networks give all the others to one client
    /// (RFC 4291, 2.5.4).
    static std::string address_of(const sockaddr* address);

private:
    const unsigned most_, most_of_address_;
    std::mutex mutex_;
    unsigned count_ = 0;
    std::map<std::string, unsigned> by_address_;
    std::list<ServedConnection> clients_;
};

}  // namespace onnxhub
