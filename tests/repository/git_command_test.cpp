// SPDX-License-Identifier: Apache-2.0
#include "repository/git_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::Pair;

class GitCommand : public testing::Test {
protected:
    /// What is reported while git runs this shell command.
    std::vector<std::pair<std::string, bool>> reported(const std::string& command) {
        std::vector<std::pair<std::string, bool>> lines;
        outcome = run_git(
            folder.path(), {"-c", "alias.x=!" + command, "x"},
            {[&](const std::string& line, bool is_final) { lines.emplace_back(line, is_final); }});
        return lines;
    }

    test::TemporaryFolder folder;
    GitOutcome outcome;
};

TEST_F(GitCommand, TellsLinesOfBothOutputsAndStatesOfProgress) {
    const auto lines = reported("printf 'one\\n10%%\\r20%%\\r\\n'; printf 'two' >&2; exit 3 #");
    EXPECT_THAT(lines, ElementsAre(Pair("one", true), Pair("10%", false), Pair("20%", false),
                                   Pair("two", true)));
    EXPECT_EQ(outcome.status, 3);
    EXPECT_EQ(outcome.last_line, "two");
}

TEST_F(GitCommand, BoundsWhatAServerMayMakeItSay) {
    const auto lines = reported("head -c 100000 /dev/zero | tr '\\\\0' x #");
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].first.size(), git_line_limit);
    std::size_t bytes = 0;
    for (const auto& [line, is_final] : reported("yes 0123456789 | head -n 500000 #")) {
        bytes += line.size();
    }
    EXPECT_GT(bytes, git_messages_limit / 2);
    EXPECT_LE(bytes, git_messages_limit);
    EXPECT_EQ(outcome.status, 0);
}

}  // namespace
}  // namespace onnxhub
