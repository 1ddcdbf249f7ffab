// SPDX-License-Identifier: Apache-2.0
#include "base/signals.h"

#include <signal.h>

#include <atomic>

#include "base/user_error.h"

namespace onnxhub {
namespace {

std::atomic<bool> was_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

extern "C" void remember_interruption(int) {
    was_interrupted.store(true);
}

AwaitedSignals::Signal to_awaited_signal(int number) {
    return number == SIGHUP ? AwaitedSignals::Signal::reload : AwaitedSignals::Signal::stop;
}

}  // namespace

void catch_interruptions() {
    struct sigaction action = {};
    action.sa_handler = remember_interruption;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool is_interrupted() {
    return was_interrupted.load(std::memory_order_relaxed);
}

void check_interruption() {
    if (is_interrupted()) throw Interrupted();
}

void ignore_broken_pipes() {
    signal(SIGPIPE, SIG_IGN);
}

void ignore_interrupts() {
    signal(SIGINT, SIG_IGN);
}

struct AwaitedSignals::Set {
    sigset_t signals = {};
};

AwaitedSignals::AwaitedSignals() : set_(std::make_unique<Set>()) {
    sigemptyset(&set_->signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_->signals, number);
    pthread_sigmask(SIG_BLOCK, &set_->signals, nullptr);
}

AwaitedSignals::~AwaitedSignals() = default;

AwaitedSignals::Signal AwaitedSignals::wait() const {
    int number = 0;
    while (sigwait(&set_->signals, &number) != 0) {
    }
    return to_awaited_signal(number);
}

std::optional<AwaitedSignals::Signal> AwaitedSignals::wait_for(
    std::chrono::milliseconds time) const {
    const timespec limit{0, std::chrono::nanoseconds(time).count()};
    const int number = sigtimedwait(&set_->signals, nullptr, &limit);
    return number > 0 ? std::optional(to_awaited_signal(number)) : std::nullopt;
}

}  // namespace onnxhub
