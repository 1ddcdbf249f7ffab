// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void put(const fs::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

mode_t mode_of(const fs::path& path) {
    struct stat status = {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
}

/// What the call throws, "" when nothing.
std::string failure_of(const fs::path& path, std::string_view content) {
    try {
        write_file_atomically(path, content);
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

/// While it lives, no file of this process grows beyond `size_bytes`: as on a full disk, a write
/// stops half-way, and this holds for root too.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t size_bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &old_limit_);
        rlimit limit = old_limit_;
        limit.rlim_cur = size_bytes;
        EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &old_limit_);
        std::signal(SIGXFSZ, old_handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit old_limit_ = {};
    void (*old_handler_)(int);
};

class AtomicFile : public testing::Test {
protected:
    AtomicFile() {
        std::string pattern = (fs::temp_directory_path() / "onnxhub-test-XXXXXX").string();
        if (mkdtemp(pattern.data())) folder_ = pattern;
    }
    ~AtomicFile() override { fs::remove_all(folder_); }
    void SetUp() override { ASSERT_FALSE(folder_.empty()); }

    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder_)) {
            names.push_back(entry.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }

    fs::path folder_;
};

TEST_F(AtomicFile, WritesANewFileAndNothingBesideIt) {
    const std::string content = std::string("a\0\r\n\xff", 5) + std::string(3'000'000, 'x');
    write_file_atomically(folder_ / "new", content);
    EXPECT_EQ(content_of(folder_ / "new"), content);
    EXPECT_EQ(names(), std::vector<std::string>{"new"});
}

TEST_F(AtomicFile, ReplacesAFileByALongerShorterOrEmptyOne) {
    for (const std::string& content :
         {std::string("first"), std::string("a longer second"), std::string("3"), std::string()}) {
        write_file_atomically(folder_ / "file", content);
        EXPECT_EQ(content_of(folder_ / "file"), content);
    }
    EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(AtomicFile, KeepsThePermissionsOfTheOldFile) {
    for (const mode_t mode : {0600, 0640, 0664, 0755, 0444}) {
        const fs::path path = folder_ / std::to_string(mode);
        put(path, "old");
        ASSERT_EQ(chmod(path.c_str(), mode), 0);
        write_file_atomically(path, "new");
        EXPECT_EQ(mode_of(path), mode);
        EXPECT_EQ(content_of(path), "new");
    }
}

TEST_F(AtomicFile, GivesANewFileThePermissionsTheUmaskLeaves) {
    for (const mode_t mask : {0022, 0077, 0002}) {
        const fs::path path = folder_ / std::to_string(mask);
        const mode_t before = umask(mask);
        write_file_atomically(path, "new");
        EXPECT_EQ(umask(before), mask) << "the umask is left alone";
        EXPECT_EQ(mode_of(path), 0666 & ~mask);
    }
}

TEST_F(AtomicFile, FollowsSymbolicLinks) {
    fs::create_directory(folder_ / "target");
    put(folder_ / "target" / "file", "old");
    fs::create_symlink("target/file", folder_ / "link");
    fs::create_symlink(folder_ / "link", folder_ / "link-to-link");

    write_file_atomically(folder_ / "link-to-link", "new");

    EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
    EXPECT_TRUE(fs::is_symlink(folder_ / "link-to-link"));
    EXPECT_FALSE(fs::is_symlink(folder_ / "target" / "file"));
    EXPECT_EQ(content_of(folder_ / "target" / "file"), "new");
}

TEST_F(AtomicFile, MakesTheFileADanglingLinkPointsTo) {
    fs::create_symlink("not-yet", folder_ / "link");
    write_file_atomically(folder_ / "link", "new");
    EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
    EXPECT_EQ(content_of(folder_ / "not-yet"), "new");
}

TEST_F(AtomicFile, RefusesALoopOfLinks) {
    fs::create_symlink("b", folder_ / "a");
    fs::create_symlink("a", folder_ / "b");
    EXPECT_THAT(failure_of(folder_ / "a", "new"), HasSubstr("can't be written"));
    EXPECT_EQ(names(), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(fs::is_symlink(folder_ / "a"));
}

TEST_F(AtomicFile, KeepsTheOldFileWhenThereIsNoSpace) {
    put(folder_ / "file", "old");
    std::string failure;
    {
        const FileSizeLimit limit(4096);
        failure = failure_of(folder_ / "file", std::string(100'000, 'x'));
    }
    EXPECT_THAT(failure, HasSubstr((folder_ / "file").string() + ": can't be written ("));
    EXPECT_THAT(failure, HasSubstr("; the file is unchanged"));
    EXPECT_EQ(content_of(folder_ / "file"), "old");
    EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(AtomicFile, LeavesNothingWhenThereIsNoSpaceForANewFile) {
    std::string failure;
    {
        const FileSizeLimit limit(10);
        failure = failure_of(folder_ / "file", "more than ten bytes");
    }
    EXPECT_NE(failure, "");
    EXPECT_TRUE(names().empty());
}

TEST_F(AtomicFile, SaysWhichFileWhenItsFolderIsMissing) {
    const fs::path path = folder_ / "missing" / "file";
    EXPECT_EQ(
        failure_of(path, "x"),
        path.string() + ": can't be written (No such file or directory); the file is unchanged");
    EXPECT_TRUE(names().empty());
}

TEST_F(AtomicFile, RefusesAFolder) {
    fs::create_directory(folder_ / "sub");
    EXPECT_EQ(failure_of(folder_ / "sub", "x"),
              (folder_ / "sub").string() + ": is a directory; name a file");
    EXPECT_TRUE(fs::is_directory(folder_ / "sub"));
    EXPECT_TRUE(fs::is_empty(folder_ / "sub"));
}

TEST_F(AtomicFile, RefusesAPathThroughAFile) {
    put(folder_ / "file", "old");
    EXPECT_NE(failure_of(folder_ / "file" / "below", "x"), "");
    EXPECT_EQ(content_of(folder_ / "file"), "old");
}

TEST_F(AtomicFile, KeepsTheOldFileInAFolderThatMayNotBeWritten) {
    if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    put(folder_ / "file", "old");
    ASSERT_EQ(chmod(folder_.c_str(), 0555), 0);
    const std::string failure = failure_of(folder_ / "file", "new");
    ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
    EXPECT_THAT(failure, HasSubstr("Permission denied"));
    EXPECT_EQ(content_of(folder_ / "file"), "old");
    EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(AtomicFile, WritesNamesAsLongAsTheyMayBe) {
    const std::string name(255, 'n');
    write_file_atomically(folder_ / name, "x");
    EXPECT_EQ(names(), std::vector<std::string>{name});
}

TEST_F(AtomicFile, WritesInTheCurrentFolder) {
    const fs::path before = fs::current_path();
    fs::current_path(folder_);
    write_file_atomically("file", "x");
    fs::current_path(before);
    EXPECT_EQ(content_of(folder_ / "file"), "x");
    EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(AtomicFile, IsNotStoppedByWhatAKilledRunLeft) {
    const std::string process = ".onnxhub-" + std::to_string(getpid()) + "-";
    for (int i = 0; i < 100; ++i) put(folder_ / (process + std::to_string(i) + ".tmp"), "left");
    write_file_atomically(folder_ / "file", "x");
    EXPECT_EQ(content_of(folder_ / "file"), "x");
    EXPECT_EQ(names().size(), 101u);
}

TEST_F(AtomicFile, WritesToAPipeWithoutTakingItsPlace) {
    const fs::path pipe = folder_ / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::string received;
    std::thread reader([&] { received = content_of(pipe); });
    write_file_atomically(pipe, "through the pipe");
    reader.join();
    EXPECT_EQ(received, "through the pipe");
    EXPECT_TRUE(fs::is_fifo(pipe));
    EXPECT_EQ(names(), std::vector<std::string>{"pipe"});
}

TEST_F(AtomicFile, ReadersSeeOneOfTheContentsWholeWhileManyWrite) {
    const fs::path path = folder_ / "file";
    const auto content = [](int i) { return std::string(100'000, static_cast<char>('a' + i)); };
    write_file_atomically(path, content(0));
    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i) {
        writers.emplace_back([&, i] {
            for (int round = 0; round < 10; ++round) write_file_atomically(path, content(i));
        });
    }
    for (int i = 0; i < 200; ++i) {
        const std::string seen = content_of(path);
        ASSERT_EQ(seen.size(), 100'000u);
        ASSERT_EQ(seen, std::string(seen.size(), seen[0]));
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

}  // namespace
}  // namespace onnxhub
