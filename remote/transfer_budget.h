// SPDX-License-Identifier: Apache-2.0
// How much a run may read from servers, and how much it has read.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace onnxhub {

/// Thread-safe. Counts bodies of responses; headers and batch requests are not counted.
class TransferBudget {
public:
    explicit TransferBudget(std::uint64_t limit_bytes = std::numeric_limits<std::uint64_t>::max())
        : limit_(limit_bytes) {}

    /// Reserves bytes for one request. Returns false, and reserves nothing, when they are too many.
    bool reserve(std::uint64_t bytes) {
        std::uint64_t reserved = reserved_.load();
        do {
            if (reserved > limit_ || bytes > limit_ - reserved) return false;
        } while (!reserved_.compare_exchange_weak(reserved, reserved + bytes));
        return true;
    }

    /// One request has ended: `moved` bytes arrived, more than `reserved` if it was repeated.
    void settle(std::uint64_t reserved, std::uint64_t moved) {
        reserved_ += moved;
        reserved_ -= reserved;
        bytes_ += moved;
        requests_ += 1;
    }

    bool is_used_up() const { return reserved_ >= limit_; }
    std::uint64_t limit_bytes() const { return limit_; }
    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t requests() const { return requests_; }

private:
    std::uint64_t limit_;
    std::atomic<std::uint64_t> reserved_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> requests_{0};
};

}  // namespace onnxhub
