// SPDX-License-Identifier: Apache-2.0
// `onnxhub init`, `add` and `serve`: a team's hub from nothing to a model in somebody's cache.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "hosting/scaffold/readme_edit.h"
#include "manifest/digest.h"
#include "manifest/environment_error.h"
#include "tests/support/archive_builder.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// `onnxhub serve` while the object lives.
class RunningServer {
public:
    RunningServer(const fs::path& hub, const fs::path& work) {
        const std::string out = (work / "serve.out").string();
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                         0666);
        posix_spawn_file_actions_addopen(&actions, 2, (work / "access.log").c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0666);
        std::string program = onnxhub_program(), command = "serve", folder = hub.string(),
                    port = "--port", any = "0";
        char* argv[] = {program.data(), command.data(), folder.data(),
                        port.data(),    any.data(),     nullptr};
        EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ), 0);
        posix_spawn_file_actions_destroy(&actions);
        for (int i = 0; i < 500 && !url_.ends_with('\n'); ++i) {
            usleep(10'000);
            if (fs::exists(out)) url_ = read_file(out);
        }
        if (!url_.empty()) url_.pop_back();
    }
    ~RunningServer() { stop(); }

    /// Its exit status.
    int stop() {
        int status = -1;
        if (pid_ > 0) {
            kill(pid_, SIGTERM);
            waitpid(pid_, &status, 0);
        }
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    void hang_up() const { kill(pid_, SIGHUP); }
    const std::string& url() const { return url_; }

private:
    pid_t pid_ = 0;
    std::string url_;
};

