// SPDX-License-Identifier: Apache-2.0
#include "base/toml_problem.h"

#include <gtest/gtest.h>

namespace onnxhub {
namespace {

TEST(TomlProblem, WordsOfTheParserAreForPeople) {
    EXPECT_EQ(toml_problem("Error while parsing table header: expected ']', saw '\\n'"),
              "expected ']', saw a line break (table header)");
    EXPECT_EQ(toml_problem("Error while parsing key-value pair: cannot redefine 'a: b'"),
              "cannot redefine 'a: b' (key-value pair)");
    EXPECT_EQ(toml_problem("something else"), "something else");
}

}  // namespace
}  // namespace onnxhub
