// SPDX-License-Identifier: Apache-2.0
#include <git2.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "base/parallel.h"
#include "base/user_error.h"
#include "generator/content_facts.h"
#include "repository/git_repository.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::RepositoryBuilder;
using test::set_old_time;
using test::write_file;
using testing::ElementsAre;
using testing::Field;

const std::string model(5000, 'm');

std::unique_ptr<Tree> tree_of(const RepositoryBuilder& hub, const std::string& subfolder = "") {
    return GitRepository::find(hub.path())->working_tree(subfolder);
}

FactSource source_of(const Tree& tree, const std::string& path, const FactOptions& options = {}) {
    const auto facts = read_content_facts(tree, path, options);
    EXPECT_TRUE(std::holds_alternative<ContentFacts>(facts));
    const auto* found = std::get_if<ContentFacts>(&facts);
    return found ? found->source : FactSource::pointer;
}

TEST(WorkingTree, ListsTrackedAndNewFilesAndNotIgnoredOnes) {
    RepositoryBuilder hub;
    hub.write("README.md", "x").write("a/tracked", "x").write("gone", "x").symlink("link", "none");
    hub.write("out/tracked-then-ignored", "x").commit("One");
    hub.write(".gitignore", "*.log\n/out/\n")
        .write("a/new", "x")
        .write("a/new.log", "x")
        .write("out/ignored", "x")
        .remove("gone");

    EXPECT_THAT(tree_of(hub)->list(), ElementsAre(".gitignore", "README.md", "a/new", "a/tracked",
                                                  "link", "out/tracked-then-ignored"));
}

TEST(WorkingTree, TellsWhatIsIgnored) {
    RepositoryBuilder hub;
    hub.write("a/tracked.log", "x").commit("One");
    hub.write(".gitignore", "*.log\n")
        .write("a/new.log", "x")
        .write("a/.gitignore", "!keep*.log\n");
    hub.write("a/keep.log", "x").write("new", "x");
    const auto tree = tree_of(hub);

    EXPECT_FALSE(tree->stat("a/tracked.log")->is_ignored);
    EXPECT_TRUE(tree->stat("a/new.log")->is_ignored);
    EXPECT_FALSE(tree->stat("a/keep.log")->is_ignored);
    EXPECT_FALSE(tree->stat("new")->is_ignored);
    EXPECT_FALSE(tree->stat("none.log"));
}

TEST(WorkingTree, SubfolderIsTheRoot) {
    RepositoryBuilder hub;
    hub.write("hub/.gitignore", "*.log\n").write("hub/m.txt", "x").write("hub-b/x", "x");
    hub.write_lfs("hub/m.onnx", model).commit("One");
    hub.write("hub/new", "x").write("hub/new.log", "x");
    const auto tree = tree_of(hub, "hub");

    EXPECT_THAT(tree->list(), ElementsAre(".gitignore", "m.onnx", "m.txt", "new"));
    EXPECT_TRUE(tree->stat("new.log")->is_ignored);
    EXPECT_TRUE(tree->unmodified_pointer("m.onnx"));
    EXPECT_FALSE(tree->stat("hub/m.txt"));
}

TEST(WorkingTree, SubmodulesAndNestedRepositoriesAreLeftOutWithANote) {
    RepositoryBuilder hub;
    hub.write("README.md", "x").add_submodule("vendor/zoo").commit("One");
    write_file(hub.path() / "nested/.git/HEAD", "ref: refs/heads/main\n");
    write_file(hub.path() / "nested/x", "x");
    const auto tree = tree_of(hub);

    EXPECT_THAT(tree->list(), ElementsAre("README.md"));
    EXPECT_EQ(tree->stat("vendor/zoo")->kind, FileKind::submodule);
    EXPECT_FALSE(tree->stat("vendor/zoo/inside.txt"));
    const Diagnostics notes = tree->notes();
    EXPECT_THAT(notes.all(), ElementsAre(Field(&Diagnostic::rule, "submodule-left-out"),
                                         Field(&Diagnostic::rule, "repository-left-out")));
}

TEST(WorkingTree, TrackedFileThatBecameAFolderIsNoFile) {
    RepositoryBuilder hub;
    hub.write("a", "x").commit("One");
    hub.remove("a").write("a/inside", "x");
    EXPECT_THAT(tree_of(hub)->list(), ElementsAre("a/inside"));
}

