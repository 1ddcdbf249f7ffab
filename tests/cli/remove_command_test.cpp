// SPDX-License-Identifier: Apache-2.0
// `onnxhub remove`: what it takes out of a hub, what stays, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/digest.h"
#include "repository/lfs_pointer.h"
#include "tests/support/hub_folder.h"
#include "tests/support/program.h"
#include "tests/support/team_hub.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Remove : testing::Test {
    void remove(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"remove", "--folder", "hub"});
        team.done(std::move(arguments));
    }
    void refused(std::vector<std::string> arguments, const std::string& reason) {
        arguments.insert(arguments.begin(), {"remove", "--folder", "hub"});
        team.refused(std::move(arguments), reason);
    }

    TeamHub team;
};

TEST_F(Remove, TakesOutEverythingThatBelongsToTheModel) {
    team.done({"add", "--class", "a/b", team.model("other.onnx", "Abs"), "hub"});
    team.commit();
    const auto before = content_of(team.hub);
    team.model_with_weights("net.onnx", "data/w.bin", "wwwwwwww");
    team.done({"add", "net.onnx", "hub", "--class", "a/b", "--test-data", team.test_data("td")});
    write_file(team.hub / "a/b/model/net.onnx.sig", "a signature");
    team.commit();
    const ProgramResult removed = team.done({"remove", "--folder", "hub", "net"});
    EXPECT_EQ(removed.out,
              "removed   a/b/model/data/w.bin\n"
              "removed   a/b/model/net.onnx\n"
              "removed   a/b/model/net.onnx.sig\n"
              "removed   a/b/model/net.tar.gz\n"
              "modified  .gitattributes\n"
              "modified  ONNX_HUB_MANIFEST.json\n"
              "modified  a/b/README.md\n");
    EXPECT_THAT(removed.err, HasSubstr("net (opset 13, a/b/model/net.onnx) removed; review it"));
    EXPECT_TRUE(content_of(team.hub) == before) << "the hub as before `add`, without empty folders";
    team.expect_valid();
}

TEST_F(Remove, FilesThatAnotherModelUsesStay) {
    team.done({"add", "--class", "x", team.model_with_weights("a.onnx", "w.bin", "wwwwwwww", "a"),
               "hub"});
    team.done({"add", "--class", "x", team.model_with_weights("b.onnx", "w.bin", "wwwwwwww", "b"),
               "hub"});
    team.commit();
    const ProgramResult removed = team.done({"remove", "--folder", "hub", "a"});
    EXPECT_THAT(removed.err, HasSubstr("kept: x/model/w.bin: x/model/b.onnx uses it too"));
    EXPECT_TRUE(team.has("x/model/w.bin"));
    EXPECT_FALSE(team.has("x/model/a.onnx"));
    team.expect_valid();
    // Also in a clone without the content of the other model.
    team.done({"add", "--class", "x", "a.onnx", "hub"});
    team.commit();
    const std::string graph = team.text("x/model/b.onnx");
    write_file(team.hub / "x/model/b.onnx", lfs_pointer_text(sha256_of(graph), graph.size()));
    remove({"a"});
    EXPECT_TRUE(team.has("x/model/w.bin"));
}

TEST_F(Remove, AModelThatNothingDescribesKeepsItsWeights) {
    team.done({"add", "--class", "x", team.model_with_weights("a.onnx", "w.bin", "wwwwwwww", "a"),
               "hub"});
    team.model_with_weights("b.onnx", "w.bin", "wwwwwwww", "b");
    fs::copy_file(team.folder.path() / "b.onnx", team.hub / "x/model/b.onnx");
    team.commit();
    remove({"a"});
    EXPECT_TRUE(team.has("x/model/w.bin"));
}

