// SPDX-License-Identifier: Apache-2.0
// `onnxhub add` in hubs whose models are described by [[source]].
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/hub_folder.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* files_source =
    "[[source]]\n"
    "kind = \"files\"\n"
    "paths = [\"models/**/*.onnx\"]\n"
    "pattern = 'models/(?P<task>[^/]+)/(?P<stem>.+)\\.onnx'\n"
    "name = \"{stem}\"\n"
    "tags = [\"{task}\"]\n";

constexpr const char* sidecar_source =
    "[[source]]\n"
    "kind = \"sidecar\"\n"
    "files = [\"**/facts.yaml\"]\n"
    "model = \"*.onnx\"\n"
    "facts = { name = \"title\", author = \"by\" }\n";

constexpr const char* record_source =
    "[[source]]\n"
    "kind = \"records\"\n"
    "files = [\"models.yaml\"]\n"
    "facts = { path = \"file\", author = \"by\" }\n";

class AddToSources : public testing::Test {
protected:
    void settings(const std::string& text) { write_file(hub / "onnxhub.toml", text); }

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

    /// Expects this exit status, one line on standard error, and an unchanged hub.
    void expect_refused(int status, std::vector<std::string> arguments, const std::string& reason) {
        const auto before = content_of(hub);
        const ProgramResult result = add(std::move(arguments));
        EXPECT_EQ(result.status, status) << result.err;
        EXPECT_EQ(result.out, "") << reason;
        EXPECT_THAT(result.err, AllOf(testing::StartsWith("onnxhub: error: "), HasSubstr(reason)));
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
        EXPECT_TRUE(content_of(hub) == before) << reason;
    }

    std::string model(const std::string& path, const std::string& op = "Relu") {
        write_file(
            folder.path() / path,
            ModelBuilder(13).input("x", {1, 4}).node(op, {"x"}, {"y"}).output("y", {1, 4}).bytes());
        return path;
    }

