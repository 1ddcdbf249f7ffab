// SPDX-License-Identifier: Apache-2.0
// `onnxhub merge-driver`, run directly and by git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string entry(const std::string& path, int opset = 13) {
    return "    {\n        \"model\": \"" + path + "\",\n        \"model_path\": \"" + path +
           "\",\n        \"onnx_version\": \"1.8\",\n        \"opset_version\": " +
           std::to_string(opset) + "\n    }";
}

std::string manifest(const std::string& entries) {
    return "[\n" + entries + "\n]";
}

class MergeDriver : public testing::Test {
protected:
    ProgramResult merge(const std::string& base, const std::string& ours,
                        const std::string& theirs) {
        write_file(folder.path() / "base", base);
        write_file(folder.path() / "ours", ours);
        write_file(folder.path() / "theirs", theirs);
        return run_onnxhub({"merge-driver", "base", "ours", "theirs", "hub/M.json"}, folder.path());
    }

    std::string result() const { return read_file(folder.path() / "ours"); }

    /// A hub with branches `one` and `two`; `one` is merging `two`.
    ProgramResult git_merge(const std::string& base, const std::string& one,
                            const std::string& two) {
        write_file(folder.path() / "versions/base", base);
        write_file(folder.path() / "versions/one", one);
        write_file(folder.path() / "versions/two", two);
        const std::string script = R"(set -e
            export HOME=$PWD GIT_CONFIG_NOSYSTEM=1 PATH=$(dirname )" +
                                   onnxhub_program() + R"():$PATH
            git init -q -b main hub
            cd hub
            git config user.name Team && git config user.email team@example.com
            echo 'ONNX_HUB_MANIFEST.json text eol=lf merge=onnxhub' > .gitattributes
            onnxhub merge-driver --install
            take() { cp ../versions/$1 ONNX_HUB_MANIFEST.json; git add -A; git commit -qm $1; }
            take base
            git checkout -q -b two && take two
            git checkout -q -b one main && take one
            git merge -q two)";
        return run_command({"bash", "-c", script}, folder.path());
    }

    std::string merged() const { return read_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json"); }

    TemporaryFolder folder;
};

TEST_F(MergeDriver, TheResultTakesThePlaceOfOurs) {
    const ProgramResult run = merge(manifest(entry("b")), manifest(entry("a") + ",\n" + entry("b")),
                                    manifest(entry("b") + ",\n" + entry("c")));
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.out + run.err, "");
    EXPECT_EQ(result(), manifest(entry("a") + ",\n" + entry("b") + ",\n" + entry("c")));
    EXPECT_EQ(read_file(folder.path() / "theirs"), manifest(entry("b") + ",\n" + entry("c")));
}

TEST_F(MergeDriver, AConflictIsNamedAndExitsWithOne) {
    const ProgramResult run =
        merge(manifest(entry("a", 7)), manifest(entry("a", 8)), manifest(entry("a", 9)));
    EXPECT_EQ(run.status, 1);
    EXPECT_EQ(
        run.err,
        "onnxhub: error: hub/M.json: a (opset 7, a): both change opset_version; keep one side "
        "between the markers and remove the marker lines, or take one side of the file with `git "
        "checkout --theirs -- hub/M.json` and run `onnxhub generate`; then `git add` it\n");
    EXPECT_THAT(result(), AllOf(HasSubstr("<<<<<<< ours"), HasSubstr("\"opset_version\": 9")));
}

TEST_F(MergeDriver, ABranchWithoutAManifestIsAnEmptyOne) {
    EXPECT_EQ(merge("", manifest(entry("a")), manifest(entry("b"))).status, 0);
    EXPECT_EQ(result(), manifest(entry("a") + ",\n" + entry("b")));
}

TEST_F(MergeDriver, WhatCantBeReadLeavesOursAlone) {
    const std::string ours = manifest(entry("a"));
    const ProgramResult run = merge(manifest(entry("a")), ours, "[{]");
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(run.err, HasSubstr("hub/M.json (theirs):1: "));
    EXPECT_EQ(result(), ours);
    EXPECT_EQ(run_onnxhub({"merge-driver", "base"}, folder.path()).status, 2);
    EXPECT_EQ(run_onnxhub({"merge-driver", "--install"}, folder.path()).status, 2);
}