TEST_F(Remove, SeveralVersionsNeedAChoice) {
    for (const std::int64_t opset : {12, 13}) {
        const std::string name = "m" + std::to_string(opset) + ".onnx";
        team.done({"add", team.model(name, "Relu", opset), "hub", "--class", "x", "--name", "Net"});
    }
    team.commit();
    refused({"net"},
            "\"net\" has 2 versions: Net@12, Net@13; name one of them, or use "
            "--all-versions");
    refused({"Net@11"}, "the hub has no model \"Net@11\"; it has Net@12, Net@13");
    refused({"x/model/m22.onnx"}, "no model \"x/model/m22.onnx\"; did you mean x/model/m12.onnx?");
    refused({"something"},
            "the hub has no model \"something\"; `onnxhub sources` lists its models");
    remove({"Net@12"});
    EXPECT_THAT(team.entries(), ElementsAre("Net x/model/m13.onnx"));
    EXPECT_FALSE(team.has("x/model/m12.onnx"));
    team.git({"checkout", "-q", "--", "."});
    remove({"Net", "--all-versions"});
    EXPECT_THAT(team.entries(), IsEmpty());
    team.expect_valid();
    team.git({"checkout", "-q", "--", "."});
    remove({"hub/x/model/m13.onnx", "x/model/m12.onnx"});
    EXPECT_THAT(team.entries(), IsEmpty());
}

TEST_F(Remove, APathIsTakenFromTheWorkingDirectoryOrFromTheTop) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    team.commit();
    for (const char* path : {"m.onnx", "./m.onnx", "x/model/m.onnx", "../model/m.onnx"}) {
        const ProgramResult result = team.onnxhub_in("x/model", {"remove", path});
        EXPECT_EQ(result.status, 0) << path << result.err;
        EXPECT_FALSE(team.has("x/model/m.onnx"));
        team.git({"checkout", "-q", "--", "."});
    }
    for (const char* path :
         {"../../../m.onnx", "/etc/passwd", "../hub.onnx", "..", ".", "/", "x"}) {
        refused({path}, "the hub has no model \"" + std::string(path) + "\"");
    }
}

TEST_F(Remove, ANameThatIsAlsoAPathIsRefused) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    team.done(
        {"add", team.model("n.onnx", "Abs"), "hub", "--class", "x", "--name", "x/model/m.onnx"});
    team.commit();
    refused({"x/model/m.onnx"},
            "\"x/model/m.onnx\" is the name of x/model/n.onnx and the path of another model; use "
            "x/model/m.onnx@13 for the name, or ./x/model/m.onnx");
    remove({"x/model/m.onnx@13"});
    EXPECT_THAT(team.entries(), ElementsAre("m x/model/m.onnx"));
    team.git({"checkout", "-q", "--", "."});
    remove({"./x/model/m.onnx"});
    EXPECT_THAT(team.entries(), ElementsAre("x/model/m.onnx x/model/n.onnx"));
}

TEST_F(Remove, UncommittedFilesNeedForce) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    refused({"m"},
            "x/model/m.onnx: is not committed, so git could not restore it; commit it "
            "first, or use --force");
    team.commit();
    write_file(team.hub / "x/model/m.onnx", team.text("x/model/m.onnx") + "more");
    refused({"m"}, "x/model/m.onnx: has uncommitted changes, so git could not restore it");
    remove({"m", "--force"});
    EXPECT_FALSE(team.has("x/model/m.onnx"));
    // Without a repository there is nothing to compare with.
    team.git({"checkout", "-q", "--", "."});
    fs::remove_all(team.hub / ".git");
    remove({"m"});
    EXPECT_FALSE(team.has("x/model/m.onnx"));
}

TEST_F(Remove, APointerThatIsCommittedCanBeRemoved) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    const std::string content = team.text("x/model/m.onnx");
    write_file(team.hub / "x/model/m.onnx", lfs_pointer_text(sha256_of(content), content.size()));
    team.git({"-c", "filter.lfs.clean=cat", "-c", "filter.lfs.required=false", "add", "-A"});
    team.git(
        {"-c", "filter.lfs.clean=cat", "-c", "filter.lfs.required=false", "commit", "-qm", "p"});
    const auto before = content_of(team.hub);
    write_file(team.hub / "x/model/m.onnx", content + " ");
    refused({"m"}, "has uncommitted changes");
    write_file(team.hub / "x/model/m.onnx", content);  // what `git lfs pull` writes
    remove({"m"});
    EXPECT_FALSE(team.has("x/model/m.onnx"));
}

