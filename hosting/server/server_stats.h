// SPDX-License-Identifier: Apache-2.0
// Statistics of a server, kept when its certificate changes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "hosting/server/connection_tracker.h"
#include "hosting/server/metrics.h"

namespace onnxhub {

/// A line of the log. Values from clients may contain any bytes.
struct LogEntry {
    std::string address;
    std::string request;  ///< its first line; "-" when it was invalid
    int status = 0;
    std::uint64_t bytes = 0;
    std::string referer = "-";
    std::string user_agent = "-";
    std::chrono::nanoseconds duration{0};
};

/// Thread-safe.
class ServerStats {
public:
    ServerStats(unsigned max_connections, unsigned max_connections_per_address,
                std::function<void(const std::string&)> log)
        : connections(max_connections, max_connections_per_address), log_(std::move(log)) {}

    void record(const LogEntry& entry);  ///< a request
    void record_refused_connection(const SocketAddress& address);

    ConnectionTracker connections;
    Metrics metrics;

private:
    void write(const LogEntry& entry);

    std::function<void(const std::string&)> log_;
    std::mutex log_mutex_;
};

}  // namespace onnxhub
