// SPDX-License-Identifier: Apache-2.0
// `onnxhub add`: which models it rejects, which files it keeps, and that it leaves no temporary
// files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/digest.h"
#include "repository/lfs_pointer.h"
#include "tests/support/archive_builder.h"
#include "tests/support/hub_folder.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Add : public testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(onnxhub({"init", "hub"}).status, 0); }

    ProgramResult onnxhub(std::vector<std::string> arguments) {
        std::vector<std::string> command{"env", "HOME=" + folder.path().string(),
                                         onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    ProgramResult add(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"add", "--hub-dir", "hub"});
        return onnxhub(arguments);
    }

    void expect_added(std::vector<std::string> arguments) {
        const ProgramResult result = add(std::move(arguments));
        EXPECT_EQ(result.status, 0) << result.err;
    }

    /// Expects exit status 2, one line that contains `reason`, and an unchanged hub.
    void expect_refused(std::vector<std::string> arguments, const std::string& reason) {
        const auto before = content_of(hub);
        const ProgramResult result = add(std::move(arguments));
        EXPECT_EQ(result.status, 2) << reason;
        EXPECT_EQ(result.out, "") << reason;
        EXPECT_THAT(result.err, AllOf(testing::StartsWith("onnxhub: error: "), HasSubstr(reason)));
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
        EXPECT_TRUE(content_of(hub) == before) << reason;
    }

    void expect_valid() {
        const ProgramResult result = onnxhub({"validate", "hub", "--fail-on", "warning"});
        EXPECT_EQ(result.status, 0) << result.out << result.err;
    }

    /// Different `op`s give different models.
    std::string model(const std::string& path, const std::string& op = "Relu",
                      std::int64_t opset = 13) {
        write_file(folder.path() / path, ModelBuilder(opset)
                                             .input("x", {1, 4})
                                             .node(op, {"x"}, {"y"})
                                             .output("y", {1, 4})
                                             .bytes());
        return path;
    }

    std::string model_with_weights(const std::string& path, const std::string& location,
                                   const std::string& weights, const std::string& graph = "g") {
        ModelBuilder builder;
        builder.input("x", {2}).external_initializer("w", {2}, location);
        builder.node("Add", {"x", "w"}, {"y"}).output("y", {2});
        builder.proto().mutable_graph()->set_name(graph);
        write_file(folder.path() / path, builder.bytes());
        write_file((folder.path() / path).parent_path() / location, weights);
        return path;
    }

    nlohmann::json manifest() {
        return nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(Add, WeightsOfAnotherModelAreNeverReplaced) {
    expect_added({model_with_weights("one/a.onnx", "w.bin", "aaaaaaaa", "a"), "--class", "x/y"});
    expect_refused({model_with_weights("two/b.onnx", "w.bin", "bbbbbbbb", "b"), "--class", "x/y"},
                   "x/y/model/w.bin: already exists with different content and belongs to \"a\"; ");
    // Also refused in a clone without the first model's content: the manifest lists its files.
    const std::string graph = read_file(hub / "x/y/model/a.onnx");
    write_file(hub / "x/y/model/a.onnx", lfs_pointer_text(sha256_of(graph), graph.size()));
    expect_refused({"two/b.onnx", "--class", "x/y"}, "belongs to \"a\"");
    write_file(hub / "x/y/model/a.onnx", graph);
    // Its own model may replace it.
    write_file(folder.path() / "one/w.bin", "cccccccc");
    expect_added({"one/a.onnx", "--class", "x/y"});
    EXPECT_EQ(read_file(hub / "x/y/model/w.bin"), "cccccccc");
    // Models may share equal files. Then neither may change them.
    write_file(folder.path() / "two/w.bin", "cccccccc");
    expect_added({"two/b.onnx", "--class", "x/y"});
    expect_valid();
    write_file(folder.path() / "one/w.bin", "dddddddd");
    expect_refused({"one/a.onnx", "--class", "x/y"}, "belongs to \"b\"");
}

TEST_F(Add, AFileOfAnotherModelIsNeverReplaced) {
    expect_added({model("one/net.onnx"), "--class", "x", "--name", "First"});
    expect_refused(
        {model("two/net.onnx", "Abs"), "--class", "x", "--name", "Second"},
        "x/model/net.onnx: already exists with different content and belongs to \"First\"; ");
    write_file(hub / "x/model/stray.onnx", "stray");
    expect_refused({model("two/stray.onnx", "Abs"), "--class", "x"},
                   "belongs to a model that no table lists");
    // The same name or no name means a new version of the same model.
    expect_added({"two/net.onnx", "--class", "x", "--name", "First"});
    EXPECT_EQ(read_file(hub / "x/model/net.onnx"), read_file(folder.path() / "two/net.onnx"));
    expect_added({"one/net.onnx", "--class", "x"});
    EXPECT_EQ(read_file(hub / "x/model/net.onnx"), read_file(folder.path() / "one/net.onnx"));
    ASSERT_EQ(manifest().size(), 1u);
    EXPECT_EQ(manifest()[0]["model"], "First");
}

TEST_F(Add, FilesThatAreOneWithoutCaseAreRefused) {
    expect_added({model("net.onnx"), "--class", "x"});
    expect_refused({model("Net.onnx", "Abs"), "--class", "x", "--name", "Other"},
                   "x/model/Net.onnx: is the same file as x/model/net.onnx on Windows");
}

TEST_F(Add, ANameAndOpsetThatAnotherModelHasAreRefused) {
    expect_added({model("a.onnx"), "--class", "x", "--name", "Net"});
    expect_refused({model("b.onnx", "Abs"), "--class", "y", "--name", "net"},
                   "x/README.md:5: the hub already has \"Net\" with opset 13, x/model/a.onnx; ");
    expect_added({model("c.onnx", "Abs", 12), "--class", "x", "--name", "Net"});
    expect_valid();
}

TEST_F(Add, CellsThatPeopleWroteStay) {
    expect_added({model("net.onnx"), "--class", "x", "--name", "A|B *net*"});
    const std::string readme =
        "# X\n\n| Model | Download | Notes | ONNX version | Opset version | Top-1 |\n"
        "|-|-|-|-|-|-|\n"
        "| A\\|B \\*net\\* |[4.2 kB](model/net.onnx) ([mirror](https://e.org/n))|  see "
        "[the *paper*](https://e.org/p?a\\|b)  | 1.9 | 13 | 75 |\nThe end\n";
    write_file(hub / "x/README.md", readme);
    expect_added({"net.onnx", "--class", "x"});
    EXPECT_EQ(read_file(hub / "x/README.md"), readme) << "nothing new is known";
    expect_added({"net.onnx", "--class", "x", "--accuracy", "top-1=76 | 77"});
    std::string wanted = readme;
    wanted.replace(wanted.find("| 75 |"), 6, "| 76 \\| 77 |");
    EXPECT_EQ(read_file(hub / "x/README.md"), wanted);
    expect_added({model("net.onnx", "Abs", 15), "--class", "x"});
    wanted.replace(wanted.find("4.2 kB"), 6, "1 kB");
    wanted.replace(wanted.find("| 1.9 | 13 |"), 12, "| 1.10 | 15 |");
    EXPECT_EQ(read_file(hub / "x/README.md"), wanted) << "size, opset, and a release that has it";
    EXPECT_EQ(manifest()[0]["model"], "A|B *net*");
    expect_added({"net.onnx", "--class", "x", "--name", "New"});
    EXPECT_EQ(manifest().size(), 1u);
    EXPECT_EQ(manifest()[0]["model"], "New") << "the same file under a new name";
    EXPECT_THAT(read_file(hub / "x/README.md"), HasSubstr("[the *paper*]"));
}

TEST_F(Add, WhatFailsLateLeavesNothing) {
    model("m.onnx");
    write_file(hub / "onnxhub.toml", "[generate]\nexclude = [\"secret/**\"]\n");
    expect_refused({"m.onnx", "--class", "secret/a"}, "secret/a/model/m.onnx");
    const std::string before = read_file(hub / "ONNX_HUB_MANIFEST.json");
    write_file(hub / "ONNX_HUB_MANIFEST.json", "[{]");
    expect_refused({"m.onnx", "--class", "a"}, "ONNX_HUB_MANIFEST.json:1: ");
    write_file(hub / "ONNX_HUB_MANIFEST.json", before);
    expect_added({"m.onnx", "--class", "a"});
}

TEST_F(Add, NothingIsWrittenOutsideOfTheHub) {
    model("m.onnx");
    fs::create_directories(folder.path() / "outside");
    fs::create_directory_symlink(folder.path() / "outside", hub / "away");
    expect_refused({"m.onnx", "--class", "away"}, "away: is a symbolic link; ");
    expect_refused({"m.onnx", "--class", "away/b"}, "away: is a symbolic link; ");
    fs::create_directories(hub / "in");
    fs::create_directory_symlink(folder.path() / "outside", hub / "in/model");
    expect_refused({"m.onnx", "--class", "in"}, "in/model: is a symbolic link; ");
    write_file(folder.path() / "elsewhere.md", "# E\n");
    fs::create_directories(hub / "b");
    fs::create_symlink(folder.path() / "elsewhere.md", hub / "b/README.md");
    expect_refused({"m.onnx", "--class", "b"}, "points outside of the hub");
    write_file(hub / "file", "x");
    expect_refused({"m.onnx", "--class", "file"}, "file: is not a directory; ");
    EXPECT_TRUE(fs::is_empty(folder.path() / "outside"));
    EXPECT_EQ(read_file(folder.path() / "elsewhere.md"), "# E\n");
}

TEST_F(Add, CallsThatCanNotBeMeantAreRefused) {
    model("m.onnx");
    model(".hid.onnx");
    model("m.pb");
    const std::vector<std::pair<std::vector<std::string>, std::string>> calls = {
        {{"m.onnx", "--class", "a", "--name", ""}, "--name: the text is empty"},
        {{"m.onnx", "--class", "a", "--name", " "}, "--name: the text is empty"},
        {{"m.onnx", "--class", "a", "--name", "a\nb"}, "--name: the text has line breaks"},
        {{"m.onnx", "--class", ""}, "--class: is empty"},
        {{"m.onnx", "--class", ".hidden"}, "hidden folder"},
        {{"m.onnx", "--class", "a/.hidden"}, "hidden folder"},
        {{".hid.onnx", "--class", "a"}, "is hidden"},
        {{"m.pb", "--class", "a"}, "m.pb: its name does not end with .onnx; rename it"},
        {{"m.onnx", "--class", "a", "--onnx-version", "banana"}, "--onnx-version: \"banana\""},
        {{"m.onnx", "--class", "a", "--accuracy", "Model=x"},
         "--accuracy: `add` fills in the column \"Model\""},
        {{"m.onnx", "--class", "a", "--accuracy", "opset VERSION=3"},
         "--accuracy: `add` fills in the column"},
        {{"m.onnx", "--class", "a", "--accuracy", " =3"}, "COLUMN=TEXT"},
        {{"m.onnx", "--class", "a", "--tags", "a,,b"}, "--tags: "},
        {{"m.onnx", "--tags", "a/b"}, "--tags: "},
        {{"m.onnx", "--tags", "..,b"}, "--tags"},
        {{"m.onnx", "--tags", "a,b", "--class", "a/c"}, "gives other tags than --tags"},
    };
    for (const auto& [arguments, reason] : calls) expect_refused(arguments, reason);
    model_with_weights("w.onnx", ".w.bin", "wwwwwwww");
    expect_refused({"w.onnx", "--class", "a"}, "or hidden");
}

TEST_F(Add, TagsChooseTheFolder) {
    expect_added({model("m.onnx"), "--tags", "computer vision, small"});
    EXPECT_TRUE(fs::exists(hub / "computer_vision/small/model/m.onnx"));
    EXPECT_EQ(manifest()[0]["metadata"]["tags"], nlohmann::json({"computer vision", "small"}));
    expect_added({"m.onnx", "--tags", "computer vision,small", "--class", "computer_vision/small"});
    expect_valid();
}

TEST_F(Add, ANewTableGetsTheColumnsOfItsFirstModel) {
    expect_added(
        {model("m.onnx"), "--class", "a", "--accuracy", "Top-1=75", "--accuracy", "Top | 5=90 %"});
    EXPECT_THAT(read_file(hub / "a/README.md"),
                AllOf(HasSubstr("| Opset version | Top \\| 5 | Top-1 |\n|-|-|-|-|-|-|-|\n"),
                      HasSubstr("| 13 | 90 % | 75 |\n")));
    expect_valid();
    expect_refused({model("n.onnx", "Abs"), "--class", "a", "--accuracy", "Top-3=1"},
                   "a/README.md:3: the table has no column \"Top-3\"; add it");
}

TEST_F(Add, ARootReadmeWithoutATableGetsOne) {
    fs::remove_all(hub);
    write_file(hub / "README.md", "# Ours\n\nText");
    ASSERT_EQ(onnxhub({"init", "hub"}).status, 0);
    expect_added({model("m.onnx"), "--class", "a/b", "--description", "Small ones"});
    EXPECT_EQ(read_file(hub / "README.md"),
              "# Ours\n\nText\n\n## Models\n\n| Model Class | Description |\n|-|-|\n"
              "| [B](a/b) | Small ones |\n");
    expect_valid();
}

TEST_F(Add, TheTopFolderCanBeTheModelClass) {
    expect_added({model("m.onnx"), "--class", "."});
    EXPECT_TRUE(fs::exists(hub / "model/m.onnx"));
    expect_valid();
    const auto before = content_of(hub);
    expect_added({"m.onnx", "--class", "."});
    EXPECT_TRUE(content_of(hub) == before);
}

TEST_F(Add, ATableThatAColumnHidesIsNotMadeASecondTime) {
    write_file(
        hub / "a/README.md",
        "| Model | Download | ONNX version | Opset |\n|-|-|-|-|\n| A | [1](x.onnx) | 1 | 7 |\n");
    expect_refused({model("m.onnx"), "--class", "a"}, "a/README.md:1: ");
}

TEST_F(Add, TheArchiveOfAModelHasItsWeights) {
    model_with_weights("m.onnx", "data/w.bin", "wwwwwwww");
    for (const char* name : {"input_0.pb", "output_0.pb"}) {
        write_file(folder.path() / "td/test_data_set_0" / name, tensor_bytes(1, {2}, 8));
    }
    expect_added({"m.onnx", "--class", "a", "--test-data", "td"});
    expect_valid();
    const ProgramResult loaded = onnxhub({"load", "m", "--hub", "./hub", "--with-test-data"});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
    const fs::path unpacked = loaded.out.substr(0, loaded.out.size() - 1);
    EXPECT_EQ(read_file(unpacked / "data/w.bin"), "wwwwwwww");
    EXPECT_EQ(read_file(unpacked / "model.onnx"), read_file(folder.path() / "m.onnx"));
    const auto before = content_of(hub);
    expect_added({"m.onnx", "--class", "a", "--test-data", "td"});
    EXPECT_TRUE(content_of(hub) == before) << "the same files give the same archive";
}

TEST_F(Add, AModelWithAnErrorNeedsForce) {
    write_file(
        folder.path() / "m.onnx",
        ModelBuilder(13).input("x", {1, 4}).node("Relu", {"z"}, {"y"}).output("y", {1, 4}).bytes());
    expect_refused({"m.onnx", "--class", "a"},
                   "m.onnx: node 1 (Relu) uses \"z\", which nothing produces; repair the model, or "
                   "add it with --force");
    const ProgramResult forced = add({"m.onnx", "--class", "a", "--force"});
    EXPECT_EQ(forced.status, 0) << forced.err;
    EXPECT_THAT(forced.err, HasSubstr("warning: m.onnx: node 1 (Relu) uses \"z\", which nothing "
                                      "produces; added because of --force"));
    ASSERT_EQ(manifest().size(), 1u);
}

TEST_F(Add, PointersAreNoModels) {
    write_file(folder.path() / "p.onnx", lfs_pointer_text(sha256_of("x"), 1));
    expect_refused(
        {"p.onnx", "--class", "a"},
        "p.onnx: is a Git LFS pointer, its content is not available locally; run `git lfs pull`");
    model_with_weights("w.onnx", "w.bin", lfs_pointer_text(sha256_of("x"), 1));
    expect_refused({"w.onnx", "--class", "a"}, "w.bin: is a Git LFS pointer");
}

/// docs/cli.md documents this.
TEST_F(Add, GitUndoesIt) {
    const auto before = content_of(hub);
    expect_added({model_with_weights("m.onnx", "w.bin", "wwwwwwww"), "--class", "a/b"});
    EXPECT_FALSE(content_of(hub) == before);
    const ProgramResult undone = run_command(
        {"sh", "-c", "cd hub && git checkout -q -- . && git clean -fdq -- a"}, folder.path());
    ASSERT_EQ(undone.status, 0) << undone.err;
    EXPECT_TRUE(content_of(hub) == before);
}

TEST_F(Add, InterruptedItLeavesTheHubAsItWas) {
    model_with_weights("m.onnx", "w.bin", "");
    // A sparse file needs no disk space, and reading it takes long enough.
    const std::string weights = (folder.path() / "w.bin").string();
    ASSERT_EQ(truncate(weights.c_str(), off_t{1} << 30), 0);
    const auto before = content_of(hub);
    std::vector<std::string> command{onnxhub_program(), "add", "m.onnx", "--hub-dir", "hub",
                                     "--class",         "a"};
    std::vector<char*> arguments;
    for (std::string& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        if (chdir(folder.path().c_str()) != 0) _exit(99);
        close(2);
        execv(arguments[0], arguments.data());
        _exit(99);
    }
    const fs::path copies = hub / "a/model";
    for (int i = 0; i < 3000 && !fs::exists(copies); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_TRUE(fs::exists(copies)) << "the copy never began";
    kill(child, SIGINT);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 130);
    EXPECT_TRUE(content_of(hub) == before);
}

}  // namespace
}  // namespace onnxhub::test
