// SPDX-License-Identifier: Apache-2.0
#include "repository/reference_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ReferenceNames, AreBranchesRemoteBranchesAndTags) {
    test::RepositoryBuilder builder;
    EXPECT_THAT(reference_names(*GitRepository::find(builder.path()), 10), IsEmpty());
    builder.write("a", "a").commit("One");
    for (const char* name : {"refs/remotes/origin/main", "refs/tags/v1", "refs/heads/team/$(x)",
                             "refs/notes/n", "refs/tags/main"}) {
        test::run_command({"git", "update-ref", name, "HEAD"}, builder.path());
    }
    const auto repository = GitRepository::find(builder.path());
    EXPECT_THAT(reference_names(*repository, 10),
                ElementsAre("main", "origin/main", "team/$(x)", "v1"));
    EXPECT_THAT(reference_names(*repository, 2), SizeIs(2));
}

}  // namespace
}  // namespace onnxhub
