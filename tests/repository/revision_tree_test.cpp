// SPDX-License-Identifier: Apache-2.0
#include <git2.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "base/parallel.h"
#include "base/user_error.h"
#include "generator/content_facts.h"
#include "repository/git_repository.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::RepositoryBuilder;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

std::string content(const Tree& tree, const std::string& path) {
    return read_whole(*tree.open(path), 1 << 20, path);
}

std::unique_ptr<Tree> tree_at(const std::filesystem::path& folder, const std::string& revision,
                              const std::string& subfolder = "") {
    const auto repository = GitRepository::find(folder);
    return repository->tree_of(repository->resolve_commit(revision), subfolder);
}

TEST(RevisionTree, ShowsTheCommitNotTheWorkingTree) {
    RepositoryBuilder hub;
    hub.write("README.md", "old").write("a/m.onnx", "model").commit("One");
    hub.write("README.md", "changed").write("new", "x").remove("a/m.onnx");
    const auto tree = tree_at(hub.path(), "HEAD");

    EXPECT_THAT(tree->list(), ElementsAre("README.md", "a/m.onnx"));
    EXPECT_EQ(content(*tree, "README.md"), "old");
    EXPECT_EQ(content(*tree, "a/m.onnx"), "model");
    EXPECT_FALSE(tree->stat("new"));
    EXPECT_THROW(tree->open("new"), UserError);
}

TEST(RevisionTree, BareCloneIsEnough) {
    RepositoryBuilder hub;
    hub.write("README.md", "text").write("a/b/m.onnx", "model").commit("One");
    const auto tree = tree_at(hub.bare_clone(), "main");

    EXPECT_THAT(tree->list(), ElementsAre("README.md", "a/b/m.onnx"));
    EXPECT_EQ(content(*tree, "a/b/m.onnx"), "model");
}

TEST(RevisionTree, PointersKeepTheirExactBytesHoweverOftenTheyAreRead) {
    const std::string oid(64, 'a');
    const std::string head = "version https://git-lfs.github.com/spec/v1\n";
    const std::map<std::string, std::string> files{
        {"canonical", head + "oid sha256:" + oid + "\nsize 12\n"},
        {"unknown_key", head + "extra key\noid sha256:" + oid + "\nsize 12\n"},
        {"extension", head + "ext-0-x sha256:" + oid + "\noid sha256:" + oid + "\nsize 12\n"},
        {"no_line_break", head + "oid sha256:" + oid + "\nsize 12"},
        {"leading_zero", head + "oid sha256:" + oid + "\nsize 012\n"},
        {"broken", head + "oid sha256:abc\nsize 12\n"},
        {"empty", ""},
        {"text", "some text"},
        {"just_too_long", std::string(lfs_pointer_size_limit, 'x')},
    };
    RepositoryBuilder hub;
    for (const auto& [path, text] : files) hub.write(path, text);
    hub.commit("One");
    const auto tree = tree_at(hub.path(), "HEAD");

    for (int round = 0; round < 2; ++round) {
        for (const auto& [path, text] : files) {
            SCOPED_TRACE(path);
            EXPECT_EQ(tree->stat(path)->size_bytes, text.size());
            EXPECT_EQ(content(*tree, path), text);
            const auto held = tree->held_by_git(path);
            ASSERT_TRUE(held);
            EXPECT_EQ(held->size_bytes, text.size());
            const LfsPointerResult parsed = parse_lfs_pointer(text);
            ASSERT_EQ(held->as_pointer.index(), parsed.index());
            if (const auto* pointer = std::get_if<LfsPointer>(&parsed)) {
                const auto& seen = std::get<LfsPointer>(held->as_pointer);
                EXPECT_EQ(seen.oid, pointer->oid);
                EXPECT_EQ(seen.size_bytes, pointer->size_bytes);
                EXPECT_EQ(seen.is_canonical, pointer->is_canonical);
                EXPECT_EQ(seen.has_extensions, pointer->has_extensions);
            }
        }
    }
}

