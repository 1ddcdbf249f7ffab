// SPDX-License-Identifier: Apache-2.0
// Signals of the operating system.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

namespace onnxhub {

/// From now on the process records SIGINT and SIGTERM and continues. The second signal of the same
/// kind ends it.
void catch_interruptions();

/// Whether one was caught. Cheap and thread-safe.
bool is_interrupted();

/// Throws Interrupted when one was caught. Cheap and thread-safe.
void check_interruption();

/// From now on, writing to a closed connection is an error and does not end the process.
void ignore_broken_pipes();

/// From now on Ctrl-C does not end this process. Its parent ends it.
void ignore_interrupts();

/// Receives SIGINT, SIGTERM and SIGHUP one by one; they no longer end the process. Create it before
/// other threads start, so that these do not receive the signals.
class AwaitedSignals {
public:
    enum class Signal { stop, reload };  ///< SIGINT or SIGTERM; SIGHUP

    AwaitedSignals();
    ~AwaitedSignals();

    Signal wait() const;
    /// Nothing when no signal arrives in `time`, which must be less than a second.
    std::optional<Signal> wait_for(std::chrono::milliseconds time) const;

private:
    struct Set;
    std::unique_ptr<Set> set_;
};

}  // namespace onnxhub
