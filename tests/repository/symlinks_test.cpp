// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "repository/tree.h"
#include "tests/support/memory_tree.h"

namespace onnxhub {
namespace {

using test::MemoryTree;
using testing::HasSubstr;

/// The path behind all links, or "!" and the reason why there is none.
std::string resolve(const Tree& tree, const std::string& path) {
    const auto result = resolve_symlinks(tree, path);
    if (const auto* unresolved = std::get_if<UnresolvedPath>(&result)) {
        return "!" + unresolved->reason;
    }
    return std::get<std::string>(result);
}

TEST(Symlinks, PathWithoutLinksStays) {
    MemoryTree tree;
    tree.add("a/b/model.onnx", "x");
    EXPECT_EQ(resolve(tree, "a/b/model.onnx"), "a/b/model.onnx");
    EXPECT_EQ(resolve(tree, "a/b/none.onnx"), "a/b/none.onnx");
    EXPECT_EQ(resolve(tree, "none/none.onnx"), "none/none.onnx");
}

TEST(Symlinks, LinksToFilesAndFoldersAreFollowed) {
    MemoryTree tree;
    tree.add("a/b/model.onnx", "x")
        .add_symlink("a/latest.onnx", "b/model.onnx")
        .add_symlink("c/up.onnx", "../a/./latest.onnx")
        .add_symlink("folder", "a/b/")
        .add_symlink("dangling", "a/none.onnx");
    EXPECT_EQ(resolve(tree, "a/latest.onnx"), "a/b/model.onnx");
    EXPECT_EQ(resolve(tree, "c/up.onnx"), "a/b/model.onnx");
    EXPECT_EQ(resolve(tree, "folder/model.onnx"), "a/b/model.onnx");
    EXPECT_EQ(resolve(tree, "folder/none.onnx"), "a/b/none.onnx");
    EXPECT_EQ(resolve(tree, "dangling"), "a/none.onnx");
}

TEST(Symlinks, ParentBehindALinkedFolderIsTheParentOfTheFolder) {
    MemoryTree tree;
    tree.add("a/b/model.onnx", "x")
        .add("a/right.onnx", "x")
        .add("right.onnx", "x")
        .add_symlink("folder", "a/b")
        .add_symlink("link.onnx", "folder/../right.onnx");
    EXPECT_EQ(resolve(tree, "link.onnx"), "a/right.onnx");
}

TEST(Symlinks, LinksThatLeaveTheHubAreRefused) {
    MemoryTree tree;
    tree.add("a/model.onnx", "x")
        .add_symlink("a/out", "../../etc/passwd")
        .add_symlink("root", "..")
        .add_symlink("absolute", "/etc/passwd")
        .add_symlink("a/git", "../.git/config")
        .add_symlink("empty", "")
        .add_symlink("backslash", "a\\model.onnx");
    EXPECT_THAT(resolve(tree, "a/out"), HasSubstr("a/out points outside of the repository"));
    EXPECT_THAT(resolve(tree, "root/x"), HasSubstr("points outside of the repository"));
    EXPECT_THAT(resolve(tree, "absolute"), HasSubstr("absolute is absolute"));
    EXPECT_THAT(resolve(tree, "a/git"), HasSubstr("leads into a .git folder"));
    EXPECT_THAT(resolve(tree, "empty"), HasSubstr("is empty"));
    EXPECT_THAT(resolve(tree, "backslash"), HasSubstr("backslash"));
}

TEST(Symlinks, FortyLinksAreFollowedAndMoreAreALoop) {
    MemoryTree tree;
    tree.add("link0", "x");
    for (int i = 1; i <= 41; ++i) {
        tree.add_symlink("link" + std::to_string(i), "link" + std::to_string(i - 1));
    }
    tree.add_symlink("self", "self").add_symlink("grows", "grows/grows/grows");
    EXPECT_EQ(resolve(tree, "link40"), "link0");
    EXPECT_THAT(resolve(tree, "link41"), HasSubstr("loop"));
    EXPECT_THAT(resolve(tree, "self"), HasSubstr("loop"));
    EXPECT_THAT(resolve(tree, "self/below"), HasSubstr("loop"));
    EXPECT_THAT(resolve(tree, "grows"), HasSubstr("loop"));
}

TEST(Symlinks, EndlessPathIsRefused) {
    MemoryTree tree;
    tree.add("a", "x");
    std::string path = "a";
    for (int i = 0; i < 100'000; ++i) path += "/a";
    EXPECT_THAT(resolve(tree, path), HasSubstr("too long"));
}

class UnreadableLinks : public MemoryTree {
public:
    std::string read_link(const std::string& path) const override {
        throw UserError(path + ": its blob is not in this clone; fetch it");
    }
};

TEST(Symlinks, UnreadableLinkIsOneReasonNotTheEndOfTheRun) {
    UnreadableLinks tree;
    tree.add_symlink("link", "target");
    EXPECT_THAT(resolve(tree, "link"), HasSubstr("is not in this clone"));
}

}  // namespace
}  // namespace onnxhub
