// SPDX-License-Identifier: Apache-2.0
#include "base/new_file.h"
#include "base/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/random_name.h"
#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(folder)) {
        names.push_back(file.path().filename().string());
    }
    return names;
}

TEST(RandomName, IsLongAndDiffersEachTime) {
    EXPECT_THAT(random_name(), MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(random_name().size(), 32u);
    EXPECT_NE(random_name(), random_name());
}

TEST(NewFileTest, HasANameThatNoOneCanPlant) {
    const TemporaryFolder folder;
    std::string first;
    for (int i = 0; i < 2; ++i) {
        const NewFile file(folder.path() / "x.onnx");
        const auto names = names_in(folder.path());
        ASSERT_EQ(names.size(), 1u);
        EXPECT_THAT(names[0], MatchesRegex("\\.onnxhub-[0-9a-f]+\\.tmp"));
        EXPECT_THAT(names[0], testing::Not(HasSubstr(std::to_string(getpid()) + "-")));
        EXPECT_NE(names[0], first);
        first = names[0];
    }
    EXPECT_THAT(names_in(folder.path()), IsEmpty()) << "it goes unless it is renamed";
}

TEST(NewFileTest, FollowsNoLinkBelowItsBase) {
    const TemporaryFolder folder;
    const fs::path base = folder.path() / "base", outside = folder.path() / "outside";
    fs::create_directories(base);
    fs::create_directories(outside);
    fs::create_directory_symlink(outside, base / "link");
    EXPECT_THROW(NewFile(base, "link/w.data"), UserError);
    EXPECT_THAT(names_in(outside), IsEmpty());
    NewFile file(base, "a/b/w.data");
    file.write("w");
    file.flush();
    file.rename_onto_destination();
    EXPECT_EQ(read_file(base / "a/b/w.data"), "w");
}

TEST(NewFileTest, KeepsWhatHasComeMeanwhile) {
    const TemporaryFolder folder;
    NewFile file(folder.path() / "x");
    file.write("ours");
    file.flush();
    write_file(folder.path() / "x", "another's");
    EXPECT_THROW(file.rename_onto_destination(NewFile::OnExisting::keep_existing), UserError);
    EXPECT_EQ(read_file(folder.path() / "x"), "another's");
}

TEST(CopyVerified, RefusesOtherBytesAndLinks) {
    const TemporaryFolder folder;
    write_file(folder.path() / "from", "bytes");
    fs::create_symlink("from", folder.path() / "link");
    NewFile good(folder.path() / "to");
    copy_verified(folder.path() / "from", sha256_of("bytes"), good);
    good.rename_onto_destination();
    EXPECT_EQ(read_file(folder.path() / "to"), "bytes");
    NewFile bad(folder.path() / "to");
    EXPECT_THROW(copy_verified(folder.path() / "from", sha256_of("other"), bad), UserError);
    EXPECT_THROW(copy_verified(folder.path() / "link", sha256_of("bytes"), bad), UserError);
}

TEST(CopyVerified, CopiesMoreThanOneBlock) {
    const TemporaryFolder folder;
    for (const std::size_t size : {512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1}) {
        std::string content(size, 'a');
        content.back() = 'b';
        write_file(folder.path() / "from", content);
        NewFile file(folder.path() / "to");
        copy_verified(folder.path() / "from", sha256_of(content), file);
        file.rename_onto_destination();
        EXPECT_EQ(test::read_file(folder.path() / "to"), content) << size;
    }
}

TEST(OpenBeneath, FollowsNoLink) {
    const TemporaryFolder folder;
    write_file(folder.path() / "base/a/file", "x");
    fs::create_symlink("file", folder.path() / "base/a/link");
    fs::create_directory_symlink("a", folder.path() / "base/b");
    fs::create_directory_symlink("base", folder.path() / "linked-base");
    const auto opens = [&](const char* base, const char* below) {
        return open_beneath(folder.path() / base, below).is_open();
    };
    EXPECT_TRUE(opens("base", "a/file"));
    EXPECT_TRUE(opens("linked-base", "a/file")) << "the base is the user's choice";
    EXPECT_FALSE(opens("base", "a/link"));
    EXPECT_FALSE(opens("base", "b/file"));
    EXPECT_FALSE(opens("base", "a/none"));
}

}  // namespace
}  // namespace onnxhub