TEST_F(MergeDriver, EntriesThatAreNoObjectsAreRefused) {
    const std::string ours = "[\n5]";
    const ProgramResult run = merge("[]", ours, "[\"s\"]");
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.err,
              "onnxhub: error: hub/M.json (ours):2: an entry is a number, not an object; repair "
              "the manifest, or run `onnxhub generate`\n");
    EXPECT_EQ(result(), ours);
    EXPECT_EQ(merge(manifest(entry("a")), manifest(entry("a")), "[null]").status, 2);
    EXPECT_EQ(result(), manifest(entry("a")));
}

TEST_F(MergeDriver, GitMergesTwoBranchesThatEachAddAModel) {
    const ProgramResult run =
        git_merge(manifest(entry("b")), manifest(entry("a") + ",\n" + entry("b")),
                  manifest(entry("aa") + ",\n" + entry("b")));
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_EQ(merged(), manifest(entry("a") + ",\n" + entry("aa") + ",\n" + entry("b")));
    // Without the driver, the same merge stops: both sides added at the same line.
    const ProgramResult plain = run_command(
        {"bash", "-c",
         "cd hub && git reset -q --hard HEAD~1 && git config --remove-section merge.onnxhub && "
         "git merge -q two"},
        folder.path());
    EXPECT_EQ(plain.status, 1) << plain.out << plain.err;
}

TEST_F(MergeDriver, GitStopsAtATrueConflict) {
    const ProgramResult run =
        git_merge(manifest(entry("a", 7)), manifest(entry("a", 8)), manifest(entry("a", 9)));
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(run.err, HasSubstr("ONNX_HUB_MANIFEST.json: a (opset 7, a): both change"));
    EXPECT_THAT(merged(), HasSubstr(">>>>>>> theirs"));
    // The index still has all three versions that git wrote.
    EXPECT_EQ(run_command({"bash", "-c", "cd hub && git ls-files -u | wc -l"}, folder.path()).out,
              "3\n");
}

TEST_F(MergeDriver, TheAdviceForItsConflictsWorks) {
    git_merge(manifest(entry("a", 7)), manifest(entry("a", 8)), manifest(entry("a", 9)));
    const auto in_hub = [&](const std::string& script) {
        return run_command({"bash", "-c", "cd hub && export HOME=$PWD/.. && " + script},
                           folder.path());
    };
    const std::string advice =
        "take one side with `git checkout --theirs -- ONNX_HUB_MANIFEST.json`";
    const ProgramResult validated = in_hub("\"" + onnxhub_program() + "\" validate");
    EXPECT_EQ(validated.status, 1);
    EXPECT_THAT(validated.out + validated.err,
                AllOf(HasSubstr("ONNX_HUB_MANIFEST.json:2"), HasSubstr("manifest-conflict"),
                      HasSubstr(advice), Not(HasSubstr("merge-driver"))));
    const ProgramResult listed = in_hub("\"" + onnxhub_program() + "\" list");
    EXPECT_EQ(listed.status, 2);
    EXPECT_THAT(listed.err, AllOf(HasSubstr("ONNX_HUB_MANIFEST.json:2: contains the conflict "
                                            "markers of a merge; take one side with `git checkout"),
                                  Not(HasSubstr("maintainers"))));
    EXPECT_EQ(in_hub("git checkout --theirs -- ONNX_HUB_MANIFEST.json").status, 0);
    EXPECT_EQ(merged(), manifest(entry("a", 9)));
    EXPECT_EQ(in_hub("\"" + onnxhub_program() + "\" list").status, 0);
}

TEST_F(MergeDriver, ItIsInstalledOnce) {
    RepositoryBuilder hub;
    hub.write("README.md", "# Hub\n").commit("Hub");
    const ProgramResult first = run_onnxhub({"merge-driver", "--install"}, hub.path());
    EXPECT_THAT(first.err, HasSubstr("merges manifests with `onnxhub merge-driver` now"));
    EXPECT_THAT(read_file(hub.path() / ".git/config"),
                HasSubstr("driver = onnxhub merge-driver %O %A %B %P"));
    const ProgramResult second = run_onnxhub({"merge-driver", "--install", "."}, hub.path());
    EXPECT_EQ(second.status, 0);
    EXPECT_THAT(second.err, HasSubstr("already"));
}

