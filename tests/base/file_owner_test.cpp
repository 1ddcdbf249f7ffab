// SPDX-License-Identifier: Apache-2.0
#include "base/file_owner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using test::write_file;
using testing::HasSubstr;

FileStatus status_with(FileType type, unsigned permissions, UserId owner) {
    FileStatus status;
    status.type = type;
    status.permissions = permissions;
    status.owner = owner;
    status.group = 54321;
    return status;
}

TEST(TrustedOwnersTest, AreOneselfRootAndThoseTheUserNames) {
    constexpr uid_t other = 54321;
    EXPECT_TRUE(TrustedOwners().contains(geteuid()));
    EXPECT_TRUE(TrustedOwners().contains(0));
    EXPECT_FALSE(TrustedOwners().contains(other));
    EXPECT_TRUE(TrustedOwners({other}).contains(other));
    EXPECT_FALSE(TrustedOwners::exactly({other}).contains(geteuid()));
}

TEST(ForeignInfluenceTest, IsAnotherOwnerOrTheRightToWrite) {
    const TrustedOwners owners;
    const auto of_file = [&](unsigned permissions, UserId owner = 0) {
        return foreign_influence(status_with(FileType::regular, permissions, owner), owners)
            .value_or("");
    };
    const auto of_folder = [&](unsigned permissions, UserId owner = 0) {
        return foreign_influence(status_with(FileType::folder, permissions, owner), owners)
            .value_or("");
    };
    EXPECT_EQ(of_file(0644), "");
    EXPECT_THAT(of_file(0644, 54321), HasSubstr("another user (uid 54321)"));
    EXPECT_THAT(of_file(0646), HasSubstr("all users"));
    EXPECT_THAT(of_file(0664), HasSubstr("a group (gid 54321)"));
    EXPECT_THAT(of_folder(0777), HasSubstr("all users"));
    EXPECT_EQ(of_folder(01777), "");
    EXPECT_THAT(of_folder(01777, 54321), HasSubstr("another user"));
    EXPECT_THAT(of_file(01666), HasSubstr("all users")) << "the bit is for folders";
}

TEST(ForeignInfluenceTest, IsFoundOnTheWay) {
    const TemporaryFolder folder;
    write_file(folder.path() / "cache/a/b/file", "x");
    const auto found = [&](const char* below) {
        const auto result = find_foreign_influence(folder.path() / "cache", below, TrustedOwners());
        return result ? result->path.filename().string() : "";
    };
    EXPECT_EQ(found("a/b/file"), "");
    EXPECT_EQ(found("a/none/file"), "");
    fs::permissions(folder.path() / "cache/a", fs::perms::all);
    EXPECT_EQ(found("a/b/file"), "a");
    fs::permissions(folder.path() / "cache/a", fs::perms::owner_all);
    fs::create_directory_symlink("a", folder.path() / "cache/link");
    EXPECT_EQ(found("link/b/file"), "link");
    fs::permissions(folder.path() / "cache", fs::perms::all);
    EXPECT_EQ(found("a/b/file"), "cache");
}

TEST(FindUser, TakesNamesAndNumbers) {
    EXPECT_EQ(find_user("root"), 0u);
    EXPECT_EQ(find_user("54321"), 54321u);
    EXPECT_EQ(find_user("no such user"), std::nullopt);
    EXPECT_EQ(find_user("-1"), std::nullopt);
    EXPECT_EQ(find_user("4294967296"), std::nullopt);
}

}  // namespace
}  // namespace onnxhub
