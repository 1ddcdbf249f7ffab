// SPDX-License-Identifier: Apache-2.0
// Counters of a server in Prometheus' format.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace onnxhub {

/// Thread-safe.
class Metrics {
public:
    void count(int status, std::uint64_t bytes, std::chrono::nanoseconds duration);
    void count_refused_connection() { ++refused_connections_; }

    /// In the text exposition format, version 0.0.4.
    std::string text() const;

private:
    static constexpr std::array<double, 8> buckets = {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60};

    std::array<std::atomic<std::uint64_t>, 6> by_class_{};  ///< by status / 100
    std::array<std::atomic<std::uint64_t>, buckets.size() + 1> by_duration_{};
    std::atomic<std::uint64_t> refused_connections_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> nanoseconds_{0};
};

}  // namespace onnxhub
