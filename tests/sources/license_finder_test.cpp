// SPDX-License-Identifier: Apache-2.0
#include "sources/license_finder.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/memory_tree.h"

namespace onnxhub::test {
namespace {

const std::string mit = "SPDX-License-Identifier: MIT\n";
const std::string apache = "SPDX-License-Identifier: Apache-2.0\n";

class LicenseFinderTest : public testing::Test {
protected:
    std::string find(const std::string& model_path) {
        if (!finder_) finder_.emplace(tree, files_ = tree.list(), settings);
        found = finder_->find(model_path, diagnostics);
        return found ? found->id : "none";
    }

    MemoryTree tree;
    Settings settings;
    Diagnostics diagnostics;
    std::optional<FoundLicense> found;

private:
    std::vector<std::string> files_;
    std::optional<LicenseFinder> finder_;
};

TEST_F(LicenseFinderTest, TheNearestFileFromTheModelUpwardCounts) {
    tree.add("zoo/LICENSE", apache).add("zoo/faces/licence.TXT", mit).add("other/x.onnx", "");
    EXPECT_EQ(find("zoo/faces/v1/face.onnx"), "MIT");
    EXPECT_EQ(*found->origin.file, "zoo/faces/licence.TXT");
    EXPECT_EQ(found->origin.fact, Fact::license);
    EXPECT_EQ(find("zoo/text/a/b/c.onnx"), "Apache-2.0");
    EXPECT_EQ(find("zoo/x.onnx"), "Apache-2.0");
    EXPECT_EQ(find("other/x.onnx"), "none");
    EXPECT_EQ(find("x.onnx"), "none");
    EXPECT_TRUE(diagnostics.empty());
}

TEST_F(LicenseFinderTest, TheRepositorysOwnFileCountsOnlyWithASetting) {
    tree.add("LICENSE", apache).add("a/COPYING.md", mit);
    EXPECT_EQ(find("b/x.onnx"), "none");
    EXPECT_EQ(find("x.onnx"), "none");
    EXPECT_EQ(find("a/x.onnx"), "MIT");
    settings.root_license = true;
    LicenseFinder finder(tree, tree.list(), settings);
    EXPECT_EQ(finder.find("b/x.onnx", diagnostics)->id, "Apache-2.0");
    EXPECT_EQ(finder.find("a/x.onnx", diagnostics)->id, "MIT");
}

TEST_F(LicenseFinderTest, OneFileOfAFolderCounts) {
    tree.add("a/COPYING", apache).add("a/LICENSE.md", apache).add("a/LICENSE", mit);
    tree.add("b/COPYING", mit).add("b/LICENSE-THIRD-PARTY", apache).add("b/license_plate.md", "x");
    EXPECT_EQ(find("a/x.onnx"), "MIT");
    EXPECT_EQ(find("b/x.onnx"), "MIT");
}

TEST_F(LicenseFinderTest, EachFileIsReadOnce) {
    tree.add("zoo/LICENSE", "Ask us.\n");
    EXPECT_TRUE(find("zoo/a/x.onnx").starts_with("LicenseRef-"));
    const std::string id = found->id;
    EXPECT_EQ(find("zoo/a/y.onnx"), id);
    EXPECT_EQ(find("zoo/b/x.onnx"), id);
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0],
              (Diagnostic{Severity::note, "license-unknown", "zoo/LICENSE", 0,
                          "its text is of no known license, so the license is \"" + id + "\"",
                          "if it has an SPDX id, state it in [[override]]"}));
}