TEST(RevisionTree, TellsWhatStandsAtAPath) {
    RepositoryBuilder hub;
    hub.write("a/m.onnx", "12345").write("a.txt", "x").symlink("a/link", "m.onnx").commit("One");
    const auto tree = tree_at(hub.path(), "HEAD");

    EXPECT_EQ(tree->stat("a/m.onnx")->kind, FileKind::regular);
    EXPECT_EQ(tree->stat("a/m.onnx")->size_bytes, 5u);
    EXPECT_FALSE(tree->stat("a/m.onnx")->is_ignored);
    EXPECT_EQ(tree->stat("a")->kind, FileKind::folder);
    EXPECT_EQ(tree->stat("")->kind, FileKind::folder);
    EXPECT_EQ(tree->stat("a/link")->kind, FileKind::symlink);
    EXPECT_EQ(tree->read_link("a/link"), "m.onnx");
    EXPECT_THROW(tree->read_link("a/m.onnx"), UserError);
    EXPECT_THROW(tree->open("a/link"), UserError);
    EXPECT_FALSE(tree->stat("a/none"));
    EXPECT_FALSE(tree->stat("a/link/x"));
    EXPECT_EQ(tree->blob_id("a/m.onnx"), tree_at(hub.path(), "main")->blob_id("a/m.onnx"));
    EXPECT_NE(tree->blob_id("a/m.onnx"), tree->blob_id("a.txt"));
    EXPECT_FALSE(tree->unmodified_pointer("a/m.onnx"));
}

TEST(RevisionTree, SubfolderIsTheRoot) {
    RepositoryBuilder hub;
    hub.write("hubs/one/README.md", "one").write("hubs/one-b/x", "x").write("y", "y").commit("One");

    EXPECT_THAT(tree_at(hub.path(), "HEAD", "hubs/one")->list(), ElementsAre("README.md"));
    EXPECT_THROW(tree_at(hub.path(), "HEAD", "hubs/none"), UserError);
    EXPECT_THROW(tree_at(hub.path(), "HEAD", "y"), UserError);
}

TEST(RevisionTree, PointersAreFilesAndTheirObjectsComeFromTheStore) {
    RepositoryBuilder hub;
    const std::string model(5000, 'm');
    hub.write_lfs("m.onnx", model).commit("One");
    const auto tree = tree_at(hub.path(), "HEAD");

    const auto facts = read_content_facts(*tree, "m.onnx", {});
    ASSERT_TRUE(std::holds_alternative<ContentFacts>(facts));
    EXPECT_EQ(std::get<ContentFacts>(facts),
              (ContentFacts{sha256_of(model), 5000, FactSource::pointer}));
    EXPECT_EQ(open_content(*tree, "m.onnx", std::get<ContentFacts>(facts))->size_bytes(), 5000u);
    EXPECT_FALSE(tree->open_lfs_object({sha256_of(model), 4999, false, true}));
    EXPECT_FALSE(tree->open_lfs_object({sha256_of("other"), 5, false, true}));
}

TEST(RevisionTree, CanonicalPointersAreKnownWithoutOpeningThem) {
    RepositoryBuilder hub;
    const std::string text = lfs_pointer_text(sha256_of("model"), 5);
    std::string crlf = text;
    for (std::size_t at = 0; (at = crlf.find('\n', at)) != crlf.npos; at += 2) {
        crlf.insert(at, 1, '\r');
    }
    hub.write("pointer", text).write("crlf", crlf).write("content", "text").commit("One");
    const auto tree = tree_at(hub.path(), "HEAD");
    const auto known = tree->known_pointer("pointer");
    ASSERT_TRUE(known);
    EXPECT_EQ(known->oid, sha256_of("model"));
    EXPECT_EQ(known->size_bytes, 5u);
    EXPECT_TRUE(known->is_canonical && !known->has_crlf && !known->has_extensions);
    for (const char* other : {"crlf", "content", "missing", ""}) {
        EXPECT_FALSE(tree->known_pointer(other)) << other;
    }
}

TEST(RevisionTree, SubmodulesAreLeftOutWithANote) {
    RepositoryBuilder hub;
    hub.write("README.md", "x").add_submodule("vendor/zoo").commit("One");
    const auto tree = tree_at(hub.path(), "HEAD");

    EXPECT_THAT(tree->list(), ElementsAre("README.md"));
    EXPECT_EQ(tree->stat("vendor/zoo")->kind, FileKind::submodule);
    EXPECT_FALSE(tree->stat("vendor/zoo/inside.txt"));
    EXPECT_THAT(tree->notes().all(), ElementsAre(Field(&Diagnostic::rule, "submodule-left-out")));
    EXPECT_EQ(tree->notes().all()[0].severity, Severity::note);
}

TEST(RevisionTree, ThreadsReadTheSameTree) {
    RepositoryBuilder hub;
    for (int i = 0; i < 50; ++i)
        hub.write("f" + std::to_string(i), std::string(1000, 'a' + i % 26));
    hub.commit("One");
    const auto tree = tree_at(hub.path(), "HEAD");
    std::vector<std::string> contents(500);
    for_each_index(contents.size(), 4, [&](std::size_t i) {
        contents[i] = content(*tree, "f" + std::to_string(i % 50));
    });
    for (std::size_t i = 0; i < contents.size(); ++i) {
        EXPECT_EQ(contents[i], std::string(1000, static_cast<char>('a' + i % 50 % 26)));
    }
}

