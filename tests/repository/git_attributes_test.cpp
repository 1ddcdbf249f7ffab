// SPDX-License-Identifier: Apache-2.0
#include "repository/git_attributes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/memory_tree.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::MemoryTree;

GitAttributes read(const MemoryTree& tree) {
    Diagnostics diagnostics;
    GitAttributes attributes = GitAttributes::read(tree, tree.list(), diagnostics);
    EXPECT_TRUE(diagnostics.empty());
    return attributes;
}

LfsFilter filter_of(const std::string& attributes, const std::string& path) {
    MemoryTree tree;
    tree.add(".gitattributes", attributes);
    return read(tree).filter_of(path);
}

TEST(GitAttributes, SuffixPatternsMatchInEveryFolder) {
    const std::string text = "*.onnx filter=lfs diff=lfs merge=lfs -text\n";
    EXPECT_EQ(filter_of(text, "a/b/model.onnx"), LfsFilter::lfs);
    EXPECT_EQ(filter_of(text, "model.onnx.txt"), LfsFilter::unspecified);
}

TEST(GitAttributes, NoAttributesMeansNoLfs) {
    EXPECT_FALSE(read(MemoryTree()).uses_lfs());
    EXPECT_EQ(filter_of("*.onnx -text\n", "model.onnx"), LfsFilter::unspecified);
    MemoryTree tree;
    tree.add(".gitattributes", "*.onnx filter=lfs\n");
    EXPECT_TRUE(read(tree).uses_lfs());
}

TEST(GitAttributes, ALinkIsNotFollowedAsGitFollowsNone) {
    MemoryTree tree;
    tree.add("attributes", "*.onnx filter=lfs\n").add_symlink(".gitattributes", "attributes");
    EXPECT_FALSE(read(tree).uses_lfs());
}

TEST(GitAttributes, HugeFilesArePassedByWithADiagnostic) {
    MemoryTree tree;
    tree.add(".gitattributes", std::string(attributes_size_limit + 1, '#'));
    Diagnostics diagnostics;
    GitAttributes::read(tree, tree.list(), diagnostics);
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0].rule, "attributes-unreadable");
}

TEST(GitAttributes, TooManyWildcardsArePassedByWithADiagnostic) {
    std::string text;
    for (std::size_t i = 0; i <= attributes_glob_limit; ++i) {
        text += "a*b*" + std::to_string(i) + " filter=lfs\n";
    }
    MemoryTree tree;
    tree.add(".gitattributes", text);
    Diagnostics diagnostics;
    const GitAttributes attributes = GitAttributes::read(tree, tree.list(), diagnostics);
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(attributes.filter_of("axbx0"), LfsFilter::unspecified);
}

/// Compares with git itself, for the same files and paths.
class AgainstGit : public testing::Test {
protected:
    void SetUp() override {
        if (!test::has_program("git")) GTEST_SKIP() << "git is not installed";
    }

    void compare(const std::vector<std::pair<std::string, std::string>>& files,
                 const std::vector<std::string>& paths) {
        test::RepositoryBuilder repository;
        MemoryTree tree;
        for (const auto& [path, text] : files) {
            repository.write(path, text);
            tree.add(path, text);
        }
        const GitAttributes attributes = read(tree);
        for (const std::string& path : paths) {
            const auto result = test::run_command(
                {"git", "-c", "core.attributesFile=/dev/null", "check-attr", "filter", "--", path},
                repository.path());
            const std::string said = result.out.substr(result.out.rfind(": ") + 2);
            const LfsFilter expected = said == "lfs\n"           ? LfsFilter::lfs
                                       : said == "unspecified\n" ? LfsFilter::unspecified
                                                                 : LfsFilter::other;
            EXPECT_EQ(attributes.filter_of(path), expected) << path << " in git: " << said;
        }
    }
};

TEST_F(AgainstGit, PatternsMeanTheSame) {
    compare({{".gitattributes", R"(# models
*.onnx filter=lfs diff=lfs merge=lfs -text
/top.bin filter=lfs
data/*.pb filter=lfs
deep/**/x.tar.gz filter=lfs
**/any/y filter=lfs
folder/ filter=lfs
small*.onnx -filter
other?.onnx filter=crypt
[ab]z.bin filter=lfs
"with space.bin" filter=lfs
"tab\tand\303\244.bin" filter=lfs
exact-name filter=lfs
unset.onnx !filter
  indented.bin filter=lfs
twice.bin filter=lfs -filter
twice2.bin -filter filter=lfs
!negative.bin filter=lfs
*.a.b filter=lfs
plain.txt filter
)"}},
            {"m.onnx",         "a/m.onnx",      "top.bin",
             "a/top.bin",      "data/x.pb",     "data/b/x.pb",
             "c/data/x.pb",    "deep/x.tar.gz", "deep/a/b/x.tar.gz",
             "a/any/y",        "any/y",         "folder/file",
             "small1.onnx",    "d/small2.onnx", "otherx.onnx",
             "az.bin",         "q/bz.bin",      "cz.bin",
             "with space.bin", "tab\tandä.bin", "exact-name",
             "s/exact-name",   "unset.onnx",    "indented.bin",
             "twice.bin",      "twice2.bin",    "negative.bin",
             "x.a.b",          "x.b",           "plain.txt",
             "nothing"});
}

TEST_F(AgainstGit, NearerFilesHaveTheLastWord) {
    compare({{".gitattributes", "*.onnx filter=lfs\n*.bin filter=lfs\n"},
             {"a/.gitattributes", "*.onnx -filter\nb/*.bin !filter\n"},
             {"a/b/.gitattributes", "keep.onnx filter=lfs\n"}},
            {"x.onnx", "a/x.onnx", "a/b/x.onnx", "a/b/keep.onnx", "a/b/x.bin", "a/x.bin"});
}

TEST_F(AgainstGit, MacrosCountInTheRootAlone) {
    compare({{".gitattributes", "[attr]model filter=lfs -text\n*.onnx model\nno.onnx -model\n"},
             {"a/.gitattributes", "[attr]weights filter=lfs\n*.bin weights\n*.pb model\n"}},
            {"x.onnx", "no.onnx", "a/x.bin", "a/x.pb"});
}

TEST_F(AgainstGit, WindowsLineEndsAreRead) {
    compare({{".gitattributes", "*.onnx filter=lfs\r\n*.bin filter=lfs\r\n"}}, {"x.onnx", "x.bin"});
}

}  // namespace
}  // namespace onnxhub