TEST_F(Remove, ADryRunChangesNothing) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    team.commit();
    const auto before = content_of(team.hub);
    const ProgramResult result = team.done({"remove", "--folder", "hub", "m", "--dry-run"});
    EXPECT_THAT(result.out, HasSubstr("removed   x/model/m.onnx\n"));
    EXPECT_THAT(result.err, HasSubstr("dry run: nothing was changed"));
    EXPECT_TRUE(content_of(team.hub) == before);
    // It also says what would be refused.
    write_file(team.hub / "x/model/m.onnx", team.text("x/model/m.onnx") + "more");
    const ProgramResult changed = team.done({"remove", "--folder", "hub", "m", "--dry-run"});
    EXPECT_THAT(changed.out, HasSubstr("removed   x/model/m.onnx\n"));
    EXPECT_THAT(changed.err, HasSubstr("warning: x/model/m.onnx: has uncommitted changes, so git "
                                       "could not restore it; commit it first, or use --force"));
}

TEST_F(Remove, OtherBytesOfAReadmeStay) {
    team.done({"add", team.model("a.onnx"), "hub", "--class", "x"});
    team.done({"add", team.model("b.onnx", "Abs"), "hub", "--class", "x"});
    const std::string head =
        "# X\r\n\r\n> | Model | Download | ONNX version | Opset version |\r\n> |-|-|-|-|\r\n";
    const std::string row = "> | a|[1 kB](model/a.onnx)  | 1.8 |13\r\n";
    const std::string tail =
        "> | Grüße \xE2\x9C\x93 | [1 kB](model/b.onnx)|1.8|13|\r\n\r\nThe end | no table";
    write_file(team.hub / "x/README.md", head + row + row + tail);  // one row twice
    team.commit();
    remove({"a"});
    EXPECT_EQ(team.text("x/README.md"), head + tail);
}

TEST_F(Remove, AModelWithSeveralNamesKeepsItsFileUntilTheLastOneGoes) {
    team.done({"add", team.model("a.onnx"), "hub", "--class", "x", "--name", "One"});
    std::string readme = team.text("x/README.md");
    const std::string row = readme.substr(readme.rfind("| One"));
    std::string second = row;
    second.replace(2, 3, "Two");
    write_file(team.hub / "x/README.md", readme + second);
    team.done({"generate", "hub"});
    team.commit();
    ASSERT_THAT(team.entries(), ElementsAre("One x/model/a.onnx", "Two x/model/a.onnx"));
    remove({"One"});
    EXPECT_TRUE(team.has("x/model/a.onnx"));
    EXPECT_THAT(team.entries(), ElementsAre("Two x/model/a.onnx"));
    team.expect_valid();
    team.git({"checkout", "-q", "--", "."});
    remove({"x/model/a.onnx"});
    EXPECT_FALSE(team.has("x/model/a.onnx"));
    team.expect_valid();
}

TEST_F(Remove, AHostileModelOrRowTakesNoOtherFilesWithIt) {
    for (const char* location : {"../README.md", "../../README.md", "../../.git/config",
                                 "../../../outside", "/etc/passwd", "other.onnx"}) {
        team.model_with_weights("m.onnx", "w.bin", "wwwwwwww");
        team.done({"add", "m.onnx", "hub", "--class", "x"});
        team.done({"add", team.model("other.onnx", "Abs"), "hub", "--class", "x"});
        write_file(team.folder.path() / "outside", "outside");
        std::string graph = team.text("x/model/m.onnx");
        TeamHub builder;
        builder.model_with_weights("h/m.onnx", "w.bin", "wwwwwwww");
        // The graph of another model at this path, with the location.
        const fs::path made = builder.folder.path() / "h/m.onnx";
        std::string bytes = read_file(made);
        const std::string place = location;
        bytes.replace(bytes.find("w.bin") - 1, 6,
                      std::string(1, static_cast<char>(place.size())) + place);
        write_file(team.hub / "x/model/m.onnx", bytes);
        team.commit();
        team.onnxhub({"remove", "--folder", "hub", "m", "--force"});
        EXPECT_TRUE(team.has("x/README.md")) << location;
        EXPECT_TRUE(team.has("README.md")) << location;
        EXPECT_TRUE(team.has(".git/config")) << location;
        EXPECT_TRUE(team.has("x/model/other.onnx")) << location;
        EXPECT_TRUE(fs::exists(team.folder.path() / "outside")) << location;
        team.git({"reset", "-q", "--hard"});
    }
}

