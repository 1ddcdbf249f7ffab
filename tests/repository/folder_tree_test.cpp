// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/user_error.h"
#include "repository/git_repository.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::TemporaryFolder;
using test::write_file;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;

std::string content(const Tree& tree, const std::string& path) {
    return read_whole(*tree.open(path), 1 << 20, path);
}

TEST(FolderTree, ListsFilesAndLinksSortedByteForByte) {
    const TemporaryFolder folder;
    for (const char* path : {"b", "a/z", "a.txt", "a/B", ".hidden", ".git/config", "c/.git/x"}) {
        write_file(folder.path() / path, path);
    }
    std::filesystem::create_symlink("b", folder.path() / "link");
    std::filesystem::create_directory_symlink("a", folder.path() / "folder-link");
    ASSERT_EQ(mkfifo((folder.path() / "fifo").c_str(), 0600), 0);

    EXPECT_THAT(folder_tree(folder.path())->list(),
                ElementsAre(".hidden", "a.txt", "a/B", "a/z", "b", "folder-link", "link"));
}

TEST(FolderTree, TellsWhatStandsAtAPath) {
    const TemporaryFolder folder;
    write_file(folder.path() / "a/model.onnx", "12345");
    std::filesystem::create_directory_symlink("a", folder.path() / "link");
    ASSERT_EQ(mkfifo((folder.path() / "fifo").c_str(), 0600), 0);
    const auto tree = folder_tree(folder.path());

    EXPECT_EQ(tree->stat("a/model.onnx")->kind, FileKind::regular);
    EXPECT_EQ(tree->stat("a/model.onnx")->size_bytes, 5u);
    EXPECT_EQ(tree->stat("a")->kind, FileKind::folder);
    EXPECT_EQ(tree->stat("")->kind, FileKind::folder);
    EXPECT_EQ(tree->stat("link")->kind, FileKind::symlink);
    EXPECT_EQ(tree->stat("fifo")->kind, FileKind::other);
    EXPECT_FALSE(tree->stat("none"));
    EXPECT_FALSE(tree->stat("none/none"));
    EXPECT_FALSE(tree->stat("a/model.onnx/x"));
    EXPECT_EQ(content(*tree, "a/model.onnx"), "12345");
    EXPECT_EQ(tree->read_link("link"), "a");
}

TEST(FolderTree, NothingIsReachedThroughALinkedFolder) {
    const TemporaryFolder folder;
    write_file(folder.path() / "a/model.onnx", "12345");
    std::filesystem::create_symlink("model.onnx", folder.path() / "a/inner");
    std::filesystem::create_directory_symlink("a", folder.path() / "link");
    const auto tree = folder_tree(folder.path());

    EXPECT_FALSE(tree->stat("link/model.onnx"));
    EXPECT_THROW(tree->open("link/model.onnx"), UserError);
    EXPECT_THROW(tree->open("a/inner"), UserError);
    EXPECT_THROW(tree->read_link("link/inner"), UserError);
    EXPECT_THROW(tree->read_link("a/model.onnx"), UserError);
    EXPECT_EQ(std::get<std::string>(resolve_symlinks(*tree, "link/inner")), "a/model.onnx");
}

TEST(FolderTree, UnusableNamesAreLeftOutAndTold) {
    const TemporaryFolder folder;
    for (const char* name : {"good", "latin1-\xe9", "back\\slash", "new\nline", ".GIT/x"}) {
        write_file(folder.path() / name, "x");
    }
    const auto tree = folder_tree(folder.path());

    EXPECT_THAT(tree->list(), ElementsAre("good"));
    EXPECT_EQ(tree->notes().all().size(), 4u);
    EXPECT_FALSE(tree->notes().has_errors());
    EXPECT_THAT(tree->notes().all(), Contains(Field(&Diagnostic::file, "latin1-\xe9")));
}

TEST(FolderTree, EndlessPathIsJustNotThere) {
    const TemporaryFolder folder;
    std::string path = "a";
    for (int i = 0; i < 1'000'000; ++i) path += "/a";
    EXPECT_FALSE(folder_tree(folder.path())->stat(path));
}

TEST(FolderTree, UnreadableFolderIsANoteAndTheRestGoesOn) {
    if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
    const TemporaryFolder folder;
    write_file(folder.path() / "closed/x", "x");
    write_file(folder.path() / "open/x", "x");
    ASSERT_EQ(chmod((folder.path() / "closed").c_str(), 0), 0);
    const auto tree = folder_tree(folder.path());

    EXPECT_THAT(tree->list(), ElementsAre("open/x"));
    EXPECT_THAT(tree->notes().all(), ElementsAre(Field(&Diagnostic::rule, "folder-unreadable")));
    chmod((folder.path() / "closed").c_str(), 0700);
}

TEST(FolderTree, MissingRootIsAnErrorNotAnEmptyHub) {
    EXPECT_THROW(folder_tree("/nonexistent/hub")->list(), UserError);
}

}  // namespace
}  // namespace onnxhub
