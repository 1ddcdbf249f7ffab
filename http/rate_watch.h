// SPDX-License-Identifier: Apache-2.0
// How fast the body of a response arrives.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "http/http_message.h"

namespace onnxhub {

/// Measures in consecutive windows of HttpOptions::stall_timeout, from the first byte on.
class RateWatch {
public:
    enum class Verdict { fine, slow, silent };

    void count(std::size_t bytes) {
        if (!is_running_) {
            last_check_ = Clock::now();
            is_running_ = true;
        }
        bytes_ += bytes;
    }

    /// Call it once a second or more. `slow`: a window brought too few bytes; `silent`: none.
    Verdict check(const HttpOptions& options) {
        if (!is_running_) return Verdict::fine;
        const Clock::time_point now = Clock::now();
        // A stopped process (SIGSTOP, a busy disk) is not the server's fault.
        constexpr Clock::duration longest_step = std::chrono::seconds(2);
        elapsed_ += std::min(now - std::exchange(last_check_, now), longest_step);
        if (elapsed_ < options.stall_timeout) return Verdict::fine;
        const auto window = static_cast<std::uint64_t>(options.stall_timeout.count());
        const std::uint64_t bytes = std::exchange(bytes_, 0);
        elapsed_ = Clock::duration::zero();
        if (bytes >= options.min_rate * window) return Verdict::fine;
        return bytes == 0 ? Verdict::silent : Verdict::slow;
    }

private:
    using Clock = std::chrono::steady_clock;

    bool is_running_ = false;
    Clock::time_point last_check_;
    Clock::duration elapsed_ = Clock::duration::zero();  ///< of this window
    std::uint64_t bytes_ = 0;                            ///< in this window
};

}  // namespace onnxhub
