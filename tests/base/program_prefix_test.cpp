// SPDX-License-Identifier: Apache-2.0
#include "base/program_prefix.h"

#include <gtest/gtest.h>

namespace onnxhub {
namespace {

TEST(ProgramPrefix, IsTwoLevelsAboveTheProgram) {
    // This test program is <build>/tests/base_tests.
    const std::filesystem::path prefix = program_prefix();
    EXPECT_TRUE(prefix.is_absolute());
    EXPECT_TRUE(std::filesystem::exists(prefix / "CMakeCache.txt")) << prefix;
    EXPECT_TRUE(std::filesystem::equivalent(
        prefix / "tests" / std::filesystem::read_symlink("/proc/self/exe").filename(),
        "/proc/self/exe"));
}

}  // namespace
}  // namespace onnxhub
