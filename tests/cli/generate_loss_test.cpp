// SPDX-License-Identifier: Apache-2.0
// `generate`, `inspect` and `add` on hubs with invalid rows or files: entries are kept, and the
// exit status is not 0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/git_home.h"
#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* loss_manifest = "ONNX_HUB_MANIFEST.json";

std::string loss_table(const std::string& rows) {
    return "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n" + rows;
}

const std::string row_a = "| A | [1](a.onnx) | 1.8 | 13 |\n";
const std::string row_b = "| B | [1](b.onnx) | 1.8 | 13 |\n";

std::string root(const std::string& folder) {
    return "| Model Class |\n|-|\n| [x](" + folder + ") |\n";
}

/// Two models without local content; the committed manifest has their ports.
class GenerateLoss : public testing::Test {
protected:
    GenerateLoss() {
        hub.write("README.md", root("x")).write("x/README.md", loss_table(row_a + row_b));
        hub.write("x/a.onnx", small_model(1)).write("x/b.onnx", small_model(2));
        EXPECT_EQ(generate().status, 0);
        hub.write_pointer("x/a.onnx", small_model(1)).write_pointer("x/b.onnx", small_model(2));
        hub.commit("Two models");
        whole = manifest();
        EXPECT_EQ(count("io_ports"), 2u);
    }

    ProgramResult generate(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.begin(), "generate");
        return run_onnxhub(std::move(arguments), hub.path());
    }

    std::string manifest() const { return read_file(hub.path() / loss_manifest); }

    std::size_t count(const std::string& word) const {
        const std::string text = manifest();
        std::size_t found = 0;
        for (std::size_t at = 0; (at = text.find(word, at)) != text.npos; ++at) ++found;
        return found;
    }

    RepositoryBuilder hub;
    std::string whole;
};

TEST_F(GenerateLoss, ATypoKeepsTheEntryAndFails) {
    hub.write("x/README.md", loss_table(row_a + "| B | [1](b.onnx) | 1.8 | seven |\n"));
    const ProgramResult result = generate();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("x/README.md:4: the opset version \"seven\""));
    EXPECT_THAT(result.err, HasSubstr("1 entry kept unchanged"));
    EXPECT_EQ(manifest(), whole);
    EXPECT_EQ(generate({"--check"}).status, 1);
    hub.write("x/README.md", loss_table(row_a + row_b));
    EXPECT_EQ(generate({"--check"}).status, 0);
}

TEST_F(GenerateLoss, ConflictMarkersInTheTopReadmeFailEvenQuietly) {
    hub.write("README.md", root("x") + "<<<<<<< HEAD\n=======\n| [y](y) |\n>>>>>>> y\n");
    const ProgramResult result = generate({"-q"});
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("README.md:4: has conflict markers of a merge"));
    EXPECT_EQ(manifest(), whole);
    const ProgramResult validated = run_onnxhub({"validate"}, hub.path());
    EXPECT_EQ(validated.status, 1);
    EXPECT_THAT(validated.out, HasSubstr("README.md:4"));
    EXPECT_THAT(validated.out, Not(HasSubstr("[entry-without-row]")));
}

TEST_F(GenerateLoss, ConflictMarkersInAModelReadmeAreTheOnlyFinding) {
    hub.write("x/README.md",
              loss_table("<<<<<<< HEAD\n" + row_a + "=======\n" + row_a + row_b + ">>>>>>> y\n"));
    hub.write(".gitattributes", "*.onnx filter=lfs diff=lfs merge=lfs -text\n");
    EXPECT_EQ(generate({"-q"}).status, 1);
    EXPECT_EQ(manifest(), whole);
    const ProgramResult validated = run_onnxhub({"validate"}, hub.path());
    EXPECT_EQ(validated.status, 1);
    EXPECT_THAT(validated.out, HasSubstr("x/README.md:3"));
    EXPECT_THAT(validated.out, HasSubstr("1 error"));
}

TEST_F(GenerateLoss, AReadmeInGitLfsIsRefused) {
    hub.write_pointer("x/README.md", loss_table(row_a + row_b));
    EXPECT_EQ(generate().status, 1);
    EXPECT_EQ(manifest(), whole);
    hub.write_pointer("README.md", root("x"));
    const ProgramResult result = generate();
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("README.md: is a Git LFS pointer"));
    EXPECT_EQ(manifest(), whole);
}

TEST_F(GenerateLoss, FolderRenamedInTwoStepsKeepsPorts) {
    for (const char* name : {"a.onnx", "b.onnx", "README.md"}) {
        const std::string content = read_file(hub.path() / "x" / name);
        hub.remove("x/" + std::string(name)).write("y/" + std::string(name), content);
    }
    EXPECT_EQ(generate().status, 1);
    EXPECT_EQ(manifest(), whole);
    hub.write("README.md", root("y"));
    EXPECT_EQ(generate().status, 0);
    EXPECT_EQ(count("io_ports"), 2u);
    EXPECT_EQ(count("\"y/"), 2u);
}

