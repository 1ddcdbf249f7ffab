// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_init.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/user_error.h"
#include "tests/support/hub_folder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string file_of(const HubOutline& outline, const std::string& path) {
    const auto files = files_of_new_hub(outline);
    const auto found = std::ranges::find(files, path, &HubFile::path);
    return found == files.end() ? "absent" : found->content;
}

TEST(NewHub, HasItsFilesInOrderOfTheirPaths) {
    for (const bool is_flat : {false, true}) {
        HubOutline outline;
        outline.is_flat = is_flat;
        const auto files = files_of_new_hub(outline);
        EXPECT_TRUE(std::ranges::is_sorted(files, {}, &HubFile::path));
        for (const HubFile& file : files) {
            if (file.path.starts_with(".github/workflows/")) continue;  // GitHub's own ${{ }}
            EXPECT_THAT(file.content, Not(HasSubstr("{{"))) << file.path;
        }
    }
    EXPECT_EQ(file_of({}, "models/README.md"), "absent");
    EXPECT_EQ(file_of({}, "ONNX_HUB_MANIFEST.json"), "[]");
}

TEST(NewHub, AFlatOneHasOneFolderAndItsRow) {
    HubOutline outline;
    outline.is_flat = true;
    EXPECT_THAT(file_of(outline, "README.md"), HasSubstr("|-|-|\n| [Models](models) |"));
    EXPECT_THAT(file_of(outline, "models/README.md"), HasSubstr("| Model | Download |"));
}

TEST(NewHub, ReadmeStatesNameOwnerAndLicence) {
    HubOutline outline;
    outline.name = "Team {{owner}} hub";
    outline.owner = "team";
    outline.licence = "MIT";
    const std::string readme = file_of(outline, "README.md");
    EXPECT_THAT(readme, testing::StartsWith("# Team {{owner}} hub\n")) << "texts are not filled in";
    EXPECT_THAT(readme, HasSubstr("\n## Licence\n\nMIT"));
    EXPECT_THAT(readme, HasSubstr("--hub HUB"));
    outline.repository = "models";
    EXPECT_THAT(file_of(outline, "README.md"), HasSubstr("--hub team/models"));
    EXPECT_THAT(file_of({}, "README.md"), Not(HasSubstr("\n## Licence\n")))
        << "no licence that no one gave";
}

TEST(InitHub, MakesARepositoryWithOneCommit) {
    TemporaryFolder folder;
    const InitReport report = init_hub(folder.path() / "deep/hub", {});
    EXPECT_TRUE(report.has_committed);
    EXPECT_THAT(report.kept, IsEmpty());
    EXPECT_EQ(report.made.size(), files_of_new_hub({}).size());
    EXPECT_TRUE(fs::exists(folder.path() / "deep/hub/.git"));
    for (const HubFile& file : files_of_new_hub({})) {
        EXPECT_EQ(read_file(folder.path() / "deep/hub" / file.path), file.content) << file.path;
    }
}

TEST(InitHub, OverwritesNothingAndAddsWhatIsMissing) {
    RepositoryBuilder hub;
    hub.write("README.md", "# Ours\n").write(".gitattributes", "");
    fs::create_symlink("nowhere", hub.path() / "onnxhub.toml");
    const InitReport report = init_hub(hub.path(), {});
    EXPECT_FALSE(report.has_committed);
    EXPECT_THAT(report.kept, ElementsAre(".gitattributes", "README.md", "onnxhub.toml"));
    EXPECT_EQ(read_file(hub.path() / "README.md"), "# Ours\n");
    EXPECT_TRUE(fs::is_symlink(hub.path() / "onnxhub.toml"));
    EXPECT_THAT(report.made, Contains("contribute.md"));
    const auto before = content_of(hub.path());
    EXPECT_THAT(init_hub(hub.path(), {}).made, IsEmpty());
    EXPECT_TRUE(content_of(hub.path()) == before);
}

TEST(InitHub, FoldersOfGitItselfAreRefused) {
    RepositoryBuilder tree;
    tree.write("README.md", "x").commit("c");
    const fs::path bare = tree.bare_clone();
    for (const fs::path& place :
         {bare, bare / "objects", bare / "new", tree.path() / ".git", tree.path() / ".git/new"}) {
        EXPECT_THROW(make_hub_folder(place), UserError) << place;
        EXPECT_THROW(init_hub(place, {}), UserError) << place;
        EXPECT_FALSE(fs::exists(place / "README.md"));
    }
    make_hub_folder(tree.path() / "a/b");
    EXPECT_TRUE(fs::is_directory(tree.path() / "a/b"));
    EXPECT_THROW(make_hub_folder(tree.path() / "README.md/a"), UserError);
}

}  // namespace
}  // namespace onnxhub::test