    nlohmann::json only_entry() {
        const auto manifest = nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
        EXPECT_EQ(manifest.size(), 1u);
        return manifest.empty() ? nlohmann::json() : manifest[0];
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(AddToSources, AModelThatItsPathDescribesNeedsNoRow) {
    settings(files_source);
    const ProgramResult added = add({model("net.onnx"), "--class", "models/faces"});
    EXPECT_EQ(added.status, 0) << added.err;
    EXPECT_EQ(added.out, "models/faces/net.onnx\nONNX_HUB_MANIFEST.json\n");
    EXPECT_EQ(only_entry()["model"], "net");
    EXPECT_EQ(only_entry()["model_path"], "models/faces/net.onnx");
    EXPECT_EQ(only_entry()["metadata"]["tags"], nlohmann::json::array({"faces"}));
    EXPECT_FALSE(fs::exists(hub / "README.md"));
    EXPECT_EQ(onnxhub({"validate", "hub", "--fail-on", "warning"}).status, 0);
    EXPECT_EQ(onnxhub({"generate", "hub", "--check"}).status, 0);
    EXPECT_THAT(add({"net.onnx", "--class", "models/faces"}).err, HasSubstr("nothing to change"));
    // A new version of the model replaces it.
    model("net.onnx", "Sigmoid");
    EXPECT_EQ(add({"net.onnx", "--class", "models/faces"}).status, 0);
    EXPECT_EQ(read_file(hub / "models/faces/net.onnx"), read_file(folder.path() / "net.onnx"));
}

TEST_F(AddToSources, AModelInsideTheHubStaysAtItsPlace) {
    settings(files_source);
    const ProgramResult added = add({model("hub/models/faces/net.onnx")});
    EXPECT_EQ(added.status, 0) << added.err;
    EXPECT_EQ(added.out, "ONNX_HUB_MANIFEST.json\n");
    EXPECT_EQ(only_entry()["model_path"], "models/faces/net.onnx");
}

TEST_F(AddToSources, WithoutADescriptionItSaysWhatToWrite) {
    const std::string net = model("net.onnx");
    settings(files_source);
    expect_refused(1, {net, "--class", "other"},
                   "other/net.onnx: no [[source]] of onnxhub.toml describes it; choose a --class "
                   "and a file name that match models/**/*.onnx and the pattern (onnxhub.toml:1)");
    settings(sidecar_source);
    expect_refused(1, {net, "--class", "a/b"},
                   "a/b/net.onnx: no [[source]] of onnxhub.toml describes it; write "
                   "a/b/facts.yaml with title, by (onnxhub.toml:1), then add the model again");
    settings(record_source);
    expect_refused(1, {net, "--class", "a"},
                   "add a record with its path as file to models.yaml (onnxhub.toml:1)");
    settings("[[source]]\nkind = \"links\"\nfiles = [\"**/*.link\"]\n");
    expect_refused(1, {net, "--class", "a"}, "add a [[source]] of the kind files to onnxhub.toml");
    settings(
        "[[source]]\nkind = \"tables\"\nreadmes = [\"**/README.md\"]\n"
        "columns = { name = [\"Name\"], model = [\"File\"] }\n");
    expect_refused(1, {net, "--class", "a"}, "add a row that links it to a table (onnxhub.toml:1)");
    settings(std::string("[generate]\nexclude = [\"models/old/**\"]\n") + files_source);
    expect_refused(2, {net, "--class", "models/old"}, "is excluded by [generate]");
}

TEST_F(AddToSources, ADescriptionThatIsThereIsUsed) {
    settings(sidecar_source);
    write_file(hub / "a/facts.yaml", "title: The Net\nby: Ann\n");
    const ProgramResult added = add({model("net.onnx"), "--class", "a"});
    EXPECT_EQ(added.status, 0) << added.err;
    EXPECT_EQ(only_entry()["model"], "The Net");
    EXPECT_EQ(only_entry()["metadata"]["author"], "Ann");

    settings(record_source);
    fs::remove_all(hub / "a");
    write_file(hub / "models.yaml", "net:\n  file: b/net.onnx\n  by: Bob\n");
    const ProgramResult recorded = add({"net.onnx", "--class", "b"});
    EXPECT_EQ(recorded.status, 0) << recorded.err;
    EXPECT_EQ(read_file(hub / "b/net.onnx"), read_file(folder.path() / "net.onnx"));
}

TEST_F(AddToSources, OptionsForRowsAreRefusedAndNotIgnored) {
    settings(files_source);
    const std::string net = model("net.onnx");
    for (const auto& [option, value] :
         std::vector<std::pair<std::string, std::string>>{{"--name", "Net"},
                                                          {"--tags", "a,b"},
                                                          {"--onnx-version", "1.9"},
                                                          {"--description", "Nets"},
                                                          {"--accuracy", "Top-1=1"},
                                                          {"--test-data", "data"}}) {
        expect_refused(2, {net, "--class", "models/a", option, value},
                       option + " is for hubs with official tables");
    }
    expect_refused(2, {net}, "the model's directory is not given; add --class");
}

TEST_F(AddToSources, AnotherFileIsNeverReplaced) {
    settings(sidecar_source);
    model("hub/a/net.onnx", "Sigmoid");
    expect_refused(2, {model("net.onnx"), "--class", "a"},
                   "already exists with different content and belongs to a model that no source "
                   "describes");
    settings(files_source);
    model("hub/models/a/net.onnx", "Sigmoid");
    expect_refused(2, {model("NET.onnx"), "--class", "models/a"},
                   "is the same file as models/a/net.onnx on Windows and macOS");
}

TEST_F(AddToSources, ContentThatASourceContradictsChangesNothing) {
    settings(
        "[[source]]\nkind = \"records\"\nfiles = [\"models.yaml\"]\n"
        "facts = { path = \"file\", sha256 = \"sha\" }\n");
    write_file(hub / "models.yaml",
               "net:\n  file: a/net.onnx\n  sha: " + std::string(64, 'a') + "\n");
    const auto before = content_of(hub);
    const ProgramResult result = add({model("net.onnx"), "--class", "a"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("nothing was written"));
    EXPECT_TRUE(content_of(hub) == before);
}

TEST_F(AddToSources, OfficialTablesAmongTheSourcesGetTheirRow) {
    ASSERT_EQ(onnxhub({"init", "hub"}).status, 0);
    settings(std::string("[[source]]\nkind = \"tables\"\n\n") + sidecar_source);
    const ProgramResult added =
        add({model("net.onnx"), "--class", "vision/small", "--name", "Net"});
    EXPECT_EQ(added.status, 0) << added.err;
    EXPECT_THAT(read_file(hub / "vision/small/README.md"), HasSubstr("| Net | "));
    EXPECT_EQ(only_entry()["model"], "Net");
    EXPECT_EQ(onnxhub({"validate", "hub", "--fail-on", "warning"}).status, 1)
        << "the sidecar source matches nothing";
}

}  // namespace
}  // namespace onnxhub::test