TEST_F(GenerateLoss, HeadAndTheBaseKnowWhatTheManifestHasLost) {
    hub.write(loss_manifest, "[]");
    EXPECT_EQ(generate().status, 0);
    EXPECT_EQ(manifest(), whole);
    hub.branch("main-before").write(loss_manifest, "[]").commit("Lose everything");
    EXPECT_EQ(generate().status, 0);
    EXPECT_EQ(count("io_ports"), 0u);
    EXPECT_EQ(generate({"--base", "main-before"}).status, 0);
    EXPECT_EQ(manifest(), whole);
    hub.write("x/README.md", loss_table(row_a + "| B | [1](b.onnx) | 1.9 | 13 |\n"));
    hub.write(loss_manifest, "[]");
    EXPECT_EQ(generate({"--target", "diff", "--base", "main-before"}).status, 0);
    EXPECT_EQ(count("io_ports"), 1u);
}

TEST_F(GenerateLoss, AWebPageInPlaceOfAModelKeepsTheEntry) {
    hub.write("x/b.onnx", "<!DOCTYPE html><title>404</title>");
    const ProgramResult result = generate();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("x/b.onnx: is HTML or XML, not a model"));
    EXPECT_EQ(manifest(), whole);
}

TEST_F(GenerateLoss, FixDoesNotTakeTheDigestOfAWebPage) {
    hub.write("x/b.onnx", "<!DOCTYPE html><title>404</title>");
    run_onnxhub({"validate", "--fix"}, hub.path());
    EXPECT_EQ(manifest(), whole);
    hub.write("README.md", "No tables here.\n");
    run_onnxhub({"validate", "--fix"}, hub.path());
    EXPECT_EQ(manifest(), whole);
}

TEST_F(GenerateLoss, ContradictoryModelsAreWarnedOf) {
    const std::string model =
        ModelBuilder().input("x", {1}, 99).node("Relu", {"x"}, {"y"}).output("y", {1}).bytes();
    hub.write("x/b.onnx", model);
    const ProgramResult result = generate();
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("x/b.onnx: the input \"x\" has the element type 99"));
    EXPECT_EQ(count("io_ports"), 1u);
    EXPECT_EQ(count("undefined"), 0u);
    const ProgramResult inspected = run_onnxhub({"inspect", "x/b.onnx"}, hub.path());
    EXPECT_EQ(inspected.status, 0);
    EXPECT_THAT(inspected.err,
                HasSubstr("warning: x/b.onnx: the input \"x\" has the element type 99"));
    const ProgramResult sound = run_onnxhub({"inspect", "--ports", "a.onnx"}, hub.path() / "x");
    EXPECT_THAT(sound.err, Not(HasSubstr("warning")));
}

TEST_F(GenerateLoss, AddWarnsOfContradictionsThatTheCheckerMisses) {
    TemporaryFolder elsewhere;
    write_file(elsewhere.path() / "c.onnx", small_model(3) + "\xc3\x3e\xcc\x3e");
    const ProgramResult result =
        run_onnxhub({"add", (elsewhere.path() / "c.onnx").string(), "--class", "x"}, hub.path());
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("c.onnx: a protobuf group is not closed by its own end"));
}

TEST_F(GenerateLoss, AddIntoAConflictedReadmeIsRefused) {
    const std::string readme = loss_table("<<<<<<< HEAD\n" + row_a + "=======\n>>>>>>> y\n");
    hub.write("x/README.md", readme);
    TemporaryFolder elsewhere;
    write_file(elsewhere.path() / "c.onnx", small_model(3));
    const ProgramResult result =
        run_onnxhub({"add", (elsewhere.path() / "c.onnx").string(), "--class", "x"}, hub.path());
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("x/README.md:3: has conflict markers"));
    EXPECT_EQ(manifest(), whole);
    EXPECT_EQ(read_file(hub.path() / "x/README.md"), readme);
}

TEST_F(GenerateLoss, AddRefusesPointersOfOtherTools) {
    TemporaryFolder elsewhere;
    write_file(elsewhere.path() / "c.onnx", "# xet version 0\nfilesize = 4\n");
    const ProgramResult result =
        run_onnxhub({"add", (elsewhere.path() / "c.onnx").string(), "--class", "x"}, hub.path());
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("is a git-xet pointer"));
    EXPECT_EQ(manifest(), whole);
}

}  // namespace
}  // namespace onnxhub::test
