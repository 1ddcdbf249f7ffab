// SPDX-License-Identifier: Apache-2.0
// Models in git-annex, in real repositories.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "generator/content_table.h"
#include "generator/file_changes.h"
#include "repository/git_repository.h"
#include "tests/support/hub_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;

std::string key_of(const std::string& content) {
    return "SHA256E-s" + std::to_string(content.size()) + "--" + to_hex(sha256_of(content)) +
           ".onnx";
}

std::string link_to(const std::string& content) {
    const std::string path = annex_object_paths(*parse_annex_key(key_of(content)))[0];
    return "../.git/annex/objects/" + path;
}

void store(const RepositoryBuilder& hub, const std::string& content) {
    const std::string path = annex_object_paths(*parse_annex_key(key_of(content)))[0];
    write_file(hub.path() / ".git" / "annex" / "objects" / path, content);
}

ContentTable described(const Tree& tree, const std::string& path) {
    ContentTable table(tree);
    table.add(path);
    table.describe({}, nullptr, 1);
    return table;
}

TEST(AnnexHub, LinksHaveFactsInEveryTree) {
    const std::string model = small_model();
    RepositoryBuilder hub;
    hub.symlink("a/locked.onnx", link_to(model));
    hub.write("a/unlocked.onnx", "/annex/objects/" + key_of(model) + "\n");
    const std::string commit = hub.commit("Add models");
    const auto repository = GitRepository::find(hub.path());
    const auto working_tree = repository->working_tree("");
    const auto revision = repository->tree_of(commit, "");
    const auto below = repository->tree_of(commit, "a");
    const auto bare = GitRepository::find(hub.bare_clone())->tree_of(commit, "");
    const ContentFacts expected{sha256_of(model), model.size(), FactSource::annex};
    for (const Tree* tree : {working_tree.get(), revision.get(), bare.get()}) {
        for (const char* path : {"a/locked.onnx", "a/unlocked.onnx"}) {
            const ContentTable table = described(*tree, path);
            ASSERT_TRUE(table.facts(path)) << path;
            EXPECT_EQ(*table.facts(path), expected);
            EXPECT_FALSE(table.open(path));
        }
    }
    EXPECT_TRUE(described(*below, "locked.onnx").facts("locked.onnx"));

    store(hub, model);
    for (const Tree* tree : {working_tree.get(), revision.get(), below.get()}) {
        const std::string path = tree == below.get() ? "locked.onnx" : "a/unlocked.onnx";
        const auto content = described(*tree, path).open(path);
        ASSERT_TRUE(content) << path;
        EXPECT_EQ(read_whole(*content, 1 << 20, path), model);
    }
}

TEST(AnnexHub, AnotherKeyIsAChange) {
    RepositoryBuilder hub;
    hub.symlink("a/m.onnx", link_to(small_model(4)));
    const std::string before = hub.commit("Add a model");
    hub.remove("a/m.onnx").symlink("a/m.onnx", link_to(small_model(5)));
    const std::string after = hub.commit("Change it");
    const auto repository = GitRepository::find(hub.path());
    const auto old_tree = repository->tree_of(before, "");
    const auto new_tree = repository->tree_of(after, "");
    const auto working_tree = repository->working_tree("");
    EXPECT_TRUE(FileChanges(*old_tree, *new_tree, FileAspect::form).differs("a/m.onnx"));
    EXPECT_TRUE(FileChanges(*old_tree, *working_tree, FileAspect::content).differs("a/m.onnx"));
    EXPECT_FALSE(FileChanges(*new_tree, *working_tree, FileAspect::form).differs("a/m.onnx"));
}

TEST(AnnexHub, OtherLinksLeadNowhere) {
    RepositoryBuilder hub;
    hub.symlink("a/md5.onnx", "../.git/annex/objects/0j/K3/MD5E-s1--0a/MD5E-s1--0a");
    hub.commit("Add a link");
    const auto tree = GitRepository::find(hub.path())->working_tree("");
    const ContentTable table = described(*tree, "a/md5.onnx");
    const auto* none = table.no_content("a/md5.onnx");
    ASSERT_TRUE(none);
    EXPECT_THAT(none->reason, HasSubstr("git-annex link whose key has no SHA-256"));
}

TEST(AnnexHub, EntriesAreMadeFromKeys) {
    const std::string model = small_model();
    HubBuilder hub;
    hub.row("vision/mnist", {"MNIST", "mnist.onnx"});
    hub.files()["vision/mnist/mnist.onnx"] = "/annex/objects/" + key_of(model) + "\n";
    const GenerateResult result = hub.generate();
    EXPECT_THAT(result.update.text, HasSubstr(to_hex(sha256_of(model))));
    EXPECT_THAT(result.update.text, HasSubstr("\"model_bytes\": " + std::to_string(model.size())));
    EXPECT_FALSE(hub.diagnostics.has_errors());
    EXPECT_EQ(result.statistics.pointer.files, 1u);
}

}  // namespace
}  // namespace onnxhub::test
