// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace onnxhub {
namespace {

struct Outcome {
    ExitStatus status;
    std::string output;
};

/// What the shell prints to standard output while it runs `script`.
Outcome run_script(const std::string& script, std::vector<std::string> environment = {}) {
    Pipe pipe;
    ProcessRequest request{{"sh", "-c", script}, std::move(environment)};
    request.output = ProcessStream::file(pipe.write_end);
    Process process(request);
    pipe.write_end.close();
    Outcome outcome;
    std::array<std::byte, 64> block{};
    while (const auto count = read_some(pipe.read_end, block).value_or(0)) {
        outcome.output.append(reinterpret_cast<const char*>(block.data()), count);
    }
    outcome.status = process.wait();
    return outcome;
}

TEST(ProcessTest, GivesTheExitStatus) {
    for (const int code : {0, 1, 255}) {
        const ExitStatus status = run_script("exit " + std::to_string(code)).status;
        EXPECT_EQ(status.code, code);
        EXPECT_FALSE(status.signal);
        EXPECT_EQ(status.is_success(), code == 0);
        EXPECT_EQ(status.shell_code(), code);
    }
    EXPECT_EQ(run_script("exit 3").status.text(), "ended with status 3");
}

TEST(ProcessTest, GivesTheSignalThatEndedIt) {
    const ExitStatus status = run_script("kill -KILL $$").status;
    EXPECT_EQ(status.signal, SIGKILL);
    EXPECT_FALSE(status.is_success());
    EXPECT_EQ(status.shell_code(), 128 + SIGKILL);
    EXPECT_EQ(status.text(), "was ended by a signal (Killed)");
}

TEST(ProcessTest, ThrowsWhenThereIsNoProgram) {
    try {
        const Process process({{"onnxhub-no-such-program"}});
        FAIL() << "started";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    }
    EXPECT_THROW(Process({{"/dev/null"}}), std::system_error);
}

TEST(ProcessTest, PassesArgumentsUnchanged) {
    EXPECT_EQ(run_script("printf '%s' '$HOME *'").output, "$HOME *");
}

TEST(ProcessTest, ChangesTheEnvironment) {
    setenv("ONNXHUB_TEST_KEPT", "kept", 1);
    setenv("ONNXHUB_TEST_REPLACED", "old", 1);
    const std::string shown =
        run_script("echo $ONNXHUB_TEST_KEPT $ONNXHUB_TEST_REPLACED $ONNXHUB_TEST_ADDED",
                   {"ONNXHUB_TEST_REPLACED=new", "ONNXHUB_TEST_ADDED=a=b"})
            .output;
    EXPECT_EQ(shown, "kept new a=b\n");
    EXPECT_EQ(
        run_script("env | grep -c ^ONNXHUB_TEST_REPLACED=", {"ONNXHUB_TEST_REPLACED=new"}).output,
        "1\n");
    EXPECT_EQ(environment_value("ONNXHUB_TEST_REPLACED"), "old") << "here nothing changes";
    EXPECT_FALSE(environment_value("ONNXHUB_TEST_ADDED"));
    unsetenv("ONNXHUB_TEST_KEPT");
    unsetenv("ONNXHUB_TEST_REPLACED");
}

TEST(ProcessTest, ReadsNothingFromNull) {
    ProcessRequest request{{"sh", "-c", "test -z \"$(cat)\""}};
    request.input = ProcessStream::null();
    EXPECT_TRUE(Process(request).wait().is_success());
}

TEST(ProcessTest, DropsWhatIsWrittenToNull) {
    ProcessRequest request{{"sh", "-c", "echo dropped && echo dropped >&2"}};
    request.output = ProcessStream::null();
    request.errors = ProcessStream::null();
    EXPECT_TRUE(Process(request).wait().is_success());
}

TEST(ProcessTest, ReadsFromAPipe) {
    Pipe pipe;
    ProcessRequest request{{"sh", "-c", "test \"$(cat)\" = sent"}};
    request.input = ProcessStream::file(pipe.read_end);
    Process process(request);
    pipe.read_end.close();
    EXPECT_TRUE(write_all(pipe.write_end, "sent"));
    pipe.write_end.close();
    EXPECT_TRUE(process.wait().is_success());
}

/// A program may be started with standard streams closed: then pipes get their numbers.
TEST(ProcessTest, WorksWithStandardInputClosed) {
    const Descriptor saved = Descriptor(STDIN_FILENO).duplicate();  // and closes standard input
    Pipe pipe;
    EXPECT_EQ(pipe.read_end.get(), STDIN_FILENO);
    ProcessRequest request{{"sh", "-c", "echo said; echo wrong >&2"}};
    request.input = ProcessStream::null();
    request.output = ProcessStream::file(pipe.write_end);
    request.errors = ProcessStream::null();
    Process process(request);
    pipe.write_end.close();
    std::array<std::byte, 64> block{};
    const auto count = read_all(pipe.read_end, block);
    EXPECT_TRUE(process.wait().is_success());
    pipe.read_end.close();
    dup2(saved.get(), STDIN_FILENO);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(block.data()), count.value_or(0)),
              "said\n");
}

TEST(ProcessTest, IsKilledWithItsOwner) {
    Pipe pipe;
    const auto begin = std::chrono::steady_clock::now();
    {
        ProcessRequest request{{"sleep", "60"}};
        request.output = ProcessStream::file(pipe.write_end);
        const Process process(request);
        EXPECT_TRUE(process.is_running());
        pipe.write_end.close();
    }
    std::array<std::byte, 1> block{};
    EXPECT_EQ(read_some(pipe.read_end, block), 0U) << "no one has the other end open";
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST(ProcessTest, MayBeKilledTwice) {
    Process process({{"sleep", "60"}});
    process.kill();
    EXPECT_FALSE(process.is_running());
    process.kill();
}

TEST(ProcessTest, WaitsNoLongerThanAsked) {
    Process process({{"sleep", "60"}});
    EXPECT_EQ(process.wait_for(std::chrono::milliseconds(0)), std::nullopt);
    EXPECT_EQ(process.wait_for(std::chrono::milliseconds(20)), std::nullopt);
    EXPECT_TRUE(process.is_running());
    process.kill();
    EXPECT_FALSE(process.is_running());
}

TEST(ProcessTest, GivesTheStatusOfAProcessThatEndsInTime) {
    Process process({{"sh", "-c", "exit 3"}});
    const auto status = process.wait_for(std::chrono::minutes(5));
    ASSERT_TRUE(status);
    EXPECT_EQ(status->code, 3);
    EXPECT_FALSE(process.is_running());
}

TEST(ProcessTest, StartsThisProgramOnceMore) {
    EXPECT_EQ(process_id(), getpid());
    ProcessRequest request{{this_program, "--gtest_list_tests"}};
    request.output = ProcessStream::null();
    EXPECT_TRUE(Process(request).wait().is_success());
}

}  // namespace
}  // namespace onnxhub
