// SPDX-License-Identifier: Apache-2.0
// `onnxhub diff` on repositories made by git: bare ones, partial clones, shallow checkouts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A hub of two models. On its branch `words`, all READMEs have other texts.
class Diff : public testing::Test {
protected:
    void SetUp() override {
        const std::string model = ModelBuilder(13)
                                      .input("x", {1, 4})
                                      .node("Relu", {"x"}, {"y"})
                                      .output("y", {1, 4})
                                      .bytes();
        for (const char* name : {"a", "b"}) {
            write_file(folder.path() / "hub/vision" / (std::string(name) + ".onnx"), model + name);
        }
        write_file(folder.path() / "hub/README.md", "| Model Class |\n|-|\n| [v](vision) |\n");
        write_file(folder.path() / "hub/vision/README.md",
                   "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n"
                   "| A | [1 kB](a.onnx) | 1.8 | 13 |\n| B | [1 kB](b.onnx) | 1.8 | 13 |\n");
        const ProgramResult made = run(R"(
            git init -q -b main hub; cd hub
            git config user.name Team; git config user.email team@example.com
            git config uploadpack.allowFilter true
            git add -A; git commit -qm Models
            git checkout -qb words
            echo 'More words.' >> README.md; echo 'More words.' >> vision/README.md
            git commit -qam Words)");
        ASSERT_EQ(made.status, 0) << made.out << made.err;
    }

    ProgramResult run(const std::string& script) {
        return run_command(
            {"env", "HOME=" + folder.path().string(), "GIT_CONFIG_NOSYSTEM=1", "bash", "-ec",
             "PATH=$(dirname '" + onnxhub_program() + "'):$PATH\n" + script},
            folder.path());
    }

    TemporaryFolder folder;
};

TEST_F(Diff, TwoRevisionsAreARange) {
    const ProgramResult made = run(R"(
        cd hub; git checkout -q main
        printf 'changed' >> vision/a.onnx; git commit -qam Change)");
    ASSERT_EQ(made.status, 0) << made.err;
    const ProgramResult range = run("cd hub; onnxhub diff words..main");
    EXPECT_EQ(range.status, 0) << range.err;
    EXPECT_THAT(range.out, HasSubstr("vision/a.onnx"));
    EXPECT_EQ(run("cd hub; onnxhub diff words main").out, range.out);
    EXPECT_EQ(run("cd hub/vision; onnxhub diff words main --exit-code").status, 1);
    EXPECT_EQ(run("cd hub; onnxhub diff main main --exit-code").status, 0);
    const ProgramResult twice = run("cd hub; onnxhub diff words..main main");
    EXPECT_EQ(twice.status, 2);
    EXPECT_THAT(twice.err, HasSubstr("BASE and HEAD are given twice; write words..main"));
}

TEST_F(Diff, TheMergeBaseIsNamed) {
    const ProgramResult result =
        run("cd hub; onnxhub diff main...words; git merge-base main words");
    ASSERT_EQ(result.status, 0) << result.err;
    const std::string commit = result.out.substr(result.out.size() - 41, 7);
    EXPECT_THAT(result.out, HasSubstr("the merge base of main and words (" + commit + ")"));
}

TEST_F(Diff, TheDirectoryCanBeTheLastArgument) {
    const std::string inside = run("cd hub; onnxhub diff words main").out;
    ASSERT_NE(inside, "");
    for (const char* call : {"words main ./hub", "words..main hub/", "words main $PWD/hub",
                             "words main --folder hub"}) {
        const ProgramResult result = run("onnxhub diff " + std::string(call));
        EXPECT_EQ(result.status, 0) << call << result.err;
        EXPECT_EQ(result.out, inside) << call;
    }
    EXPECT_EQ(run("cd hub/vision; onnxhub diff words main ../").out, inside);
    EXPECT_EQ(run("onnxhub diff ./hub").status, 0);
    EXPECT_THAT(run("onnxhub diff words main hub").err, HasSubstr("\"hub\" is not a directory such "
                                                                  "as ./hub"));
    EXPECT_THAT(run("cd hub; onnxhub diff vision").err,
                HasSubstr("vision: is not a revision; write ./vision for the directory"));
    EXPECT_THAT(run("onnxhub diff ./hub --folder hub").err, HasSubstr("is given twice"));
    // A branch may have the name of a directory.
    EXPECT_EQ(run("cd hub; git branch vision; onnxhub diff vision").status, 0);
}

TEST_F(Diff, APartialCloneHasNoFalseChanges) {
    const ProgramResult result = run(R"(
        git clone -q --filter=blob:none -b words "file://$PWD/hub" clone
        cd clone; git remote set-url origin /nowhere
        for format in text markdown json; do
            onnxhub diff origin/main...HEAD --format $format > ../$format
        done)");
    ASSERT_EQ(result.status, 0) << result.out << result.err;
    const std::string text = read_file(folder.path() / "text");
    EXPECT_THAT(text, HasSubstr("no model changed; 2 unchanged"));
    EXPECT_THAT(text, HasSubstr("not compared: the rows in README.md; git has not fetched"));
    EXPECT_THAT(read_file(folder.path() / "markdown"),
                HasSubstr("not compared: the rows in README.md"));
    EXPECT_THAT(read_file(folder.path() / "json"), HasSubstr("\"notes\": ["));
}

