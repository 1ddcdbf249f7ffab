// SPDX-License-Identifier: Apache-2.0
#include "base/channel_process.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <system_error>

namespace onnxhub {
namespace {

TEST(ChannelProcess, TalksOverItsStandardInput) {
    ChannelProcess echo({"sh", "-c", "cat <&0 >&0"});
    EXPECT_TRUE(echo.channel().send_string("to and fro"));
    EXPECT_EQ(echo.channel().receive_string(100), "to and fro");
    EXPECT_TRUE(echo.is_alive());
    echo.kill();
    EXPECT_FALSE(echo.is_alive());
}

TEST(ChannelProcess, OutputGoesNowhereAndTheStatusIsReturned) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    ChannelProcess process({"sh", "-c", "echo out; echo error >&2; exit 7"});
    EXPECT_EQ(process.channel().receive_number(), std::nullopt);
    EXPECT_EQ(process.wait().code, 7);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ChannelProcess, AMissingProgramIsAnError) {
    try {
        const ChannelProcess process({"/nowhere/program"});
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), ENOENT);
    }
}

}  // namespace
}  // namespace onnxhub
