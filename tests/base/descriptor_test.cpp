// SPDX-License-Identifier: Apache-2.0
#include "base/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "base/error_text.h"
#include "base/file_lock.h"
#include "base/file_status.h"
#include "base/folder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

bool is_open_number(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

TEST(DescriptorTest, ClosesWhatItOwns) {
    int number = -1;
    {
        const Descriptor file = open_to_read("/dev/null");
        number = file.get();
        EXPECT_TRUE(file.is_open());
        EXPECT_TRUE(is_open_number(number));
    }
    EXPECT_FALSE(is_open_number(number));
}

TEST(DescriptorTest, OwnsNumberZero) {
    EXPECT_FALSE(Descriptor().is_open());
    Descriptor zero(0);
    EXPECT_TRUE(zero.is_open());
    EXPECT_EQ(zero.release(), 0);
    EXPECT_FALSE(zero.is_open());
}

TEST(DescriptorTest, AMoveLeavesOneOwner) {
    Descriptor one = open_to_read("/dev/null");
    const int number = one.get();
    Descriptor other(std::move(one));
    EXPECT_FALSE(one.is_open());
    EXPECT_EQ(other.get(), number);
    Descriptor third = open_to_read("/dev/null");
    const int replaced = third.get();
    third = std::move(other);
    EXPECT_FALSE(is_open_number(replaced)) << "an assignment closes what was there";
    Descriptor& itself = third;
    third = std::move(itself);
    EXPECT_TRUE(is_open_number(number));
}

TEST(DescriptorTest, ClosingKeepsErrno) {
    Descriptor file = open_to_read("/dev/null");
    errno = ENOENT;
    EXPECT_TRUE(file.close());
    EXPECT_EQ(errno, ENOENT);
    EXPECT_TRUE(file.close()) << "a second time there is nothing to close";
}

TEST(DescriptorTest, ClosingReportsAFailure) {
    Descriptor file = open_to_read("/dev/null");
    close(file.get());
    errno = 0;
    EXPECT_FALSE(file.close());
    EXPECT_EQ(errno, EBADF);
}

TEST(DescriptorTest, ADuplicateOutlivesIt) {
    Descriptor file = open_to_read("/dev/null");
    const Descriptor copy = file.duplicate();
    EXPECT_NE(copy.get(), file.get());
    file.close();
    EXPECT_TRUE(is_open_number(copy.get()));
    EXPECT_TRUE(fcntl(copy.get(), F_GETFD) & FD_CLOEXEC);
    EXPECT_FALSE(file.duplicate().is_open());
}

TEST(OpenFiles, AreNotInherited) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "x");
    const fs::path path = folder.path() / "file";
    for (const Descriptor& file :
         {open_to_read(path), open_to_write(path), open_to_update(path), open_or_create_file(path),
          create_file(folder.path() / "new"), open_folder(folder.path())}) {
        EXPECT_TRUE(fcntl(file.get(), F_GETFD) & FD_CLOEXEC);
    }
}

TEST(OpenFiles, FollowALinkOnlyWhereAsked) {
    const TemporaryFolder folder;
    const fs::path link = folder.path() / "link";
    write_file(folder.path() / "file", "x");
    fs::create_symlink("file", link);
    EXPECT_TRUE(open_to_read(link).is_open());
    EXPECT_FALSE(open_to_read(link, LastLink::refuse).is_open());
    EXPECT_EQ(errno, ELOOP);
    EXPECT_TRUE(open_to_write(link).is_open());
    EXPECT_FALSE(open_to_update(link).is_open());
    EXPECT_FALSE(open_or_create_file(link).is_open());
    EXPECT_FALSE(create_file(link).is_open());
    EXPECT_EQ(errno, EEXIST);
}

TEST(OpenFiles, NeverWaitForAFifo) {
    const TemporaryFolder folder;
    const fs::path fifo = folder.path() / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_TRUE(open_to_read(fifo).is_open());
    EXPECT_TRUE(open_to_update(fifo).is_open());
}

TEST(OpenFiles, KeepWhatIsThere) {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "file";
    write_file(path, "content");
    open_to_write(path);
    open_to_update(path);
    open_or_create_file(path);
    EXPECT_EQ(read_file(path), "content");
    EXPECT_FALSE(open_to_write(folder.path() / "none").is_open());
    EXPECT_FALSE(open_to_update(folder.path() / "none").is_open());
    EXPECT_EQ(errno, ENOENT);
}