TEST_F(Remove, LinksAreNotFollowed) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    fs::create_directories(team.folder.path() / "outside");
    fs::rename(team.hub / "x/model/m.onnx", team.folder.path() / "outside/m.onnx");
    fs::create_symlink("../../../outside/m.onnx", team.hub / "x/model/m.onnx");
    team.commit();
    remove({"m"});
    EXPECT_FALSE(team.has("x/model/m.onnx"));
    EXPECT_TRUE(fs::exists(team.folder.path() / "outside/m.onnx")) << "only the link is removed";
    team.git({"checkout", "-q", "--", "."});
    fs::remove_all(team.hub / "x/model");
    fs::create_directory_symlink("../../outside", team.hub / "x/model");
    team.onnxhub({"remove", "--folder", "hub", "m", "--force"});
    EXPECT_TRUE(fs::exists(team.folder.path() / "outside/m.onnx"));
}

TEST_F(Remove, ALeftoverOfARunThatWasKilledCanBeRemovedByItsPath) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    std::string readme = team.text("x/README.md");
    readme.erase(readme.rfind("| m |"));
    write_file(team.hub / "x/README.md", readme);
    team.commit();
    remove({"m"});  // an entry and a file without a row
    EXPECT_THAT(team.entries(), IsEmpty());
    EXPECT_FALSE(team.has("x/model/m.onnx"));
    write_file(team.hub / "x/model/stray.onnx", "stray");
    team.commit();
    remove({"x/model/stray.onnx"});  // a file alone
    EXPECT_FALSE(team.has("x/model/stray.onnx"));
}

TEST_F(Remove, TheSignatureOfADirectoryIsReported) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    team.done({"add", team.model("n.onnx", "Abs"), "hub", "--class", "x"});
    team.done({"key", "create", "--output", "key.pem"});
    team.done({"sign", "hub/x", "--folder", "--key", "key.pem"});
    team.commit();
    const ProgramResult result = team.done({"remove", "--folder", "hub", "m"});
    EXPECT_THAT(result.err, HasSubstr("x/model.sig: this signature of a directory covers files "
                                      "that change; sign the directory again"));
}

TEST_F(Remove, ARunThatIsKilledCanBeRepeated) {
    team.model_with_weights("net.onnx", "data/w.bin", "wwwwwwww");
    team.done({"add", "net.onnx", "hub", "--class", "a", "--test-data", team.test_data("td")});
    team.commit();
    const std::string program = onnxhub_program();
    for (const char* delay : {"0.002", "0.005", "0.01", "0.015", "0.02", "0.025", "0.03", "0.05"}) {
        run_command({"timeout", "-s", "KILL", delay, program, "remove", "--folder", "hub", "net"},
                    team.folder.path());
        // What a row or an entry names is there, or the second run finishes the work.
        const bool is_listed = team.text("a/README.md").find("net.onnx") != std::string::npos;
        EXPECT_TRUE(!is_listed || team.has("a/model/net.onnx")) << delay;
        team.onnxhub({"remove", "--folder", "hub", "net", "--force"});
        team.onnxhub({"remove", "--folder", "hub", "a/model/net.onnx", "--force"});
        EXPECT_FALSE(team.has("a/model/net.onnx")) << delay;
        team.expect_valid();
        team.git({"reset", "-q", "--hard"});
        for (const auto& [path, content] : content_of(team.hub)) {
            EXPECT_THAT(path, Not(HasSubstr(".onnxhub-"))) << delay;
        }
    }
}

TEST_F(Remove, AnInvalidRowGoesWithItsModel) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    std::string readme = team.text("x/README.md");
    readme.replace(readme.rfind("| 13 |"), 6, "| no |");
    write_file(team.hub / "x/README.md", readme);
    team.commit();
    remove({"m"});
    EXPECT_THAT(team.text("x/README.md"), Not(HasSubstr("m.onnx")));
    team.expect_valid();
}

TEST_F(Remove, AHubWhoseFoldersMayNotBeWrittenStaysAsItIs) {
    if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    team.done({"add", team.model("m.onnx"), "hub", "--class", "x"});
    team.commit();
    fs::permissions(team.hub / "x/model", fs::perms::owner_read | fs::perms::owner_exec);
    refused({"m"}, "x/model/m.onnx: can't be written");
    fs::permissions(team.hub / "x/model", fs::perms::owner_all);
}

