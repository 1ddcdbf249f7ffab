// SPDX-License-Identifier: Apache-2.0
// What a process does with signals holds for the rest of it, so each test asks a child.
#include "base/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "base/process.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

using Signal = AwaitedSignals::Signal;

[[noreturn]] void leave_with(bool is_right) {
    std::_Exit(is_right ? 0 : 1);
}

void send_to_this_process(int number) {
    kill(getpid(), number);
}

bool throws_when_checked() {
    try {
        check_interruption();
        return false;
    } catch (const Interrupted&) {
        return true;
    }
}

[[noreturn]] void remember(int number) {
    catch_interruptions();
    const bool was_quiet = !is_interrupted() && !throws_when_checked();
    raise(number);
    leave_with(was_quiet && is_interrupted() && throws_when_checked());
}

[[noreturn]] void raise_twice() {
    catch_interruptions();
    raise(SIGINT);
    raise(SIGINT);
    leave_with(false);
}

[[noreturn]] void ignore_one() {
    ignore_interrupts();
    raise(SIGINT);
    leave_with(!is_interrupted());
}

[[noreturn]] void write_to_broken_pipe() {
    ignore_broken_pipes();
    Pipe pipe;
    pipe.read_end.close();
    leave_with(!write_all(pipe.write_end, "x"));
}

[[noreturn]] void await_three() {
    const AwaitedSignals signals;
    send_to_this_process(SIGHUP);
    const bool is_reload = signals.wait() == Signal::reload;
    send_to_this_process(SIGTERM);
    const bool is_stop = signals.wait() == Signal::stop;
    send_to_this_process(SIGINT);
    leave_with(is_reload && is_stop && signals.wait() == Signal::stop);
}

[[noreturn]] void await_for_a_while() {
    const AwaitedSignals signals;
    const bool is_quiet = !signals.wait_for(std::chrono::milliseconds(1));
    send_to_this_process(SIGHUP);
    leave_with(is_quiet && signals.wait_for(std::chrono::milliseconds(999)) == Signal::reload);
}

TEST(InterruptionDeathTest, IsRemembered) {
    EXPECT_EXIT(remember(SIGINT), testing::ExitedWithCode(0), "");
    EXPECT_EXIT(remember(SIGTERM), testing::ExitedWithCode(0), "");
}

TEST(InterruptionDeathTest, TheSecondOneEndsTheProcess) {
    EXPECT_EXIT(raise_twice(), testing::KilledBySignal(SIGINT), "");
}

TEST(InterruptionDeathTest, CanBeIgnored) {
    EXPECT_EXIT(ignore_one(), testing::ExitedWithCode(0), "");
}

TEST(BrokenPipeDeathTest, IsAnErrorOfTheWrite) {
    EXPECT_EXIT(write_to_broken_pipe(), testing::ExitedWithCode(0), "");
}

TEST(AwaitedSignalsDeathTest, ArriveOneByOne) {
    EXPECT_EXIT(await_three(), testing::ExitedWithCode(0), "");
}

TEST(AwaitedSignalsDeathTest, AreWaitedForNoLongerThanAsked) {
    EXPECT_EXIT(await_for_a_while(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace onnxhub