TEST_F(LicenseFinderTest, AnUnreadableFileIsReportedAndNotReplacedByOneAbove) {
    const std::string pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') +
        "\nsize 1070\n";
    tree.add("zoo/LICENSE", mit);
    tree.add("zoo/pointer/LICENSE", pointer);
    tree.add("zoo/empty/LICENSE", " \n");
    tree.add("zoo/binary/LICENSE", std::string("MIT\0", 4));
    tree.add("zoo/large/LICENSE", std::string(300 * 1024, 'x'));
    tree.add_unreadable("zoo/locked/LICENSE", 10);
    tree.add_symlink("zoo/outside/LICENSE", "../../../LICENSE");
    for (const char* folder : {"pointer", "empty", "binary", "large", "locked", "outside"}) {
        EXPECT_EQ(find("zoo/" + std::string(folder) + "/x.onnx"), "none") << folder;
        ASSERT_FALSE(diagnostics.empty());
        const Diagnostic& report = diagnostics.all().back();
        EXPECT_EQ(report.rule, "license-unreadable");
        EXPECT_EQ(report.severity, Severity::warning);
        EXPECT_EQ(report.file, "zoo/" + std::string(folder) + "/LICENSE");
        EXPECT_FALSE(report.hint.empty()) << folder;
    }
    EXPECT_EQ(diagnostics.all().size(), 6u);
}

TEST_F(LicenseFinderTest, FrontMatterStatesALicense) {
    tree.add("README.md", "---\ntags: [onnx]\nlicense: apache-2.0\n---\n# Model\n");
    tree.add("a/Readme.md", "\xef\xbb\xbf---\r\nlicense:\r\n- mit\r\n---\r\n");
    tree.add("a/LICENSE", apache);
    tree.add("b/README.md", "# No front matter\n---\nlicense: mit\n---\n");
    tree.add("b/LICENSE", mit);
    EXPECT_EQ(find("onnx/model.onnx"), "Apache-2.0");
    EXPECT_EQ(*found->origin.file, "README.md");
    EXPECT_EQ(found->origin.line, 3);
    EXPECT_EQ(find("a/x.onnx"), "MIT");
    EXPECT_EQ(found->origin.line, 2);
    EXPECT_EQ(find("b/x.onnx"), "MIT");
    EXPECT_EQ(*found->origin.file, "b/LICENSE");
    EXPECT_TRUE(diagnostics.empty());
}

TEST_F(LicenseFinderTest, FrontMatterMayNameAnotherLicense) {
    tree.add("a/README.md", "---\nlicense: other\nlicense_name: gemma\n---\n");
    tree.add("b/README.md", "---\nlicense: other\n---\n").add("b/LICENSE", mit);
    tree.add("c/README.md", "---\nlicense: [mit, apache-2.0]\n---\n");
    tree.add("d/README.md", "---\nlicense: {id: mit}\n---\n").add("d/LICENSE", apache);
    EXPECT_EQ(find("a/x.onnx"), "LicenseRef-gemma");
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0].rule, "license-unknown");
    EXPECT_EQ(diagnostics.all()[0].line, 3);
    EXPECT_EQ(find("b/x.onnx"), "MIT");
    EXPECT_EQ(find("c/x.onnx"), "LicenseRef-mit-apache-2.0");
    EXPECT_EQ(find("d/x.onnx"), "Apache-2.0");
}

TEST_F(LicenseFinderTest, BrokenFrontMatterIsReportedAtItsLine) {
    tree.add("a/README.md", "---\ntags: []\nlicense: [mit\n---\n").add("a/LICENSE", mit);
    tree.add("b/README.md", "---\nlicense: mit\n");
    tree.add("c/README.md", "---\n" + std::string(2 << 20, '#') + "\n---\n");
    tree.add_unreadable("d/README.md", 100);
    EXPECT_EQ(find("a/x.onnx"), "MIT");
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0].rule, "license-unreadable");
    EXPECT_EQ(diagnostics.all()[0].file, "a/README.md");
    EXPECT_GE(diagnostics.all()[0].line, 3);
    for (const char* model : {"b/x.onnx", "c/x.onnx", "d/x.onnx"}) {
        EXPECT_EQ(find(model), "none") << model;
    }
    EXPECT_EQ(diagnostics.all().size(), 1u);
}

TEST_F(LicenseFinderTest, LinksAndObjectsOfGitLfsAreFollowed) {
    tree.add("LICENSE", mit);
    tree.add_symlink("a/LICENSE", "../LICENSE");
    tree.add_lfs_object(apache);
    tree.add("b/LICENSE", lfs_pointer_text(sha256_of(apache), apache.size()));
    EXPECT_EQ(find("a/x.onnx"), "MIT");
    EXPECT_EQ(find("b/x.onnx"), "Apache-2.0");
}

}  // namespace
}  // namespace onnxhub::test