TEST_F(Diff, ABareRepositoryIsToldToNameTwoRevisions) {
    const ProgramResult result =
        run("git clone -q --bare hub bare; onnxhub diff main --folder bare");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, AllOf(HasSubstr("HEAD~1..HEAD"), Not(HasSubstr("--rev"))));
    EXPECT_EQ(run("onnxhub diff main..words --folder bare").status, 0);
}

TEST_F(Diff, NoCommonAncestorNamesNoOptionThatIsNotThere) {
    const ProgramResult result = run(R"(
        cd hub; git checkout -q --orphan other; git commit -qm Other
        onnxhub diff main...other)");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, AllOf(HasSubstr("no common ancestor"), Not(HasSubstr("--base"))));
}

TEST_F(Diff, ABaseThatIsNotHereIsNotGuessedAt) {
    const ProgramResult result = run(R"(
        cd hub; git checkout -q main; git merge -q --no-ff --no-edit words; cd ..
        git clone -q --depth=2 -b main "file://$PWD/hub" clone; cd clone
        onnxhub diff nosuch...HEAD)");
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("nosuch: is not a commit in this repository"));
}

TEST_F(Diff, OddNamesAreShownEscapedInEachFormat) {
    const ProgramResult result = run(R"(
        cd hub; echo one > 'vision/evil\model.onnx'; printf two > $'vision/\x1b[31m.onnx'
        git add -A; git commit -qm Odd; echo three > 'vision/evil\model.onnx'
        for format in text markdown json; do
            onnxhub diff HEAD --format $format > ../$format
        done
        onnxhub diff HEAD~1..HEAD)");
    ASSERT_EQ(result.status, 0) << result.out << result.err;
    EXPECT_THAT(result.out,
                AllOf(HasSubstr("added     vision/\\x1b[31m.onnx"), HasSubstr("2 added")));
    const std::string text = read_file(folder.path() / "text");
    EXPECT_THAT(text, HasSubstr("changed   vision/evil\\model.onnx"));
    EXPECT_THAT(text, HasSubstr("1 changed; 3 unchanged"));
    EXPECT_THAT(read_file(folder.path() / "markdown"), HasSubstr("evil\\model.onnx `"));
    EXPECT_THAT(read_file(folder.path() / "json"), HasSubstr("evil\\\\model.onnx\""));
}

TEST_F(Diff, AModelThatMovedToAnotherServerIsShownInEachFormat) {
    const ProgramResult result = run(R"(
        cd hub; sha=$(sha256sum vision/a.onnx | cut -d' ' -f1)
        printf '[[source]]\nkind = "tables"\n[[source]]\nkind = "records"\n' > onnxhub.toml
        printf 'files = ["models.yaml"]\nfacts = { path = "path", url = "url", sha256 = "sha", ' >> onnxhub.toml
        printf 'opset = "opset", description = "about" }\n' >> onnxhub.toml
        printf 'b:\n  path: vision/b.onnx\n  about: "Ends | ##[error] x."\n' > models.yaml
        git add -A; git commit -qm Sources
        sed -i '/| A |/d' vision/README.md; git rm -q vision/a.onnx
        printf 'A:\n  path: vision/a.onnx\n  url: https://models.example.org/a.onnx\n' >> models.yaml
        printf "  sha: $sha\n  opset: 13\n" >> models.yaml
        sed -i 's/Ends/Starts/' models.yaml
        for format in text markdown json; do
            onnxhub diff HEAD --format $format > ../$format
        done)");
    ASSERT_EQ(result.status, 0) << result.out << result.err;
    const std::string text = read_file(folder.path() / "text");
    EXPECT_THAT(text, HasSubstr("changed   vision/a.onnx\n"
                                "  location  in the repository -> elsewhere\n"));
    EXPECT_THAT(text, HasSubstr("  source    (none) -> https://models.example.org/a.onnx\n"
                                "  (identical content)\n"));
    EXPECT_THAT(text,
                HasSubstr("description  Ends | #\\x23[error] x. -> Starts | #\\x23[error] x."));
    EXPECT_THAT(text, HasSubstr("2 changed; 0 unchanged"));
    const std::string markdown = read_file(folder.path() / "markdown");
    EXPECT_THAT(markdown, HasSubstr("| location | in the repository | elsewhere |"));
    EXPECT_THAT(markdown, AllOf(HasSubstr("| source |  | "), Not(HasSubstr("https://models")),
                                Not(HasSubstr("Ends |")), Not(HasSubstr("##[error"))));
    const std::string json = read_file(folder.path() / "json");
    EXPECT_THAT(json, HasSubstr("\"after\": \"https://models.example.org/a.onnx\""));
    EXPECT_THAT(json, HasSubstr("\"field\": \"location\""));
}

}  // namespace
}  // namespace onnxhub::test
