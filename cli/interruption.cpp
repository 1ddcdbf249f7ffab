// SPDX-License-Identifier: Apache-2.0
#include "cli/interruption.h"

#include <atomic>
#include <csignal>

#include "base/user_error.h"

namespace onnxhub {
namespace {

std::atomic<bool> was_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

extern "C" void remember_interruption(int) {
    was_interrupted.store(true);
}

}  // namespace

void catch_interruptions() {
    struct sigaction action = {};
    action.sa_handler = remember_interruption;
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one is in earnest
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

}  // namespace onnxhub
