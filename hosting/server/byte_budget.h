// SPDX-License-Identifier: Apache-2.0
// A limit on the bytes that all connections together hold.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace onnxhub {

/// Thread-safe. Must outlive its reservations.
class ByteBudget {
public:
    /// A number of reserved bytes, released by the destructor.
    class Reservation {
    public:
        Reservation() = default;
        Reservation(ByteBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}
        Reservation(Reservation&& other) noexcept
            : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
        Reservation& operator=(Reservation&& other) noexcept {
            std::swap(budget_, other.budget_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~Reservation() {
            if (budget_) budget_->held_ -= bytes_;
        }

    private:
        ByteBudget* budget_ = nullptr;
        std::uint64_t bytes_ = 0;
    };

    explicit ByteBudget(std::uint64_t limit) : limit_(limit) {}
    ByteBudget(const ByteBudget&) = delete;
    ByteBudget& operator=(const ByteBudget&) = delete;

    /// nullopt when the limit would be exceeded.
    std::optional<Reservation> reserve(std::uint64_t bytes) {
        std::uint64_t held = held_;
        do {
            if (bytes > limit_ || held > limit_ - bytes) return std::nullopt;
        } while (!held_.compare_exchange_weak(held, held + bytes));
        return Reservation(*this, bytes);
    }

    std::uint64_t limit() const { return limit_; }
    std::uint64_t held() const { return held_; }

private:
    const std::uint64_t limit_;
    std::atomic<std::uint64_t> held_{0};
};

}  // namespace onnxhub