/// The merge attribute of the manifest in `place`: "onnxhub" if git uses the driver.
std::string attribute_in(const fs::path& place,
                         const std::string& path = "ONNX_HUB_MANIFEST.json") {
    const ProgramResult result =
        run_command({"git", "-C", place.string(), "check-attr", "merge", "--", path}, place);
    const std::size_t at = result.out.rfind(": ");
    return at == std::string::npos ? result.err : result.out.substr(at + 2);
}

const std::string attribute_line = "ONNX_HUB_MANIFEST.json merge=onnxhub\n";

TEST_F(MergeDriver, WhereNoAttributeNamesItTheLineGoesIntoGitsOwnFolder) {
    RepositoryBuilder hub;
    hub.write("README.md", "# Hub\n").write("sub/README.md", "# Sub\n");
    hub.write(".gitattributes", "*.onnx filter=lfs\nOTHER.json merge=onnxhub\n").commit("Hub");
    const fs::path attributes = hub.path() / ".git/info/attributes";
    write_file(attributes, "*.txt text");
    EXPECT_EQ(attribute_in(hub.path()), "unspecified\n");
    const ProgramResult first = run_onnxhub({"merge-driver", "--install"}, hub.path());
    EXPECT_EQ(first.status, 0);
    EXPECT_THAT(first.err, AllOf(HasSubstr("info/attributes"), HasSubstr("only in this clone")));
    EXPECT_EQ(read_file(attributes), "*.txt text\n" + attribute_line);
    EXPECT_EQ(attribute_in(hub.path()), "onnxhub\n");
    EXPECT_EQ(attribute_in(hub.path(), "sub/ONNX_HUB_MANIFEST.json"), "onnxhub\n");
    for (const char* place : {".", "sub"}) {
        const ProgramResult again = run_onnxhub({"merge-driver", "--install", place}, hub.path());
        EXPECT_THAT(again.err, HasSubstr("already"));
    }
    EXPECT_EQ(read_file(attributes), "*.txt text\n" + attribute_line);
}

TEST_F(MergeDriver, AnAttributeThatNamesItIsEnoughAndAnotherDriverIsNot) {
    RepositoryBuilder hub;
    hub.write("sub/.gitattributes", "*.json merge=onnxhub\n").write("top", "x").commit("Hub");
    EXPECT_EQ(run_onnxhub({"merge-driver", "--install", "sub"}, hub.path()).status, 0);
    EXPECT_FALSE(fs::exists(hub.path() / ".git/info/attributes"));
    // The top's manifest has no attribute.
    EXPECT_EQ(run_onnxhub({"merge-driver", "--install"}, hub.path()).status, 0);
    EXPECT_EQ(attribute_in(hub.path()), "onnxhub\n");

    RepositoryBuilder other;
    other.write(".gitattributes", "*.json -merge\n").commit("Hub");
    EXPECT_EQ(run_onnxhub({"merge-driver", "--install"}, other.path()).status, 0);
    EXPECT_EQ(attribute_in(other.path()), "onnxhub\n");
}

TEST_F(MergeDriver, LinkedWorktreesAndBareRepositoriesShareTheLine) {
    RepositoryBuilder hub;
    hub.write("README.md", "# Hub\n").commit("Hub");
    const fs::path linked = folder.path() / "linked";
    ASSERT_EQ(run_command({"git", "-C", hub.path().string(), "worktree", "add", "-q",
                           linked.string(), "-b", "other"},
                          folder.path())
                  .status,
              0);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(run_onnxhub({"merge-driver", "--install"}, linked).status, 0);
    }
    EXPECT_EQ(read_file(hub.path() / ".git/info/attributes"), attribute_line);
    for (const fs::path& place : {linked, hub.path()}) EXPECT_EQ(attribute_in(place), "onnxhub\n");

    const fs::path bare = hub.bare_clone();
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(run_onnxhub({"merge-driver", "--install"}, bare).status, 0);
    }
    EXPECT_EQ(read_file(bare / "info/attributes"), attribute_line);
    EXPECT_EQ(attribute_in(bare), "onnxhub\n");
}

TEST_F(MergeDriver, ANewHubHasIt) {
    EXPECT_EQ(run_onnxhub({"init", "hub"}, folder.path()).status, 0);
    EXPECT_THAT(read_file(folder.path() / "hub/.git/config"), HasSubstr("[merge \"onnxhub\"]"));
    EXPECT_THAT(read_file(folder.path() / "hub/.gitattributes"), HasSubstr("merge=onnxhub"));
}

}  // namespace
}  // namespace onnxhub::test
