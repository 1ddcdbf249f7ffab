// SPDX-License-Identifier: Apache-2.0
#include "repository/git_repository.h"

#include <git2.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::read_file;
using test::RepositoryBuilder;
using test::TemporaryFolder;
using test::write_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// What an UserError says; empty when there is none.
std::string error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

/// Like the result of `git clone --depth`: the parents of `cut` are missing.
void make_shallow(const std::filesystem::path& repository, const CommitId& cut,
                  const std::vector<CommitId>& removed) {
    write_file(repository / ".git/shallow", cut + "\n");
    for (const CommitId& commit : removed) {
        std::filesystem::remove(repository / ".git/objects" / commit.substr(0, 2) /
                                commit.substr(2));
    }
}

TEST(GitRepository, IsFoundFromAnyFolderInIt) {
    RepositoryBuilder hub;
    hub.write("a/b/x", "x").commit("One");
    for (const char* folder : {"", "a", "a/b"}) {
        const auto repository = GitRepository::find(hub.path() / folder);
        ASSERT_TRUE(repository) << folder;
        EXPECT_EQ(std::filesystem::canonical(repository->working_folder()), hub.path());
        EXPECT_FALSE(repository->is_bare());
        EXPECT_FALSE(repository->is_shallow());
    }
}

TEST(GitRepository, FolderOutsideAnyRepositoryHasNone) {
    const TemporaryFolder folder;
    EXPECT_FALSE(GitRepository::find(folder.path()));
}

TEST(GitRepository, BareRepositoryHasNoWorkingTree) {
    RepositoryBuilder hub;
    hub.write("x", "x").commit("One");
    const auto repository = GitRepository::find(hub.bare_clone());

    ASSERT_TRUE(repository);
    EXPECT_TRUE(repository->is_bare());
    EXPECT_TRUE(repository->working_folder().empty());
    EXPECT_THAT(error_of([&] { repository->working_tree(""); }), HasSubstr("--rev"));
}

TEST(GitRepository, BranchesTagsAndExpressionsNameCommits) {
    RepositoryBuilder hub;
    const CommitId first = hub.write("x", "1").commit("One");
    hub.branch("old");
    const CommitId second = hub.write("x", "2").commit("Two");
    const auto repository = GitRepository::find(hub.path());

    EXPECT_EQ(repository->resolve_commit("HEAD"), second);
    EXPECT_EQ(repository->resolve_commit("main"), second);
    EXPECT_EQ(repository->resolve_commit("HEAD~1"), first);
    EXPECT_EQ(repository->resolve_commit("old"), first);
    EXPECT_EQ(repository->resolve_commit("refs/heads/old"), first);
    EXPECT_EQ(repository->resolve_commit(first.substr(0, 10)), first);
    EXPECT_EQ(repository->resolve_commit(second), second);
}

TEST(GitRepository, BranchesAreToldFromTagsAndCommits) {
    RepositoryBuilder hub;
    EXPECT_EQ(GitRepository::find(hub.path())->branch_of("HEAD"), "main");
    const std::string first = hub.write("a", "1").commit("first");
    hub.branch("old/one");
    const auto repository = GitRepository::find(hub.path());
    EXPECT_EQ(repository->branch_of("HEAD"), "main");
    EXPECT_EQ(repository->branch_of("main"), "main");
    EXPECT_EQ(repository->branch_of("refs/heads/main"), "main");
    EXPECT_EQ(repository->branch_of("old/one"), "old/one");
    for (const std::string& ref : {std::string("v1"), first, std::string("HEAD~0"), std::string(),
                                   std::string("refs/tags/v1"), std::string("../HEAD")}) {
        EXPECT_EQ(repository->branch_of(ref), std::nullopt) << ref;
    }
}

TEST(GitRepository, WhatNamesNoCommitIsAnError) {
    RepositoryBuilder hub;
    hub.write("x", "1").commit("One");
    const auto repository = GitRepository::find(hub.path());

    for (const std::string revision : {"", "none", "HEAD~1", "HEAD:x", "HEAD^{tree}", "-x", "@{99}",
                                       "0123456789012345678901234567890123456789"}) {
        SCOPED_TRACE(revision);
        EXPECT_THAT(error_of([&] { repository->resolve_commit(revision); }),
                    AllOf(StartsWith(revision + ": is not a commit"), Not(HasSubstr("shallow"))));
    }
}

