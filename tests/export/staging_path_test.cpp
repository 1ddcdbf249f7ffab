// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/staging_path.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

class Staging : public testing::Test {
protected:
    fs::path at(const std::string& name) const { return folder.path() / name; }

    TemporaryFolder folder;
};

TEST_F(Staging, GoesWithItsObjectUnlessItWasMoved) {
    {
        const StagingPath staging(at("site"), StagingPath::folder_of_export);
        EXPECT_EQ(staging.path(), at(".site." + std::to_string(getpid()) + ".export"));
        EXPECT_TRUE(fs::is_directory(staging.path()));
        write_file(staging.path() / "a/b", "x");
    }
    EXPECT_TRUE(fs::is_empty(folder.path()));
    {
        const StagingPath staging(at("new/b.tar"), StagingPath::file_of_bundle);
        EXPECT_EQ(write(staging.file().get(), "bytes", 5), 5);
        staging.move_to(at("new/b.tar"));
    }
    EXPECT_EQ(read_file(at("new/b.tar")), "bytes");
}

TEST_F(Staging, AFileReplacesAFileAndAFolderNone) {
    write_file(at("b.tar"), "old");
    write_file(at("site/file"), "ours");
    const StagingPath file(at("b.tar"), StagingPath::file_of_bundle);
    file.move_to(at("b.tar"));
    EXPECT_EQ(read_file(at("b.tar")), "");
    const StagingPath import(at("site"), StagingPath::folder_of_import);
    EXPECT_THROW(import.move_to(at("site")), UserError);
    EXPECT_EQ(read_file(at("site/file")), "ours");
}

TEST_F(Staging, WhatAKilledProcessLeftIsRemovedAndWhatARunningOneHasStays) {
    const fs::path abandoned = at(".site.1234567.export");
    const fs::path running = at(".site.7654321.export");
    const fs::path others[] = {at(".site.x.export"), at(".site.1.import"), at(".site2.1.export"),
                               at(".site..export"), at("site.1.export")};
    for (const fs::path& path : {abandoned, running}) write_file(path / "a/b", "x");
    for (const fs::path& path : others) write_file(path / "a/b", "x");
    const int fd = open(running.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_EQ(flock(fd, LOCK_EX), 0);
    StagingPath::remove_abandoned(at("site"), StagingPath::folder_of_export);
    EXPECT_FALSE(fs::exists(abandoned));
    EXPECT_TRUE(fs::exists(running / "a/b"));
    for (const fs::path& path : others) EXPECT_TRUE(fs::exists(path)) << path;
    close(fd);
}

/// A process may be killed between its two renames where the file system cannot exchange names.
TEST_F(Staging, WhatWasMovedAsideGoesBack) {
    write_file(at(".site.1234567.export.old/CNAME"), "hub.example");
    StagingPath::remove_abandoned(at("site"), StagingPath::folder_of_export);
    EXPECT_EQ(read_file(at("site/CNAME")), "hub.example");
    write_file(at(".site.1234567.export.old/CNAME"), "older");
    StagingPath::remove_abandoned(at("site"), StagingPath::folder_of_export);
    EXPECT_EQ(read_file(at("site/CNAME")), "hub.example") << "the place is taken";
    EXPECT_FALSE(fs::exists(at(".site.1234567.export.old")));
}

TEST_F(Staging, APlaceThatTakesNothingIsReported) {
    write_file(at("file"), "x");
    EXPECT_THROW(StagingPath(at("file/site"), StagingPath::folder_of_export), UserError);
    EXPECT_THROW(StagingPath("/proc/x", StagingPath::folder_of_export), UserError);
    EXPECT_THROW(StagingPath("/proc/x", StagingPath::file_of_bundle), UserError);
}

}  // namespace
}  // namespace onnxhub::test
