// SPDX-License-Identifier: Apache-2.0
// Bases of changes in clones of every depth, made by git.
#include "repository/change_base.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;

class ChangeBaseTest : public testing::Test {
protected:
    /// main has 30 commits. Then the branch `change` adds two commits and main adds another one.
    /// refs/pull/1/merge is the merge of both.
    void SetUp() override {
        run(R"(set -e
            git init -q -b main origin && cd origin
            git config user.name T && git config user.email t@example.org
            git config uploadpack.allowAnySHA1InWant true
            for i in $(seq 30); do echo $i > file; git add file; git commit -qm $i; done
            git branch parted
            git checkout -q -b change
            echo a > a; git add a; git commit -qm a; echo b > b; git add b; git commit -qm b
            git checkout -q main
            echo m > m; git add m; git commit -qm m
            git checkout -q --detach main && git merge -q --no-ff -m merge change
            git update-ref refs/pull/1/merge HEAD && git checkout -q main)");
    }

    std::string run(const std::string& script) {
        const test::ProgramResult result = test::run_command(
            {"bash", "-c", "export HOME=$PWD GIT_CONFIG_NOSYSTEM=1; " + script}, folder.path());
        EXPECT_EQ(result.status, 0) << script << result.err;
        return result.out.substr(0, result.out.find('\n'));
    }

    /// Fetches only this ref with this depth, as the checkout of a workflow does.
    void check_out(const std::string& ref, const std::string& depth) {
        run("rm -rf clone && git init -q clone && cd clone && git remote add origin "
            "file://$PWD/../origin && git fetch -q --no-tags " +
            depth + " origin " + ref + " && git checkout -q --detach FETCH_HEAD");
    }

    ChangeBase find(const std::string& reference, bool may_fetch) {
        return find_change_base(
            {folder.path() / "clone", reference, run("git -C clone rev-parse HEAD"), may_fetch});
    }

    std::string commit(const std::string& name) { return run("git -C origin rev-parse " + name); }
    bool is_shallow() { return run("git -C clone rev-parse --is-shallow-repository") == "true"; }

    test::TemporaryFolder folder;
};

TEST_F(ChangeBaseTest, WhatAPullRequestWouldBeMergedIntoIsHereAtDepthTwo) {
    check_out("refs/pull/1/merge", "--depth=2");
    run("git -C clone remote set-url origin /nowhere");
    EXPECT_EQ(find("HEAD^1", false).commit, commit("main"));
    EXPECT_EQ(find(commit("main"), false).commit, commit("main"));
}

TEST_F(ChangeBaseTest, ItIsTheSameAtEveryDepthHoweverOldTheEventsBase) {
    for (const std::string depth : {"--depth=1", "--depth=2", "--depth=3", "--depth=5", ""}) {
        check_out("refs/pull/1/merge", depth);
        EXPECT_EQ(find("HEAD^1", true).commit, commit("main")) << depth;
    }
}

TEST_F(ChangeBaseTest, DepthOneIsDeepenedByOne) {
    check_out("refs/pull/1/merge", "--depth=1");
    EXPECT_EQ(find("HEAD^1", false).commit, std::nullopt);
    EXPECT_THAT(find("HEAD^1", false).note, HasSubstr("HEAD^1"));
    EXPECT_EQ(find("HEAD^1", true).commit, commit("main"));
    EXPECT_TRUE(is_shallow());
    EXPECT_EQ(run("git -C clone rev-list --count HEAD"), "3");
}

// A push may end with any merge commit: its first parent is not what was there before.
TEST_F(ChangeBaseTest, NoBaseIsMadeUpForAMergeCommit) {
    check_out("refs/pull/1/merge", "--depth=2");
    EXPECT_EQ(find(commit("parted"), false).commit, std::nullopt);
    EXPECT_EQ(find(commit("parted"), true).commit, commit("parted"));
    check_out("refs/pull/1/merge", "--depth=2");
    run("git -C clone remote set-url origin /nowhere");
    for (const std::string reference :
         {"origin/main", "main", "no-such-branch", "0123456789012345678901234567890123456789"}) {
        EXPECT_EQ(find(reference, true).commit, std::nullopt) << reference;
    }
}

TEST_F(ChangeBaseTest, BranchesAndTagsAreFetchedByAnyOfTheirNames) {
    run("git -C origin tag v1 parted");
    for (const std::string depth : {"--depth=1", ""}) {
        for (const std::string reference : {"main", "origin/main", "refs/heads/main",
                                            "refs/remotes/origin/main", "v1", "refs/tags/v1"}) {
            check_out("change", depth);
            const ChangeBase base = find(reference, true);
            EXPECT_EQ(base.commit, commit("parted")) << reference << " " << depth;
            EXPECT_EQ(base.note, "");
        }
    }
    check_out("change", "--depth=1");
    EXPECT_EQ(find(commit("parted").substr(0, 10), true).commit, commit("parted"));
}

TEST_F(ChangeBaseTest, ABranchIsDeepenedUntilItMeetsItsBase) {
    check_out("change", "--depth=1");
    EXPECT_EQ(find("origin/main", true).commit, commit("parted"));
}

TEST_F(ChangeBaseTest, ABaseByItsNameAsACommitIsFetched) {
    check_out("change", "--depth=1");
    EXPECT_EQ(find(commit("main"), true).commit, commit("parted"));
}

TEST_F(ChangeBaseTest, AFullCloneStaysFull) {
    check_out("change", "");
    EXPECT_EQ(find("origin/main", true).commit, commit("parted"));
    EXPECT_FALSE(is_shallow());
    EXPECT_EQ(run("git -C clone rev-list --count HEAD"), "32");
}

TEST_F(ChangeBaseTest, WhatCantBeToldIsNotGuessed) {
    check_out("change", "--depth=1");
    EXPECT_EQ(find("origin/none", true).commit, std::nullopt);
    check_out("change", "");
    EXPECT_EQ(find("0123456789012345678901234567890123456789", true).commit, std::nullopt);
    run("git -C clone remote set-url origin /nowhere");
    EXPECT_EQ(find("origin/main", true).commit, std::nullopt);
    // No option of git's, and no second refspec.
    for (const std::string reference :
         {"--upload-pack=touch pwned", "-x", "a:b", "+a", "a b", ""}) {
        EXPECT_EQ(find(reference, true).commit, std::nullopt) << reference;
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "clone/pwned"));
}

}  // namespace
}  // namespace onnxhub
