// SPDX-License-Identifier: Apache-2.0
// Texts that init and add write, and messages of commands with --quiet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ScaffoldTexts : public testing::Test {
protected:
    ProgramResult onnxhub(std::vector<std::string> arguments) {
        std::vector<std::string> command{"env", "HOME=" + folder.path().string(),
                                         onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    std::string readme_of_init(std::vector<std::string> options) {
        fs::remove_all(folder.path() / "hub");
        options.insert(options.begin(), {"init", "hub"});
        const ProgramResult result = onnxhub(options);
        EXPECT_EQ(result.status, 0) << result.err;
        return read_file(folder.path() / "hub/README.md");
    }

    TemporaryFolder folder;
};

TEST_F(ScaffoldTexts, TheReadmeNamesGitHubOnlyWhenInitIsToldThePlaceThere) {
    EXPECT_THAT(readme_of_init({"--owner", "team", "--repository", "zoo"}),
                AllOf(HasSubstr("A hub of ONNX models of team."),
                      HasSubstr("onnxhub list --hub team/zoo\n"), Not(HasSubstr("HUB`")),
                      Not(HasSubstr("{{"))));
    const std::vector<std::vector<std::string>> elsewhere{
        std::vector<std::string>{}, std::vector<std::string>{"--owner", "team"}};
    for (const std::vector<std::string>& options : elsewhere) {
        EXPECT_THAT(readme_of_init(options),
                    AllOf(HasSubstr("onnxhub list --hub HUB\n"),
                          HasSubstr("`HUB` is the location of this hub: the URL of its server"),
                          Not(HasSubstr("owner")), Not(HasSubstr("team/")),
                          Not(HasSubstr("GitHub")), Not(HasSubstr("{{"))));
    }
}

TEST_F(ScaffoldTexts, TheSizeInARowIsWithTheWeightsBesideTheModel) {
    readme_of_init({});
    ModelBuilder model;
    model.input("x", {2}).external_initializer("w", {2}, "w.bin");
    write_file(folder.path() / "m.onnx",
               model.node("Add", {"x", "w"}, {"y"}).output("y", {2}).bytes());
    write_file(folder.path() / "w.bin", std::string(2'000'000, 'w'));
    ASSERT_EQ(onnxhub({"add", "m.onnx", "--hub-dir", "hub", "--class", "a"}).status, 0);
    EXPECT_THAT(read_file(folder.path() / "hub/a/README.md"), HasSubstr("[2.0 MB](model/m.onnx)"));
    // Only the weights change, and the size in the row follows.
    write_file(folder.path() / "w.bin", std::string(3'000'000, 'w'));
    ASSERT_EQ(onnxhub({"add", "m.onnx", "--hub-dir", "hub", "--class", "a"}).status, 0);
    EXPECT_THAT(read_file(folder.path() / "hub/a/README.md"), HasSubstr("[3.0 MB](model/m.onnx)"));
}

TEST_F(ScaffoldTexts, QuietLeavesErrorsAlone) {
    readme_of_init({});
    write_file(folder.path() / "m.onnx", small_model());
    for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
             {"init", "other", "-q"},
             {"add", "m.onnx", "--hub-dir", "hub", "--class", "a", "-q"},
             {"generate", "hub", "-q"},
             {"generate", "hub", "--check", "-q"},
             {"list", "--hub", "./hub", "-q"},
             {"load", "m", "--hub", "./hub", "--cache", "cache", "-q"},
             {"lock", "m", "--hub", "./hub", "-q"},
             {"inspect", "m.onnx", "-q"},
             {"export", "hub", "--to", "site", "-q"},
             {"bundle", "create", "--from", "hub", "--to", "hub.tar", "-q"},
             {"bundle", "verify", "hub.tar", "-q"},
             {"cache", "verify", "--cache", "cache", "-q"}}) {
        const ProgramResult result = onnxhub(command);
        EXPECT_EQ(result.status, 0) << command[0] << ": " << result.err;
        EXPECT_THAT(result.err, IsEmpty()) << command[0];
    }
    const ProgramResult healthy = onnxhub({"validate", "hub", "-q"});
    EXPECT_EQ(healthy.status, 0);
    EXPECT_THAT(healthy.out + healthy.err, IsEmpty());
}

TEST_F(ScaffoldTexts, QuietShowsTheErrorsOfAReport) {
    readme_of_init({});
    write_file(folder.path() / "m.onnx", small_model());
    ASSERT_EQ(onnxhub({"add", "m.onnx", "--hub-dir", "hub", "--class", "a"}).status, 0);
    // A wrong opset is an error. A release too old for the opset is a warning.
    std::string table = read_file(folder.path() / "hub/a/README.md");
    table.replace(table.find("| 13 |"), 6, "| 12 |");
    write_file(folder.path() / "hub/a/README.md", table);
    const ProgramResult result = onnxhub({"validate", "hub", "-q"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out,
                AllOf(HasSubstr("error[graph-opset-differs]"), Not(HasSubstr("warning["))));
    EXPECT_THAT(result.err, IsEmpty());
    const ProgramResult whole = onnxhub({"validate", "hub", "-q", "--format", "json"});
    EXPECT_THAT(whole.out, HasSubstr("\"unchecked\""));
}

}  // namespace
}  // namespace onnxhub::test
