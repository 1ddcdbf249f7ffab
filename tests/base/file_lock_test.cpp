// SPDX-License-Identifier: Apache-2.0
#include "base/file_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

class Lock : public testing::Test {
protected:
    TemporaryFolder folder;
    const fs::path path = folder.path();
};

TEST_F(Lock, OfAFolderLeavesNoFileAndGoesWithTheObject) {
    int polls = 0;
    {
        const FileLock lock = FileLock::take(path, {});
        ASSERT_TRUE(lock.is_held());
        EXPECT_TRUE(fs::is_empty(path));
        const auto give_up = [&] {
            if (++polls == 3) throw Interrupted();
        };
        EXPECT_THROW(FileLock::take(path, {give_up, [] {}}), Interrupted);
    }
    EXPECT_EQ(polls, 3);
    EXPECT_TRUE(FileLock::take(path / ".", {}).is_held());
}

TEST_F(Lock, LongWaitsAreToldOnce) {
    std::optional<FileLock> lock = FileLock::take(path, {});
    int reported = 0;
    int polls = 0;
    const auto release = [&] {
        if (++polls == 45) lock.reset();
    };
    EXPECT_TRUE(FileLock::take(path, {release, [&] { ++reported; }}).is_held());
    EXPECT_EQ(reported, 1);
}

TEST_F(Lock, GoesWithItsProcessHoweverThatEnds) {
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        const FileLock lock = FileLock::take(path, {});
        if (write(ready[1], "x", 1) != 1) _exit(1);
        for (;;) pause();
    }
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    int polls = 0;
    const auto kill_it = [&] {
        if (++polls == 2) kill(child, SIGKILL);
    };
    EXPECT_TRUE(FileLock::take(path, {kill_it, [] {}}).is_held());
    EXPECT_GE(polls, 2);
    waitpid(child, nullptr, 0);
    close(ready[0]);
    close(ready[1]);
}

TEST_F(Lock, IsOfWhatStandsAtThePathNow) {
    const fs::path place = path / "hub";
    fs::create_directory(place);
    std::optional<FileLock> old = FileLock::take(place, {});
    int polls = 0;
    const auto replace = [&] {
        if (++polls != 2) return;
        fs::rename(place, path / "moved");
        fs::create_directory(place);
        old.reset();
    };
    const FileLock lock = FileLock::take(place, {replace, [] {}});
    EXPECT_TRUE(lock.is_held());
    EXPECT_TRUE(FileLock::take(path / "moved", {}).is_held()) << "that one is free";
}

TEST_F(Lock, OfAFileMakesItAndNeverFollowsALink) {
    EXPECT_TRUE(FileLock::take_file(path / "lock", {}).is_held());
    EXPECT_TRUE(fs::is_regular_file(path / "lock"));
    fs::create_symlink(path / "elsewhere", path / "link");
    EXPECT_THROW(FileLock::take_file(path / "link", {}), UserError);
    EXPECT_FALSE(fs::exists(path / "elsewhere"));
    EXPECT_THROW(FileLock::take(path / "nothing", {}), UserError);
}

TEST_F(Lock, OnlyRegularFilesWithoutALockAreRemoved) {
    write_file(path / "free", "x");
    write_file(path / "locked", "x");
    fs::create_symlink("locked", path / "link");
    fs::create_directory(path / "folder");
    const FileLock lock = FileLock::take(path / "locked", {});
    EXPECT_TRUE(remove_unless_locked(path / "free"));
    for (const char* name : {"locked", "link", "folder", "nothing"}) {
        EXPECT_FALSE(remove_unless_locked(path / name)) << name;
    }
    EXPECT_FALSE(fs::exists(path / "free"));
    EXPECT_TRUE(fs::exists(path / "link"));
}

}  // namespace
}  // namespace onnxhub::test