/// A hub whose settings have these sources.
struct RemoveFromSources : Remove {
    void sources(const std::string& toml) { write_file(team.hub / "onnxhub.toml", toml); }
    void put(const std::string& path, const std::string& op = "Relu") {
        team.model("put.onnx", op);
        write_file(team.hub / path, read_file(team.folder.path() / "put.onnx"));
    }
    void generate() {
        team.onnxhub({"generate", "hub"});
        team.commit();
    }
};

TEST_F(RemoveFromSources, AModelThatItsPathDescribes) {
    sources("[[source]]\nkind = \"files\"\npaths = [\"m/*.onnx\"]\n");
    put("m/a.onnx");
    put("m/b.onnx", "Abs");
    generate();
    remove({"a"});
    EXPECT_THAT(team.entries(), ElementsAre("b m/b.onnx"));
    team.expect_valid();
}

TEST_F(RemoveFromSources, AModelWithASidecar) {
    sources(
        "[[source]]\nkind = \"sidecar\"\nfiles = [\"m/*/info.yaml\"]\nmodel = \"*.onnx\"\n"
        "facts = { name = \"name\" }\n");
    put("m/a/net.onnx");
    put("m/b/net.onnx", "Abs");
    put("m/b/second.onnx", "Neg");
    write_file(team.hub / "m/a/info.yaml", "name: A\n");
    write_file(team.hub / "m/b/info.yaml", "license: MIT\n");
    generate();
    remove({"A"});
    EXPECT_FALSE(team.has("m/a"));
    remove({"m/b/second.onnx"});
    EXPECT_TRUE(team.has("m/b/info.yaml")) << "it describes another model too";
}

TEST_F(RemoveFromSources, ARecordIsNamedWithItsLine) {
    sources(
        "[[source]]\nkind = \"records\"\nfiles = [\"models.yaml\"]\nrecords = \"*\"\n"
        "facts = { path = \"path\" }\nname = \"{key}\"\n");
    put("m/a.onnx");
    put("m/b.onnx", "Abs");
    write_file(team.hub / "models.yaml", "A:\n  path: m/a.onnx\nB:\n  path: m/b.onnx\n");
    generate();
    refused({"B"},
            "models.yaml:3: describes m/b.onnx and can't be edited by this program; delete this "
            "record, then run this again");
    write_file(team.hub / "models.yaml", "A:\n  path: m/a.onnx\n");
    remove({"B"});
    EXPECT_THAT(team.entries(), ElementsAre("A m/a.onnx"));
    EXPECT_FALSE(team.has("m/b.onnx"));
    team.expect_valid();
}

TEST_F(RemoveFromSources, RowsOfOwnTables) {
    sources(
        "[[source]]\nkind = \"tables\"\nreadmes = [\"*.md\"]\n"
        "columns = { name = [\"Name\"], model = [\"Files\"] }\nname = \"{name} {link}\"\n");
    put("m/a.onnx");
    put("m/b.onnx", "Abs");
    put("m/c.onnx", "Neg");
    write_file(team.hub / "README.md",
               "| Name | Files |\n|-|-|\n| Net | [fp32](m/a.onnx), [int8](m/b.onnx) |\n\n"
               "<table><tr><th>Name</th><th>Files</th></tr>\n"
               "<tr><td>Html</td><td><a href=\"m/c.onnx\">c</a></td></tr></table>\n");
    generate();
    ASSERT_EQ(team.manifest().size(), 3u);
    refused({"Net int8"},
            "README.md:3: describes m/a.onnx too; remove m/b.onnx from it by hand, then run this "
            "again");
    refused({"Html c"}, "README.md:6: is not a row of a Markdown table");
    remove({"Net fp32", "Net int8"});
    EXPECT_THAT(team.entries(), ElementsAre("Html c m/c.onnx"));
    team.expect_valid();
}

TEST_F(RemoveFromSources, AnOverrideThatMatchesNothingIsReported) {
    sources(
        "[[source]]\nkind = \"files\"\npaths = [\"m/*.onnx\"]\n\n[[override]]\npaths = "
        "[\"m/a.onnx\"]\nname = \"Special\"\n");
    put("m/a.onnx");
    put("m/b.onnx", "Abs");
    generate();
    const ProgramResult result = team.done({"remove", "--folder", "hub", "Special"});
    EXPECT_THAT(result.err,
                HasSubstr("warning: onnxhub.toml:5: this [[override]] matches no model"));
}

}  // namespace
}  // namespace onnxhub::test