TEST(WorkingTree, UnusableNamesAreLeftOutAlsoWhenTracked) {
    RepositoryBuilder hub;
    hub.write("latin1-\xe9", "x").write("good", "x").commit("One");
    hub.write("new-\xe9", "x");
    const auto tree = tree_of(hub);
    EXPECT_THAT(tree->list(), ElementsAre("good"));
    EXPECT_EQ(tree->notes().all().size(), 2u);
}

TEST(WorkingTree, NothingIsReachedThroughALinkedFolder) {
    RepositoryBuilder hub;
    const test::TemporaryFolder outside;
    write_file(outside.path() / "secret", "x");
    hub.write("a/x", "x").symlink("in", "a").symlink("out", outside.path().string()).commit("One");
    const auto tree = tree_of(hub);

    EXPECT_THAT(tree->list(), ElementsAre("a/x", "in", "out"));
    EXPECT_FALSE(tree->stat("out/secret"));
    EXPECT_THROW(tree->open("out/secret"), UserError);
    EXPECT_TRUE(std::holds_alternative<UnresolvedPath>(resolve_symlinks(*tree, "out/secret")));
    EXPECT_EQ(std::get<std::string>(resolve_symlinks(*tree, "in/x")), "a/x");
}

TEST(WorkingTree, FifoIsADiagnosticAndNoHang) {
    RepositoryBuilder hub;
    hub.write("README.md", "x").commit("One");
    ASSERT_EQ(mkfifo((hub.path() / "m.onnx").c_str(), 0600), 0);
    const auto tree = tree_of(hub);

    EXPECT_THAT(tree->list(), ElementsAre("README.md"));
    EXPECT_EQ(tree->stat("m.onnx")->kind, FileKind::other);
    EXPECT_TRUE(std::holds_alternative<Diagnostic>(read_content_facts(*tree, "m.onnx", {})));
}

TEST(WorkingTree, UnmodifiedLfsFileIsKnownFromTheIndex) {
    RepositoryBuilder hub;
    hub.write_lfs("m.onnx", model).commit("One");
    const auto tree = tree_of(hub);

    const auto facts = read_content_facts(*tree, "m.onnx", {});
    ASSERT_TRUE(std::holds_alternative<ContentFacts>(facts));
    EXPECT_EQ(std::get<ContentFacts>(facts),
              (ContentFacts{sha256_of(model), model.size(), FactSource::index}));
    EXPECT_TRUE(tree->blob_id("m.onnx"));
    EXPECT_EQ(source_of(*tree, "m.onnx", {.rehash = true}), FactSource::hashed);
}

TEST(WorkingTree, UnmodifiedLfsFileIsKnownWithoutPermissionToReadIt) {
    if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
    RepositoryBuilder hub;
    hub.write_lfs("m.onnx", model);
    ASSERT_EQ(chmod((hub.path() / "m.onnx").c_str(), 0), 0);
    hub.set_config("core.trustctime", "false");
    EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::index);
}

TEST(WorkingTree, EditOfTheSameSizeAndTimeIsNoticed) {
    RepositoryBuilder hub;
    hub.write_lfs("m.onnx", model).commit("One");
    std::string other = model;
    other[100] = 'X';
    write_file(hub.path() / "m.onnx", other);
    set_old_time(hub.path() / "m.onnx");

    const auto facts = read_content_facts(*tree_of(hub), "m.onnx", {});
    ASSERT_TRUE(std::holds_alternative<ContentFacts>(facts));
    EXPECT_EQ(std::get<ContentFacts>(facts),
              (ContentFacts{sha256_of(other), other.size(), FactSource::hashed}));
}

TEST(WorkingTree, ReplacementOfTheSameSizeAndTimeIsNoticedWithoutChangeTimes) {
    RepositoryBuilder hub;
    hub.write_lfs("m.onnx", model).set_config("core.trustctime", "false").commit("One");
    ASSERT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::index);
    write_file(hub.path() / "replacement", std::string(model.size(), 'r'));
    std::filesystem::rename(hub.path() / "replacement", hub.path() / "m.onnx");
    set_old_time(hub.path() / "m.onnx");

    EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::hashed);
}

TEST(WorkingTree, ConfigurationOfStatChecksIsHeeded) {
    RepositoryBuilder hub;
    hub.write_lfs("m.onnx", model).commit("One");
    ASSERT_EQ(chmod((hub.path() / "m.onnx").c_str(), 0600), 0);
    ASSERT_EQ(chmod((hub.path() / "m.onnx").c_str(), 0644), 0);  // a new change time
    EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::hashed);
    hub.set_config("core.trustctime", "false");
    EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::index);

    set_old_time(hub.path() / "m.onnx", 700'000'000);  // the same second
    EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::hashed);
    hub.set_config("core.checkStat", "minimal");
    EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::index);
}