/// Writes trees as their bytes: git's own functions refuse what hostile repositories hold.
class HostileRepository {
public:
    HostileRepository() {
        hub_.write("README.md", "x").commit("One");
        git_repository_open(&repository_, hub_.path().c_str());
        git_repository_odb(&odb_, repository_);
    }
    ~HostileRepository() {
        git_odb_free(odb_);
        git_repository_free(repository_);
    }
    HostileRepository(const HostileRepository&) = delete;
    HostileRepository& operator=(const HostileRepository&) = delete;

    struct Item {
        std::string mode;
        std::string name;
        git_oid id;
    };

    git_oid write(const std::string& bytes, git_object_t type) {
        git_oid id = {};
        EXPECT_EQ(git_odb_write(&id, odb_, bytes.data(), bytes.size(), type), 0);
        return id;
    }
    git_oid blob(const std::string& text) { return write(text, GIT_OBJECT_BLOB); }
    git_oid tree(const std::vector<Item>& items) {
        std::string bytes;
        for (const Item& item : items) {
            bytes += item.mode + " " + item.name + '\0';
            bytes.append(reinterpret_cast<const char*>(item.id.id), 20);
        }
        return write(bytes, GIT_OBJECT_TREE);
    }
    CommitId commit(const git_oid& tree_id) {
        const git_oid id = write(
            "tree " + hex(tree_id) + "\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nx\n",
            GIT_OBJECT_COMMIT);
        return hex(id);
    }
    std::unique_ptr<Tree> open(const git_oid& tree_id) {
        return GitRepository::find(hub_.path())->tree_of(commit(tree_id), "");
    }
    const std::filesystem::path& path() const { return hub_.path(); }

    static std::string hex(const git_oid& id) {
        char text[41] = {};
        git_oid_tostr(text, sizeof text, &id);
        return text;
    }

private:
    RepositoryBuilder hub_;
    git_repository* repository_ = nullptr;
    git_odb* odb_ = nullptr;
};

TEST(RevisionTree, HostileNamesAreLeftOutWithAWarning) {
    HostileRepository hostile;
    const git_oid x = hostile.blob("x");
    const git_oid folder = hostile.tree({{"100644", "x", x}});
    const auto tree = hostile.open(hostile.tree({{"40000", ".", folder},
                                                 {"40000", "..", folder},
                                                 {"40000", ".GIT", folder},
                                                 {"100644", "../../out", x},
                                                 {"100644", "/etc/passwd", x},
                                                 {"100644", "a/b", x},
                                                 {"100644", "good", x}}));

    EXPECT_THAT(tree->list(), ElementsAre("good"));
    const Diagnostics notes = tree->notes();
    EXPECT_EQ(notes.all().size(), 6u);
    for (const Diagnostic& note : notes.all()) {
        EXPECT_EQ(note.severity, Severity::warning) << note.file;
    }
}

TEST(RevisionTree, NamesThatNoHubCanUseAreLeftOutWithANote) {
    HostileRepository hostile;
    const git_oid x = hostile.blob("x");
    const auto tree = hostile.open(hostile.tree({{"100644", "C:\\x", x},
                                                 {"100644", "good", x},
                                                 {"100644", "latin1-\xe9", x},
                                                 {"100644", "new\nline", x},
                                                 {"100644", "x:\x1b[2J", x}}));

    EXPECT_THAT(tree->list(), ElementsAre("good"));
    EXPECT_EQ(tree->notes().all().size(), 4u);
    EXPECT_EQ(tree->notes().all()[0].severity, Severity::note);
}

TEST(RevisionTree, UnsortedAndRepeatedNamesAreFoundOnce) {
    HostileRepository hostile;
    const git_oid x = hostile.blob("x");
    const auto tree =
        hostile.open(hostile.tree({{"100644", "z", x}, {"100644", "a", x}, {"100644", "z", x}}));

    EXPECT_THAT(tree->list(), ElementsAre("a", "z"));
    EXPECT_TRUE(tree->stat("z"));
}

