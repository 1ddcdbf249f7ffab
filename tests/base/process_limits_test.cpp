// SPDX-License-Identifier: Apache-2.0
// Limits hold for the rest of a process, so each test sets them in a child.
#include "base/process_limits.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdlib>

namespace onnxhub {
namespace {

rlimit limit_of(int resource) {
    rlimit limit = {};
    getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    return limit;
}

[[noreturn]] void end_with(bool is_right) {
    std::_Exit(is_right ? 0 : 1);
}

[[noreturn]] void forbid_core_dumps_and_look() {
    forbid_core_dumps();
    end_with(limit_of(RLIMIT_CORE).rlim_max == 0);
}

[[noreturn]] void compute_for_ever() {
    forbid_core_dumps();
    limit_computing_time(1);
    for (;;) limit_of(RLIMIT_CPU);
}

[[maybe_unused, noreturn]] void allocate_too_much() {
    constexpr std::size_t limit = std::size_t{1} << 30;
    limit_address_space(limit);
    void* const small = std::malloc(1 << 20);
    void* const large = std::malloc(limit);
    end_with(small && !large);
}

[[noreturn]] void raise_open_files() {
    const rlimit limit = {16, 64};
    setrlimit(RLIMIT_NOFILE, &limit);
    allow_open_files(32);
    const bool is_raised = limit_of(RLIMIT_NOFILE).rlim_cur == 32;
    allow_open_files(20);
    const bool is_kept = limit_of(RLIMIT_NOFILE).rlim_cur == 32;
    allow_open_files(1000);
    end_with(is_raised && is_kept && limit_of(RLIMIT_NOFILE).rlim_cur == 64);
}

TEST(ProcessLimitsDeathTest, NoCoreIsDumped) {
    EXPECT_EXIT(forbid_core_dumps_and_look(), testing::ExitedWithCode(0), "");
}

TEST(ProcessLimitsDeathTest, ComputingTimeEnds) {
    EXPECT_EXIT(compute_for_ever(), testing::KilledBySignal(SIGKILL), "");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ProcessLimitsDeathTest, MemoryIsRefusedBeyondTheLimit) {
    EXPECT_EXIT(allocate_too_much(), testing::ExitedWithCode(0), "");
}
#endif

TEST(ProcessLimitsDeathTest, OpenFilesAreRaisedUpToTheHardLimit) {
    EXPECT_EXIT(raise_open_files(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace onnxhub