class Hosting : public testing::Test {
protected:
    ProgramResult onnxhub(std::vector<std::string> arguments) {
        std::vector<std::string> command{"env", "HOME=" + folder.path().string(),
                                         "no_proxy=127.0.0.1", onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    void init(const std::string& layout = "zoo") {
        const ProgramResult result =
            onnxhub({"init", "hub", "--name", "Team hub", "--owner", "team", "--layout", layout});
        ASSERT_EQ(result.status, 0) << result.err;
    }

    std::string small_model(const std::string& name) {
        const std::string path = name + ".onnx";
        write_file(folder.path() / path, ModelBuilder()
                                             .input("x", {1, 4})
                                             .node("Relu", {"x"}, {"y"})
                                             .output("y", {1, 4})
                                             .bytes());
        return path;
    }

    std::string git(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"git", "-C", "hub"});
        return run_command(arguments, folder.path()).out;
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(Hosting, InitMakesARepositoryThatPassesValidation) {
    for (const char* layout : {"zoo", "flat"}) {
        fs::remove_all(hub);
        init(layout);
        EXPECT_THAT(git({"log", "--format=%s"}), "A hub of ONNX models\n");
        EXPECT_EQ(git({"status", "--short"}), "");
        const ProgramResult result = onnxhub({"validate", "hub", "--fail-on", "warning"});
        EXPECT_EQ(result.status, 0) << result.out << result.err;
        EXPECT_THAT(read_file(hub / "README.md"),
                    AllOf(HasSubstr("# Team hub"), Not(HasSubstr("{{"))));
    }
}

TEST_F(Hosting, InitOverwritesNothingAndAddsWhatIsMissing) {
    write_file(hub / "README.md", "mine");
    ASSERT_EQ(run_command({"git", "init", "-q", "hub"}, folder.path()).status, 0);
    const ProgramResult result = onnxhub({"init", "hub"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(read_file(hub / "README.md"), "mine");
    EXPECT_THAT(result.err, HasSubstr("README.md was there already"));
    EXPECT_THAT(result.err, HasSubstr("nothing was committed"));
    EXPECT_TRUE(fs::exists(hub / ".github/workflows/validate.yml"));
    EXPECT_EQ(onnxhub({"init", "hub"}).out, "");
}

TEST_F(Hosting, WorkflowsAreYamlWithoutExpressionsInTheirScripts) {
    init();
    for (const char* name : {"validate", "regenerate", "publish"}) {
        const std::string text =
            read_file(hub / ".github/workflows" / (std::string(name) + ".yml"));
        EXPECT_THAT(text, HasSubstr("permissions:")) << name;
        for (std::size_t at = text.find("run: "); at != text.npos;
             at = text.find("run: ", at + 1)) {
            EXPECT_THAT(text.substr(at, text.find("- ", at) - at), Not(HasSubstr("${{"))) << name;
        }
    }
    const ProgramResult parsed = run_command(
        {"/usr/bin/python3", "-c",
         "import sys, yaml\nfor f in sys.argv[1:]: assert yaml.safe_load(open(f))['jobs']",
         "hub/.github/workflows/validate.yml", "hub/.github/workflows/regenerate.yml",
         "hub/.github/workflows/publish.yml"},
        folder.path());
    if (parsed.err.find("No module named") != parsed.err.npos) GTEST_SKIP() << "no python3-yaml";
    EXPECT_EQ(parsed.status, 0) << parsed.err;
}

TEST_F(Hosting, AddTwiceIsAddOnce) {
    init();
    const std::vector<std::string> add{"add",     small_model("tiny"), "--hub-dir", "hub",
                                       "--class", "text/small",        "--name",    "Tiny | net"};
    const ProgramResult first = onnxhub(add);
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_EQ(first.out,
              "text/small/model/tiny.onnx\ntext/small/README.md\nREADME.md\n"
              "ONNX_HUB_MANIFEST.json\n");
    const std::string readme = read_file(hub / "text/small/README.md");
    const auto manifest = nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
    EXPECT_EQ(manifest[0]["model"], "Tiny | net");
    EXPECT_EQ(manifest[0]["metadata"]["tags"], nlohmann::json({"text", "small"}));
    const ProgramResult second = onnxhub(add);
    EXPECT_EQ(second.status, 0);
    EXPECT_EQ(second.out, "");
    EXPECT_EQ(read_file(hub / "text/small/README.md"), readme);
    EXPECT_EQ(onnxhub({"validate", "hub", "--fail-on", "warning"}).status, 0);
    git({"stash", "-u", "-q"});
    EXPECT_FALSE(fs::exists(hub / "text"));
}

TEST_F(Hosting, AddRefusesBeforeItWrites) {
    init();
    write_file(folder.path() / "broken.onnx", "no model");
    write_file(
        folder.path() / "bad.onnx",
        ModelBuilder().input("x", {1}).node("Nonsense", {"x"}, {"y"}).output("y", {1}).bytes());
    ModelBuilder outside;
    outside.input("x", {2}).external_initializer("w", {2}, "w.bin").node("Add", {"x", "w"}, {"y"});
    write_file(folder.path() / "lonely.onnx", outside.output("y", {2}).bytes());
    const std::vector<std::pair<std::vector<std::string>, std::string>> calls = {
        {{"broken.onnx", "--class", "a"}, "broken.onnx: "},
        {{"bad.onnx", "--class", "a"}, "fails ONNX's checker"},
        {{"lonely.onnx", "--class", "a"}, "weights are not there"},
        {{"none.onnx", "--class", "a"}, "none.onnx"},
        {{small_model("m")}, "which folder"},
        {{small_model("m"), "--class", "../x"}, "--class"},
        {{small_model("m"), "--class", "a", "--test-data", "hub"}, "test_data_set_N"},
        {{small_model("m"), "--class", "a", "--accuracy", "x"}, "COLUMN=TEXT"},
        {{small_model("m"), "--class", "a", "--accuracy", "Top-1=5"}, "no column \"Top-1\""},
    };
    for (const auto& [arguments, reason] : calls) {
        std::vector<std::string> command{"add", "--hub-dir", "hub"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const ProgramResult result = onnxhub(command);
        EXPECT_EQ(result.status, 2) << reason;
        EXPECT_THAT(result.err, HasSubstr(reason));
        EXPECT_EQ(git({"status", "--short"}), "") << reason;
    }
}

/// From nothing to files in a cache, with test data and with weights in a side file.
TEST_F(Hosting, EndToEnd) {
    init();
    write_file(folder.path() / "td/test_data_set_0/input_0.pb", tensor_bytes(1, {1, 4}, 16, "x"));
    write_file(folder.path() / "td/test_data_set_0/output_0.pb", tensor_bytes(1, {1, 4}, 16, "y"));
    ModelBuilder large;
    large.input("x", {2})
        .external_initializer("w", {2}, "large.bin")
        .node("Add", {"x", "w"}, {"y"});
    write_file(folder.path() / "large.onnx", large.output("y", {2}).bytes());
    write_file(folder.path() / "large.bin", std::string(8, 'w'));
    const std::vector<std::vector<std::string>> adds = {
        {small_model("plain"), "--class", "vision/plain", "--name", "Plain"},
        {small_model("tested"), "--class", "vision/plain", "--name", "Tested", "--test-data", "td"},
        {"large.onnx", "--class", "text/large", "--name", "Large"},
    };
    for (const auto& add : adds) {
        std::vector<std::string> command{"add", "--hub-dir", "hub"};
        command.insert(command.end(), add.begin(), add.end());
        const ProgramResult result = onnxhub(command);
        ASSERT_EQ(result.status, 0) << result.err;
    }
    EXPECT_THAT(read_file(hub / ".gitattributes"),
                HasSubstr("/text/large/model/large.bin filter=lfs"));
    const ProgramResult validated = onnxhub({"validate", "hub", "--fail-on", "warning"});
    EXPECT_EQ(validated.status, 0) << validated.out;

    RunningServer server(hub, folder.path());
    ASSERT_THAT(server.url(), HasSubstr("http://127.0.0.1:"));
    const ProgramResult loaded =
        onnxhub({"load", "Plain", "Large", "--hub", server.url(), "--trust"});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
    const ProgramResult tested =
        onnxhub({"load", "Tested", "--hub", server.url(), "--trust", "--with-test-data"});
    ASSERT_EQ(tested.status, 0) << tested.err;
    const fs::path unpacked = tested.out.substr(0, tested.out.size() - 1);
    EXPECT_EQ(read_file(unpacked / "model.onnx"), read_file(folder.path() / "tested.onnx"));
    EXPECT_EQ(read_file(unpacked / "test_data_set_0/input_0.pb"),
              read_file(folder.path() / "td/test_data_set_0/input_0.pb"));
    EXPECT_EQ(read_file(folder.path() / ".cache/onnx/hub/text/large/model/large.bin"),
              std::string(8, 'w'));

    server.hang_up();
    usleep(300'000);
    EXPECT_EQ(onnxhub({"list", "--hub", server.url()}).status, 0);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_THAT(read_file(folder.path() / "access.log"),
                HasSubstr("\"GET /vision/plain/model/plain.onnx HTTP/1.1\" 200 "));
}

TEST(ReadmeEdit, RowsGoWhereTheyBelongAndAllElseStays) {
    const std::string readme =
        "# T\n\n| Model | Download | Opset version | ONNX version | Top-1 |\n|-|-|-|-|-|\n"
        "| A | [1 kB](model/a.onnx) | 7 | 1.2 | 70 |\n\nThe end";
    ModelRow row{"B *new*", {"model/b c.onnx", 97'800'000}, {}, "1.8", 13, {{"top-1", "75"}}};
    const std::string with = with_model_row(readme, "x/README.md", row);
    EXPECT_EQ(with,
              "# T\n\n| Model | Download | Opset version | ONNX version | Top-1 |\n|-|-|-|-|-|\n"
              "| A | [1 kB](model/a.onnx) | 7 | 1.2 | 70 |\n"
              "| B \\*new\\* | [98 MB](model/b%20c.onnx) | 13 | 1.8 | 75 |\n\nThe end");
    EXPECT_EQ(with_model_row(with, "x/README.md", row), with);
    row.opset_version = 14;
    EXPECT_THAT(with_model_row(with, "x/README.md", row),
                HasSubstr("| 14 | 1.8 | 75 |\n\nThe end"));
    EXPECT_THROW(with_model_row("# no table", "README.md", row), EnvironmentError);
}

TEST(ReadmeEdit, FoldersAreLinkedOnce) {
    const std::string readme = "| Model Class | Description |\n|-|-|";
    const std::string with = with_folder_row(readme, "a/b_c", "B c", "Tells | apart");
    EXPECT_EQ(with, "| Model Class | Description |\n|-|-|\n| [B c](a/b_c) | Tells \\| apart |\n");
    EXPECT_EQ(with_folder_row(with, "a/b_c", "Other", ""), with);
}

TEST(ReadmeEdit, SizesAreThoseOfTables) {
    EXPECT_EQ(table_size(12), "1 kB");
    EXPECT_EQ(table_size(26'454), "26 kB");
    EXPECT_EQ(table_size(1'500'000), "1.5 MB");
    EXPECT_EQ(table_size(97'800'000), "98 MB");
}

}  // namespace
}  // namespace onnxhub::test