TEST(OpenFiles, GetThePermissionsAskedFor) {
    const TemporaryFolder folder;
    create_file(folder.path() / "new", 0600);
    open_or_create_file(folder.path() / "lock", 0600);
    EXPECT_EQ(status_of(folder.path() / "new")->permissions, 0600U);
    EXPECT_EQ(status_of(folder.path() / "lock")->permissions, 0600U);
}

TEST(ReadAndWrite, MoveThroughTheFile) {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "file";
    const Descriptor file = create_file(path);
    EXPECT_TRUE(write_all(file, "one "));
    EXPECT_TRUE(write_all(file, ""));
    EXPECT_TRUE(write_all(file, "two"));
    EXPECT_TRUE(flush_to_disk(file));
    EXPECT_EQ(read_file(path), "one two");

    const Descriptor reading = open_to_read(path);
    std::array<std::byte, 7> exactly{};
    EXPECT_EQ(read_all(reading, std::span(exactly).first(6)), 6U);
    EXPECT_EQ(read_all(reading, exactly), 1U) << "the file ends";
    EXPECT_EQ(read_some(reading, exactly), 0U);
    EXPECT_EQ(read_all(reading, exactly), 0U);

    EXPECT_TRUE(truncate_file(file));
    EXPECT_TRUE(write_all(file, "x"));
    EXPECT_EQ(read_file(path), "x") << "written at the start";
}

TEST(ReadAndWrite, ReportFailures) {
    std::array<std::byte, 4> block{};
    EXPECT_FALSE(read_some(Descriptor(), block));
    EXPECT_FALSE(read_all(Descriptor(), block));
    EXPECT_FALSE(write_all(open_to_read("/dev/null"), "x"));
    EXPECT_EQ(errno, EBADF);
    EXPECT_FALSE(write_all(open_to_write("/dev/full"), "x"));
    EXPECT_EQ(error_text(), "No space left on device");
    EXPECT_FALSE(truncate_file(open_to_read("/dev/null")));
    EXPECT_FALSE(flush_to_disk(Descriptor()));
}

TEST(FileStatusTest, TellsTypesApart) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "four");
    fs::create_symlink("file", folder.path() / "link");
    EXPECT_TRUE(status_of(folder.path())->is_folder());
    EXPECT_TRUE(status_of(folder.path() / "link")->is_regular());
    EXPECT_TRUE(link_status_of(folder.path() / "link")->is_symlink());
    EXPECT_EQ(status_of(fs::path("/dev/null"))->type, FileType::other);
    EXPECT_EQ(status_of(folder.path() / "file")->size_bytes, 4U);
    EXPECT_EQ(status_of(folder.path() / "file")->owner, geteuid());
    EXPECT_FALSE(status_of(folder.path() / "none"));
    EXPECT_FALSE(link_status_of(folder.path() / "none"));
    EXPECT_FALSE(status_of(Descriptor()));
}

