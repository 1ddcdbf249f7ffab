// SPDX-License-Identifier: Apache-2.0
#include "base/kept_files.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

#include "base/parallel.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

Sha256 key(int number) {
    return sha256_of(std::to_string(number));
}

TEST(KeptFiles, ReturnsWhatWasKeptInAnotherRun) {
    const test::TemporaryFolder folder;
    const fs::path place = folder.path() / "a" / "b";
    EXPECT_FALSE(KeptFiles(place, ".txt", 10, 100).find(key(1)));
    EXPECT_FALSE(fs::exists(place)) << "looking for something creates nothing";

    KeptFiles(place, ".txt", 10, 100).keep(key(1), "text");

    EXPECT_EQ(KeptFiles(place, ".txt", 10, 100).find(key(1)), "text");
    EXPECT_FALSE(KeptFiles(place, ".txt", 10, 100).find(key(2)));
    EXPECT_FALSE(KeptFiles(place, ".json", 10, 100).find(key(1)));
}

TEST(KeptFiles, ThreadsThatKeepTheFirstFilesTogetherLoseNone) {
    const test::TemporaryFolder folder;
    for (int round = 0; round < 100; ++round) {
        const KeptFiles files(folder.path() / std::to_string(round) / "a" / "b", ".txt", 10, 100);
        for_each_index(4, 4, [&](std::size_t i) { files.keep(key(static_cast<int>(i)), "text"); });
        for (int i = 0; i < 4; ++i) ASSERT_TRUE(files.find(key(i))) << round << " " << i;
    }
}

TEST(KeptFiles, WithoutAFolderNothingIsKept) {
    const KeptFiles files({}, ".txt", 10, 100);
    files.keep(key(1), "text");
    EXPECT_FALSE(files.find(key(1)));
}

TEST(KeptFiles, LargeFilesAreNotKept) {
    const test::TemporaryFolder folder;
    const KeptFiles files(folder.path(), ".txt", 10, 100);
    files.keep(key(1), std::string(100, 'x'));
    files.keep(key(2), std::string(101, 'x'));
    EXPECT_TRUE(files.find(key(1)));
    EXPECT_FALSE(files.find(key(2)));
}

TEST(KeptFiles, TheOldestFilesAboveTheLimitAreRemoved) {
    const test::TemporaryFolder folder;
    const KeptFiles files(folder.path(), ".txt", 2, 100);
    for (int i = 0; i < 4; ++i) {
        files.keep(key(i), "text");
        fs::last_write_time(folder.path() / (to_hex(key(i)) + ".txt"),
                            fs::file_time_type::clock::now() - std::chrono::hours(10 - i));
    }

    KeptFiles(folder.path(), ".txt", 2, 100).keep(key(9), "new");

    EXPECT_FALSE(files.find(key(0)));
    EXPECT_FALSE(files.find(key(1)));
    EXPECT_TRUE(files.find(key(2)));
    EXPECT_TRUE(files.find(key(3)));
    EXPECT_TRUE(files.find(key(9)));
}

TEST(KeptFiles, FilesThatAnotherUserCouldHaveChangedDoNotCount) {
    const test::TemporaryFolder folder;
    const KeptFiles files(folder.path(), ".txt", 10, 100);
    files.keep(key(1), "text");
    fs::permissions(folder.path() / (to_hex(key(1)) + ".txt"), fs::perms::others_write,
                    fs::perm_options::add);
    EXPECT_FALSE(files.find(key(1)));
}

}  // namespace
}  // namespace onnxhub
