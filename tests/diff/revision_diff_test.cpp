// SPDX-License-Identifier: Apache-2.0
#include "diff/revision_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::RepositoryBuilder;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

DiffReport compare(const RepositoryBuilder& hub, const std::string& range) {
    Diagnostics diagnostics;
    return compare_revisions({hub.path(), parse_revision_range(range)}, {}, diagnostics);
}

std::string refusal(const std::filesystem::path& folder, const std::string& range) {
    Diagnostics diagnostics;
    try {
        compare_revisions({folder, parse_revision_range(range)}, {}, diagnostics);
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

TEST(RevisionRangeTest, HasTheMeaningOfGitDiff) {
    const std::pair<const char*, RevisionRange> cases[] = {
        {"main", {"main", std::nullopt, false}},
        {"a..b", {"a", "b", false}},
        {"a...b", {"a", "b", true}},
        {"..b", {"HEAD", "b", false}},
        {"a..", {"a", "HEAD", false}},
        {"...", {"HEAD", "HEAD", true}},
        {"v1.2..v1.3", {"v1.2", "v1.3", false}},
    };
    for (const auto& [text, range] : cases) EXPECT_EQ(parse_revision_range(text), range) << text;
}

TEST(RevisionDiff, ComparesRevisionsAndTheWorkingTree) {
    RepositoryBuilder hub;
    hub.write("a.onnx", "one").commit("One");
    hub.write("a.onnx", "two").commit("Two");
    EXPECT_THAT(compare(hub, "HEAD").diff.models, IsEmpty());
    const DiffReport report = compare(hub, "HEAD~1..HEAD");
    EXPECT_EQ(report.before, "HEAD~1");
    EXPECT_EQ(report.after, "HEAD");
    EXPECT_THAT(report.diff.models, SizeIs(1));
    hub.write("a.onnx", "three");
    EXPECT_THAT(compare(hub, "HEAD").diff.models, SizeIs(1));
    EXPECT_EQ(compare(hub, "HEAD").after, "the working tree");
}

TEST(RevisionDiff, OfThreeDotsComparesWithTheMergeBase) {
    RepositoryBuilder hub;
    const std::string base = hub.write("a.onnx", "one").commit("Base");
    hub.write("a.onnx", "two").commit("Branch");
    EXPECT_THAT(compare(hub, base + "...HEAD").diff.models, SizeIs(1));
    EXPECT_THAT(compare(hub, "HEAD..." + base).diff.models, IsEmpty());
}

TEST(RevisionDiff, ReportsProblemsInTheSettingsOfBothSides) {
    RepositoryBuilder hub;
    hub.write("onnxhub.toml", "nonsense = 1\n").commit("Unknown key");
    Diagnostics diagnostics;
    compare_revisions({hub.path()}, {}, diagnostics);
    EXPECT_THAT(diagnostics.all(), SizeIs(2));
}

TEST(RevisionDiff, SaysWhatCannotBeCompared) {
    const TemporaryFolder plain;
    EXPECT_THAT(refusal(plain.path(), "HEAD"), HasSubstr("is not in a git repository"));
    EXPECT_THAT(refusal(plain.path() / "none", "HEAD"), HasSubstr("none: does not exist; name"));
    RepositoryBuilder hub;
    hub.write("a", "a").commit("One");
    EXPECT_THAT(refusal(hub.path(), "nowhere"), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace onnxhub