TEST(FileStatusTest, KeepsTimesAndLinks) {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "file";
    write_file(path, "x");
    const timespec times[] = {{1'000'000'001, 11}, {1'000'000'002, 22}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    fs::create_hard_link(path, folder.path() / "other");
    const auto status = status_of(path);
    EXPECT_EQ(status->accessed, (FileTime{1'000'000'001, 11}));
    EXPECT_EQ(status->modified, (FileTime{1'000'000'002, 22}));
    EXPECT_GT(status->changed.seconds, 1'000'000'002);
    EXPECT_EQ(status->link_count, 2U);
}

TEST(FileStatusTest, SeesThatAFileWasReplaced) {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "file";
    write_file(path, "x");
    const Descriptor file = open_to_read(path);
    EXPECT_TRUE(is_still_at(file, path));
    fs::create_symlink("file", folder.path() / "link");
    EXPECT_FALSE(is_still_at(file, folder.path() / "link"));
    EXPECT_TRUE(is_still_at(file, folder.path() / "link", LastLink::follow));
    write_file(folder.path() / "new", "x");
    EXPECT_FALSE(is_still_at(file, folder.path() / "new"));
    fs::rename(folder.path() / "new", path);
    EXPECT_FALSE(is_still_at(file, path));
    fs::remove(path);
    EXPECT_FALSE(is_still_at(file, path));
}

TEST(TryLock, IsTakenByOneOpenFile) {
    const TemporaryFolder folder;
    Descriptor one = create_file(folder.path() / "lock");
    const Descriptor other = open_to_read(folder.path() / "lock");
    EXPECT_EQ(try_lock(one), LockAttempt::locked);
    EXPECT_EQ(try_lock(one), LockAttempt::locked);
    EXPECT_EQ(try_lock(other), LockAttempt::taken);
    const Descriptor copy = one.duplicate();
    one.close();
    EXPECT_EQ(try_lock(other), LockAttempt::taken) << "the duplicate holds it";
    EXPECT_EQ(try_lock(Descriptor()), LockAttempt::unsupported);
}

TEST(FolderRootTest, OpensOnlyWhatIsBeneath) {
    const TemporaryFolder folder;
    write_file(folder.path() / "root/a/file", "x");
    write_file(folder.path() / "outside", "x");
    fs::create_symlink("a", folder.path() / "root/link");
    const FolderRoot root(folder.path() / "root");
    EXPECT_TRUE(root.open("a/file").is_open());
    EXPECT_FALSE(root.open("../outside").is_open());
    EXPECT_EQ(errno, EXDEV);
    EXPECT_FALSE(root.open("link/file").is_open());
    EXPECT_EQ(errno, ELOOP);
    EXPECT_EQ(root.link_target("link"), "a");
    EXPECT_FALSE(root.link_target("a"));
    fs::rename(folder.path() / "root", folder.path() / "moved");
    EXPECT_TRUE(root.open("a/file").is_open()) << "it stays the folder that was opened";
    EXPECT_FALSE(FolderRoot().open("a/file").is_open());
}

TEST(FolderRootTest, OpensTheSameWithoutOpenat2) {
    const TemporaryFolder folder;
    write_file(folder.path() / "root/a/b/file", "x");
    write_file(folder.path() / "root/top", "x");
    write_file(folder.path() / "outside", "x");
    fs::create_symlink("a", folder.path() / "root/link");
    fs::create_symlink("file", folder.path() / "root/a/b/last");
    fs::create_symlink("../outside", folder.path() / "root/out");
    const FolderRoot root(folder.path() / "root");
    for (const char* path :
         {"top", "a/b/file", "a/b", "a//b/file", "./top", "link/b/file", "link", "a/b/last", "out",
          "none", "a/none/file", "top/file", "../outside", "/etc/passwd", "a/../../outside", ""}) {
        errno = 0;
        const bool is_open = root.open(path).is_open();
        const int reason = is_open ? 0 : errno;
        errno = 0;
        EXPECT_EQ(root.open_by_segments(path).is_open(), is_open) << path;
        EXPECT_EQ(is_open ? 0 : errno, reason) << path;
    }
    EXPECT_FALSE(FolderRoot().open_by_segments("top").is_open());
}

TEST(FolderTest, ExchangesNames) {
    const TemporaryFolder folder;
    write_file(folder.path() / "one", "1");
    write_file(folder.path() / "other", "2");
    EXPECT_TRUE(exchange_names(folder.path() / "one", folder.path() / "other"));
    EXPECT_EQ(read_file(folder.path() / "one"), "2");
    EXPECT_EQ(read_file(folder.path() / "other"), "1");
    EXPECT_FALSE(exchange_names(folder.path() / "one", folder.path() / "none"));
}

TEST(FolderTest, MakesOneLevel) {
    const TemporaryFolder folder;
    EXPECT_TRUE(make_folder(folder.path() / "new", 0700));
    EXPECT_EQ(status_of(folder.path() / "new")->permissions, 0700U);
    EXPECT_FALSE(make_folder(folder.path() / "new", 0700));
    EXPECT_EQ(errno, EEXIST);
    EXPECT_FALSE(make_folder(folder.path() / "a/b", 0700));
}

TEST(FolderTest, ReadsLinks) {
    const TemporaryFolder folder;
    fs::create_symlink("some/target", folder.path() / "link");
    EXPECT_EQ(read_link(folder.path() / "link"), "some/target");
    EXPECT_FALSE(read_link(folder.path()));
}

TEST(CloneFile, LeavesNothingWhereItFails) {
    const TemporaryFolder folder;
    write_file(folder.path() / "from", "content");
    write_file(folder.path() / "present", "kept");
    EXPECT_FALSE(clone_file(folder.path() / "from", folder.path() / "present"));
    EXPECT_EQ(read_file(folder.path() / "present"), "kept");
    EXPECT_FALSE(clone_file(folder.path() / "none", folder.path() / "to"));
    EXPECT_FALSE(fs::exists(folder.path() / "to"));
    // Whether the file system shares blocks depends on the machine.
    const bool is_cloned = clone_file(folder.path() / "from", folder.path() / "to");
    EXPECT_EQ(fs::exists(folder.path() / "to"), is_cloned);
    if (is_cloned) {
        EXPECT_EQ(read_file(folder.path() / "to"), "content");
    }
}

}  // namespace
}  // namespace onnxhub