TEST(RevisionTree, TreesThatMultiplyAreRefusedSoon) {
    for (const bool with_files : {true, false}) {
        HostileRepository hostile;
        git_oid level = hostile.tree({});
        if (with_files) level = hostile.tree({{"100644", "x", hostile.blob("x")}});
        for (int i = 0; i < 60; ++i) {
            level = hostile.tree({{"40000", "a", level}, {"40000", "b", level}});
        }
        EXPECT_THROW(hostile.open(level), UserError);
    }
}

TEST(RevisionTree, EndlessDepthAndLengthAreLeftOut) {
    HostileRepository hostile;
    git_oid level = hostile.tree({{"100644", "x", hostile.blob("x")}});
    for (int i = 0; i < 300; ++i) level = hostile.tree({{"40000", "a", level}});
    const auto tree = hostile.open(hostile.tree(
        {{"40000", "deep", level}, {"100644", std::string(5000, 'n'), hostile.blob("x")}}));

    EXPECT_THAT(tree->list(), IsEmpty());
    EXPECT_EQ(tree->notes().all().size(), 2u);
}

TEST(RevisionTree, MissingBlobCostsItsFileOnly) {
    HostileRepository hostile;
    git_oid missing = {};
    missing.id[0] = 0xab;
    const auto tree = hostile.open(hostile.tree({{"100644", "gone.onnx", missing},
                                                 {"120000", "gone.link", missing},
                                                 {"100644", "here.onnx", hostile.blob("x")}}));

    EXPECT_EQ(tree->stat("gone.onnx")->kind, FileKind::regular);
    const auto facts = read_content_facts(*tree, "gone.onnx", {});
    ASSERT_TRUE(std::holds_alternative<Diagnostic>(facts));
    EXPECT_THAT(std::get<Diagnostic>(facts).message, HasSubstr("git has not fetched its blob"));
    EXPECT_THAT(std::get<Diagnostic>(facts).hint, HasSubstr("git cat-file -e ab00"));
    EXPECT_TRUE(std::holds_alternative<UnresolvedPath>(resolve_symlinks(*tree, "gone.link")));
    EXPECT_EQ(content(*tree, "here.onnx"), "x");
}

TEST(RevisionTree, MissingFolderIsAnErrorThatNamesIt) {
    HostileRepository hostile;
    git_oid missing = {};
    missing.id[0] = 0xab;
    try {
        hostile.open(hostile.tree({{"40000", "gone", missing}}));
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("gone"));
    }
}

TEST(RevisionTree, LinkWithAnEndlessTargetIsRefused) {
    HostileRepository hostile;
    const auto tree =
        hostile.open(hostile.tree({{"120000", "link", hostile.blob(std::string(100'000, 'a'))}}));
    EXPECT_TRUE(std::holds_alternative<UnresolvedPath>(resolve_symlinks(*tree, "link")));
}

TEST(RevisionTree, NothingIsWrittenToTheRepository) {
    RepositoryBuilder hub;
    hub.write("README.md", "x").write("a/m.onnx", "model").commit("One");
    const auto snapshot = [&] {
        std::vector<std::pair<std::string, std::filesystem::file_time_type>> files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(hub.path())) {
            files.emplace_back(entry.path().string(), entry.last_write_time());
        }
        std::sort(files.begin(), files.end());
        return files;
    };
    const auto before = snapshot();
    const auto tree = tree_at(hub.path(), "HEAD");
    tree->list();
    content(*tree, "a/m.onnx");
    EXPECT_EQ(snapshot(), before);
}

TEST(RevisionTree, FilesWhosePathsNoHubCanUseAreListedApart) {
    RepositoryBuilder hub;
    hub.write("a.onnx", "x").write("a\\b.onnx", "one").write("odd\tfolder/c.onnx", "two");
    hub.symlink("\xff.onnx", "a.onnx").commit("One");
    const auto tree = tree_at(hub.path(), "HEAD");
    EXPECT_THAT(tree->list(), ElementsAre("a.onnx"));
    const auto files = tree->unusable_files();
    EXPECT_THAT(files, ElementsAre(Field(&UnusableFile::path, "a\\b.onnx"),
                                   Field(&UnusableFile::path, "odd\tfolder/c.onnx"),
                                   Field(&UnusableFile::path, "\xff.onnx")));
    EXPECT_TRUE(files.front().blob);
    // The working tree has the same blobs, also of files that the index can't vouch for.
    const auto now = GitRepository::find(hub.path())->working_tree("");
    EXPECT_EQ(now->unusable_files(), files);
    hub.write("a\\b.onnx", "three");
    EXPECT_NE(GitRepository::find(hub.path())->working_tree("")->unusable_files().front().blob,
              files.front().blob);
}

}  // namespace
}  // namespace onnxhub
