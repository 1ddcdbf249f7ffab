// SPDX-License-Identifier: Apache-2.0
#include "base/shared_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/user_error.h"

namespace onnxhub {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const UserError& error) {
        return error.what();
    }
    return "no error";
}

TEST(SharedLibrary, FindsAFunctionByItsName) {
    const SharedLibrary library("libm.so.6", "the test");
    double (*cosine)(double) = nullptr;
    library.find(cosine, "cos");
    ASSERT_NE(cosine, nullptr);
    EXPECT_EQ(cosine(0), 1);
}

TEST(SharedLibrary, AMissingLibraryIsReportedWithItsNameAndPurpose) {
    EXPECT_THAT(message_of([] { SharedLibrary("libonnxhub_missing.so.1", "the test"); }),
                AllOf(StartsWith("libonnxhub_missing.so.1: cannot be loaded ("),
                      HasSubstr("No such file"), HasSubstr("install it, the test needs it")));
}

TEST(SharedLibrary, AMissingFunctionIsReportedAsAnotherVersion) {
    const SharedLibrary library("libm.so.6", "the test");
    double (*function)(double) = nullptr;
    EXPECT_EQ(message_of([&] { library.find(function, "onnxhub_missing"); }),
              "libm.so.6: has no function onnxhub_missing; install the version that onnxhub was "
              "built with, the test needs it");
    EXPECT_EQ(function, nullptr);
}

}  // namespace
}  // namespace onnxhub
