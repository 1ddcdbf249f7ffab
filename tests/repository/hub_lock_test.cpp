// SPDX-License-Identifier: Apache-2.0
#include "repository/hub_lock.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

/// Ends the waiting at its first poll: the call before the first try is no waiting.
LockWait impatient() {
    const auto calls = std::make_shared<int>(0);
    return {[calls] {
                if (++*calls > 1) throw Interrupted();
            },
            [] {}};
}

TEST(HubLock, IsExclusiveUntilItGoes) {
    TemporaryFolder hub;
    {
        const HubLock lock(hub.path(), {});
        EXPECT_TRUE(lock.is_exclusive());
        EXPECT_THROW(HubLock(hub.path(), impatient()), Interrupted);
    }
    EXPECT_TRUE(HubLock(hub.path(), impatient()).is_exclusive());
    EXPECT_TRUE(fs::is_empty(hub.path())) << "a lock leaves no file";
}

TEST(HubLock, OfAFolderThatDoesNotExistChangesNothing) {
    TemporaryFolder folder;
    const HubLock lock(folder.path() / "absent", impatient());
    EXPECT_FALSE(fs::exists(folder.path() / "absent"));
    lock.wait_for_git();
}

TEST(HubLock, RemovesWhatKilledProcessesLeftAndMakesGitIgnoreIt) {
    RepositoryBuilder hub;
    hub.write("README.md", "# Hub\n");
    write_file(hub.path() / "a/.onnxhub-change-1.tmp", "half");
    { const HubLock lock(hub.path(), {}); }
    { const HubLock lock(hub.path(), {}); }
    EXPECT_FALSE(fs::exists(hub.path() / "a/.onnxhub-change-1.tmp"));
    const std::string exclude = read_file(hub.path() / ".git/info/exclude");
    const std::size_t at = exclude.find(temporary_files_pattern);
    ASSERT_NE(at, exclude.npos);
    EXPECT_EQ(exclude.find(temporary_files_pattern, at + 1), exclude.npos)
        << "the line is added once";
}

TEST(HubLock, WaitsForAGitCommandAndCanBeInterrupted) {
    RepositoryBuilder hub;
    write_file(hub.path() / ".git/index.lock", "");
    int calls = 0;
    const LockWait wait{[&] {
                            if (++calls == 3) fs::remove(hub.path() / ".git/index.lock");
                        },
                        [] {}};
    { const HubLock lock(hub.path(), wait); }
    EXPECT_EQ(calls, 3);
    write_file(hub.path() / ".git/index.lock", "");
    EXPECT_THROW(HubLock(hub.path(), impatient()), Interrupted);
}

TEST(AbandonedFiles, OnlyThoseOfKilledProcessesAreRemoved) {
    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
    const fs::path kept[] = {hub / ".onnxhub-notes",    hub / "onnxhub-1.tmp",
                             hub / ".onnxhub-.tmp",     hub / "nested/.onnxhub-1.tmp",
                             hub / ".onnxhub-used.tmp", folder.path() / ".onnxhub-outside.tmp"};
    for (const fs::path& path : kept) write_file(path, "x");
    fs::create_directories(hub / "nested/.git");
    fs::create_directory_symlink(folder.path(), hub / "link");
    fs::create_directory(hub / ".onnxhub-folder.tmp");
    write_file(hub / ".onnxhub-1-0.tmp", "x");
    write_file(hub / "a/b/.onnxhub-change-12.tmp", "x");
    {
        const FileLock used = FileLock::take(hub / ".onnxhub-used.tmp", {});
        EXPECT_EQ(remove_abandoned_files(hub), 2u);
    }
    for (const fs::path& path : kept) EXPECT_TRUE(fs::exists(path)) << path;
    EXPECT_TRUE(fs::exists(hub / ".onnxhub-folder.tmp"));
    EXPECT_FALSE(fs::exists(hub / "a/b/.onnxhub-change-12.tmp"));
}

}  // namespace
}  // namespace onnxhub::test
