// SPDX-License-Identifier: Apache-2.0
// Signals of the operating system.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

namespace onnxhub {

/// From now on SIGINT and SIGTERM are remembered instead of ending the process at once. A second
/// one of the same kind ends it.
void catch_interruptions();

/// Whether one was caught. Cheap and thread-safe.
bool is_interrupted();

/// Throws Interrupted when one was caught. Cheap and thread-safe.
void check_interruption();

/// Writing to a connection whose other end is gone is an error and no longer ends the process.
void ignore_broken_pipes();

/// Ctrl-C no longer ends this process: its parent decides when it ends.
void ignore_interrupts();

/// SIGINT, SIGTERM and SIGHUP no longer end the process: it takes them one by one. To be made
/// before other threads start, which then do not get them either.
class AwaitedSignals {
public:
    enum class Signal { stop, reload };  ///< SIGINT or SIGTERM; SIGHUP

    AwaitedSignals();
    ~AwaitedSignals();

    Signal wait() const;
    /// Nothing when none came in this time, which is below a second.
    std::optional<Signal> wait_for(std::chrono::milliseconds time) const;

private:
    struct Set;
    std::unique_ptr<Set> set_;
};

}  // namespace onnxhub