TEST(GitRepository, UnbornHeadIsToldAndTheWorkingTreeStillRead) {
    RepositoryBuilder hub;
    hub.write("README.md", "x");
    const auto repository = GitRepository::find(hub.path());

    EXPECT_THAT(error_of([&] { repository->resolve_commit("HEAD"); }),
                HasSubstr("nothing has been committed yet"));
    EXPECT_THAT(repository->working_tree("")->list(), testing::ElementsAre("README.md"));
}

TEST(GitRepository, DetachedHeadIsAHead) {
    RepositoryBuilder hub;
    const CommitId first = hub.write("x", "1").commit("One");
    hub.write("x", "2").commit("Two");
    write_file(hub.path() / ".git/HEAD", first + "\n");
    EXPECT_EQ(GitRepository::find(hub.path())->resolve_commit("HEAD"), first);
}

TEST(GitRepository, MergeBaseIsTheBestCommonAncestor) {
    RepositoryBuilder hub;
    const CommitId base = hub.write("x", "1").commit("One");
    hub.branch("topic");
    const CommitId main = hub.write("x", "2").commit("Two");
    const CommitId topic = hub.checkout("topic").write("y", "3").commit("Three");
    const auto repository = GitRepository::find(hub.path());

    EXPECT_EQ(repository->merge_base(main, topic), base);
    EXPECT_EQ(repository->merge_base(main, main), main);
    EXPECT_EQ(repository->merge_base(base, topic), base);
}

TEST(GitRepository, MergeBaseThatAShallowCloneHoldsIsFound) {
    RepositoryBuilder hub;
    const CommitId lost = hub.write("x", "0").commit("Zero");
    const CommitId base = hub.write("x", "1").commit("One");
    hub.branch("topic");
    const CommitId main = hub.write("x", "2").commit("Two");
    const CommitId topic = hub.checkout("topic").write("y", "3").commit("Three");
    make_shallow(hub.path(), base, {lost});
    const auto repository = GitRepository::find(hub.path());

    EXPECT_TRUE(repository->is_shallow());
    EXPECT_EQ(repository->merge_base(main, topic), base);
    EXPECT_EQ(repository->merge_base(topic, main), base);
    EXPECT_EQ(repository->merge_base(base, main), base);
    EXPECT_EQ(repository->merge_base(main, main), main);
}

TEST(GitRepository, WhatAShallowCloneLacksIsAnErrorThatNamesFetchDepth) {
    RepositoryBuilder hub;
    const CommitId base = hub.write("x", "1").commit("One");
    hub.branch("topic");
    const CommitId main = hub.write("x", "2").commit("Two");
    const CommitId topic = hub.checkout("topic").write("y", "3").commit("Three");
    make_shallow(hub.path(), main + "\n" + topic, {base});
    const auto repository = GitRepository::find(hub.path());

    EXPECT_THAT(error_of([&] { repository->merge_base(main, topic); }),
                AllOf(HasSubstr("no common ancestor"), HasSubstr("fetch-depth: 0")));
    for (const std::string revision : {"HEAD~1", "origin/main", base.c_str()}) {
        EXPECT_THAT(error_of([&] { repository->resolve_commit(revision); }),
                    HasSubstr("fetch-depth: 0"));
    }
}

TEST(GitRepository, LinkedWorktreeSharesTheLfsStore) {
    RepositoryBuilder hub;
    hub.write("x", "1").commit("One");
    const TemporaryFolder other;
    // What `git worktree add` writes.
    const std::filesystem::path git = hub.path() / ".git/worktrees/linked";
    write_file(git / "HEAD", "ref: refs/heads/main\n");
    write_file(git / "commondir", "../..\n");
    write_file(git / "gitdir", (other.path() / ".git").string() + "\n");
    write_file(other.path() / ".git", "gitdir: " + git.string() + "\n");
    write_file(other.path() / "new", "x");
    hub.add_lfs_object("model");
    const auto repository = GitRepository::find(other.path());

    ASSERT_TRUE(repository);
    EXPECT_EQ(std::filesystem::canonical(repository->working_folder()), other.path());
    EXPECT_EQ(std::filesystem::canonical(repository->lfs_storage()), hub.path() / ".git/lfs");
    const auto tree = repository->working_tree("");
    EXPECT_TRUE(tree->open_lfs_object({sha256_of("model"), 5, false, true}));
    EXPECT_EQ(tree->list(), std::vector<std::string>{"new"});
}