TEST(WorkingTree, FileAsNewAsTheIndexIsHashed) {
    RepositoryBuilder hub;
    hub.write_lfs("m.onnx", model).commit("One");
    set_old_time(hub.path() / ".git/index");  // the file's own time
    EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::hashed);
    set_old_time(hub.path() / ".git/index", 500'000'001);
    EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::index);
}

TEST(WorkingTree, IndexBlobThatIsNoPointerOfTheFileIsNoShortcut) {
    const Sha256 oid = sha256_of(model);
    const std::string pointer = lfs_pointer_text(oid, model.size());
    const std::pair<const char*, std::string> blobs[] = {
        {"the content itself", model},
        {"another size", lfs_pointer_text(oid, model.size() + 1)},
        {"an extension",
         std::string(pointer).insert(pointer.find("oid"), "ext-0-x sha256:" + to_hex(oid) + "\n")},
        {"not canonical", pointer + "\n"},
        {"broken", pointer.substr(0, 60)},
        {"empty", ""},
    };
    for (const auto& [name, blob] : blobs) {
        SCOPED_TRACE(name);
        RepositoryBuilder hub;
        hub.write_lfs("m.onnx", model).set_index_blob("m.onnx", blob);
        EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::hashed);
    }
}

TEST(WorkingTree, AssumeUnchangedAndSkipWorktreeAreNotBelieved) {
    for (const bool skip : {false, true}) {
        RepositoryBuilder hub;
        hub.write_lfs("m.onnx", model).commit("One");
        git_repository* repository = nullptr;
        git_index* index = nullptr;
        ASSERT_EQ(git_repository_open(&repository, hub.path().c_str()), 0);
        ASSERT_EQ(git_repository_index(&index, repository), 0);
        git_index_entry entry = *git_index_get_bypath(index, "m.onnx", 0);
        if (skip) {
            entry.flags_extended |= GIT_INDEX_ENTRY_SKIP_WORKTREE;
        } else {
            entry.flags |= 0x8000;  // assume-unchanged
        }
        EXPECT_EQ(git_index_add(index, &entry), 0);
        EXPECT_EQ(git_index_write(index), 0);
        git_index_free(index);
        git_repository_free(repository);

        write_file(hub.path() / "m.onnx", std::string(model.size(), 'x'));
        EXPECT_EQ(source_of(*tree_of(hub), "m.onnx"), FactSource::hashed);
    }
}

TEST(WorkingTree, PointerFileIsAPointer) {
    RepositoryBuilder hub;
    hub.write_pointer("m.onnx", model).commit("One");
    const auto tree = tree_of(hub);
    EXPECT_EQ(source_of(*tree, "m.onnx"), FactSource::pointer);
    const LfsPointer pointer{sha256_of(model), model.size(), false, true};
    EXPECT_FALSE(tree->open_lfs_object(pointer));
    hub.add_lfs_object(model);
    EXPECT_TRUE(tree->open_lfs_object(pointer));
}

TEST(WorkingTree, DamagedIndexIsAnErrorNotAnEmptyOne) {
    RepositoryBuilder hub;
    hub.write("x", "x").commit("One");
    write_file(hub.path() / ".git/index", "DIRC\x01\x02 and more that is no index at all");
    EXPECT_THROW(tree_of(hub), UserError);
}

TEST(WorkingTree, ThreadsAskTheSameTree) {
    RepositoryBuilder hub;
    hub.write(".gitignore", "*.log\n");
    for (int i = 0; i < 40; ++i) {
        hub.write_lfs("d" + std::to_string(i % 4) + "/" + std::to_string(i) + ".onnx",
                      model + std::to_string(i));
    }
    hub.commit("One");
    const auto tree = tree_of(hub);
    for_each_index(400, 4, [&](std::size_t i) {
        const std::string path =
            "d" + std::to_string(i % 4) + "/" + std::to_string(i % 40) + ".onnx";
        EXPECT_EQ(source_of(*tree, path), FactSource::index);
        EXPECT_FALSE(tree->stat("d0/none.log"));
    });
}

}  // namespace
}  // namespace onnxhub
