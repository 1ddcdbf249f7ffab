// SPDX-License-Identifier: Apache-2.0
#include "base/wake_up.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/process.h"

namespace onnxhub {
namespace {

TEST(WakeUpTest, EndsAWaitFromAnotherThread) {
    const WakeUp wake_up;
    const Pipe silent;
    std::thread other([&] { wake_up.notify(); });
    EXPECT_TRUE(wake_up.wait_for(silent.read_end));
    other.join();
    EXPECT_TRUE(wake_up.wait_for(silent.read_end)) << "and every later one";
}

TEST(WakeUpTest, WaitsUntilThereIsSomethingToRead) {
    const WakeUp wake_up;
    Pipe pipe;
    EXPECT_TRUE(write_all(pipe.write_end, "x"));
    EXPECT_TRUE(wake_up.wait_for(pipe.read_end));
    pipe.write_end.close();
    EXPECT_TRUE(wake_up.wait_for(pipe.read_end)) << "the end can be read too";
}

}  // namespace
}  // namespace onnxhub