TEST(GitRepository, WorktreeWhoseRepositoryIsGoneIsAnError) {
    const TemporaryFolder folder;
    write_file(folder.path() / ".git", "gitdir: /nonexistent/.git/worktrees/x\n");
    write_file(folder.path() / "a/x", "x");
    for (const char* place : {"", "a"}) {
        EXPECT_THAT(error_of([&] { GitRepository::find(folder.path() / place); }),
                    HasSubstr("git worktree repair"));
    }
}

TEST(GitRepository, LfsStorageIsWhereTheConfigurationSays) {
    RepositoryBuilder hub;
    hub.set_config("lfs.storage", "elsewhere");
    EXPECT_EQ(GitRepository::find(hub.path())->lfs_storage().lexically_normal(),
              hub.path() / ".git/elsewhere");
    hub.set_config("lfs.storage", "/var/lfs");
    EXPECT_EQ(GitRepository::find(hub.path())->lfs_storage(), "/var/lfs");
}

TEST(GitRepository, GivesValuesOfItsConfiguration) {
    RepositoryBuilder hub;
    const auto repository = GitRepository::find(hub.path());
    EXPECT_EQ(repository->config_value("remote.origin.url"), std::nullopt);
    EXPECT_EQ(repository->config_value("not a key"), std::nullopt);
    hub.set_config("remote.origin.url", "https://example.org/hub");
    EXPECT_EQ(repository->config_value("remote.origin.url"), "https://example.org/hub");
}

TEST(GitRepository, HarmlessExtensionsAreUnderstoodAndOthersRefused) {
    RepositoryBuilder hub;
    hub.write("x", "1").commit("One");
    hub.set_config("core.repositoryformatversion", "1")
        .set_config("extensions.worktreeconfig", "true")
        .set_config("extensions.partialclone", "origin")
        .set_config("extensions.preciousobjects", "true")
        .set_config("extensions.noop", "true");
    EXPECT_TRUE(GitRepository::find(hub.path()));

    hub.set_config("extensions.refstorage", "reftable");
    EXPECT_THAT(error_of([&] { GitRepository::find(hub.path()); }),
                AllOf(HasSubstr("can't be opened"), HasSubstr("refstorage")));
}

TEST(GitRepository, RepositoryOfAnotherUserIsRefusedWithTheRemedy) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can change its user id";
    RepositoryBuilder hub;
    hub.write("a/x", "1").commit("One");
    ASSERT_EQ(chmod(hub.path().c_str(), 0755), 0);
    ASSERT_EQ(seteuid(12345), 0);
    const std::string error = error_of([&] { GitRepository::find(hub.path() / "a"); });
    ASSERT_EQ(seteuid(0), 0);
    EXPECT_THAT(
        error, HasSubstr("git config --global --add safe.directory '" + hub.path().string() + "'"));
}

TEST(GitRepository, RepositoryOfAnotherUserIsOpenedOnRequest) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can change its user id";
    RepositoryBuilder hub;
    const CommitId commit = hub.write("a/x", "1").commit("One");
    ASSERT_EQ(chmod(hub.path().c_str(), 0755), 0);
    accept_repositories_of_all_users();
    ASSERT_EQ(seteuid(12345), 0);
    const std::string error = error_of(
        [&] { EXPECT_EQ(GitRepository::find(hub.path())->resolve_commit("HEAD"), commit); });
    ASSERT_EQ(seteuid(0), 0);
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
    EXPECT_EQ(error, "");
}

TEST(RepositoryBuilder, MakesTheSameCommitsEveryTime) {
    const auto make = [] {
        RepositoryBuilder hub;
        hub.write("README.md", "x").write_lfs("m.onnx", "model").commit("One");
        return hub.write("README.md", "y").commit("Two");
    };
    EXPECT_EQ(make(), make());
}

TEST(RepositoryBuilder, GitCallsItsRepositoriesClean) {
    if (std::system("git --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "git is not installed";
    RepositoryBuilder hub;
    hub.write("README.md", "x")
        .write_lfs("a/m.onnx", std::string(5000, 'm'))
        .write_pointer("p.onnx", "other")
        .symlink("link", "README.md")
        .commit("One");
    const std::filesystem::path report = hub.path() / ".git/report";
    const std::string command = "env GIT_CONFIG_NOSYSTEM=1 HOME=/nonexistent git -C '" +
                                hub.path().string() + "' status --porcelain >'" + report.string() +
                                "' 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(read_file(report), "");
}

}  // namespace
}  // namespace onnxhub
