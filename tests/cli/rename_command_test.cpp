// SPDX-License-Identifier: Apache-2.0
// `onnxhub rename`: a new name, a new path, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/digest.h"
#include "repository/lfs_pointer.h"
#include "tests/support/hub_folder.h"
#include "tests/support/program.h"
#include "tests/support/team_hub.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Rename : testing::Test {
    ProgramResult rename(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"rename", "--folder", "hub"});
        return team.done(std::move(arguments));
    }
    void refused(std::vector<std::string> arguments, const std::string& reason) {
        arguments.insert(arguments.begin(), {"rename", "--folder", "hub"});
        team.refused(std::move(arguments), reason);
    }
    void add(const std::string& file, const std::string& folder, const std::string& name,
             std::int64_t opset = 13, const std::string& op = "Relu") {
        team.done({"add", team.model(file, op, opset), "hub", "--class", folder, "--name", name});
    }

    TeamHub team;
};

TEST_F(Rename, ANameChangesInEachVersion) {
    add("m12.onnx", "x", "Net", 12);
    add("m13.onnx", "x", "Net");
    add("other.onnx", "x", "Other", 13, "Abs");
    team.commit();
    const ProgramResult result = rename({"net", "New | Net"});
    EXPECT_EQ(result.out, "modified  ONNX_HUB_MANIFEST.json\nmodified  x/README.md\n");
    EXPECT_THAT(result.err, HasSubstr("2 models renamed to New | Net"));
    EXPECT_THAT(team.entries(),
                ElementsAre("New | Net x/model/m12.onnx", "New | Net x/model/m13.onnx",
                            "Other x/model/other.onnx"));
    EXPECT_THAT(team.text("x/README.md"), HasSubstr("| New \\| Net | [1 kB](model/m12.onnx) |"));
    team.expect_valid();
    rename({"New | Net@12", "Net"});
    EXPECT_THAT(team.entries(), ElementsAre("Net x/model/m12.onnx", "New | Net x/model/m13.onnx",
                                            "Other x/model/other.onnx"));
    refused({"Other", "new | net"},
            "the hub already has \"New | Net\" with opset 13, "
            "x/model/m13.onnx; choose another name");
    const auto before = content_of(team.hub);
    EXPECT_THAT(rename({"Net", "Net"}).err, HasSubstr("nothing to change"));
    EXPECT_TRUE(content_of(team.hub) == before);
}

TEST_F(Rename, MarkupAndOtherBytesOfTheRowStay) {
    add("m.onnx", "x", "Net");
    const std::string head =
        "# X\r\n\r\n| Model | Download | ONNX version | Opset version | Note |\r\n|-|-|-|-|-|\r\n";
    write_file(team.hub / "x/README.md",
               head +
                   "| **Net**  |[1 kB](<model/m.onnx> \"t\")| 1.8 |13| [n]"
                   "(model/m.onnx) Net |\r\n\r\nEnd");
    team.done({"generate", "hub"});
    rename({"Net", "Größe"});
    EXPECT_EQ(team.text("x/README.md"),
              head +
                  "| **Größe**  |[1 kB](<model/m.onnx> \"t\")| 1.8 |13| [n]"
                  "(model/m.onnx) Net |\r\n\r\nEnd");
    rename({"Größe", "hub/x/model/a b.onnx"});
    EXPECT_EQ(team.text("x/README.md"),
              head +
                  "| **Größe**  |[1 kB](<model/a%20b.onnx> \"t\")| 1.8 |13| "
                  "[n](model/a%20b.onnx) Net |\r\n\r\nEnd");
    EXPECT_THAT(team.entries(), ElementsAre("Größe x/model/a b.onnx"));
    team.expect_valid();
    // A link in this column makes the name HTML. The path finds the model.
    write_file(team.hub / "x/README.md",
               head + "| [Net](https://e.org/Net) | [1 kB](model/a%20b.onnx) | 1.8 | 13 | |\r\n");
    team.done({"generate", "hub"});
    rename({"x/model/a b.onnx", "Net"});
    EXPECT_EQ(team.text("x/README.md"),
              head + "| Net | [1 kB](model/a%20b.onnx) | 1.8 | 13 | |\r\n");
}

TEST_F(Rename, AFileMovesWithAllThatBelongsToIt) {
    team.model_with_weights("net.onnx", "data/w.bin", "wwwwwwww");
    team.done({"add", "net.onnx", "hub", "--class", "a/b", "--test-data", team.test_data("td")});
    auto manifest = team.manifest();
    manifest[0]["metadata"]["team"] = "kept";
    write_file(team.hub / "ONNX_HUB_MANIFEST.json", manifest.dump(4));
    team.commit();
    const std::string model = team.text("a/b/model/net.onnx");
    const ProgramResult result = rename({"net", "a/b/v2/first.onnx"});
    EXPECT_EQ(result.out,
              "renamed   a/b/model/data/w.bin -> a/b/v2/data/w.bin\n"
              "renamed   a/b/model/net.onnx -> a/b/v2/first.onnx\n"
              "renamed   a/b/model/net.tar.gz -> a/b/v2/first.tar.gz\n"
              "modified  .gitattributes\n"
              "modified  ONNX_HUB_MANIFEST.json\n"
              "modified  a/b/README.md\n");
    EXPECT_EQ(team.text("a/b/v2/first.onnx"), model);
    EXPECT_FALSE(team.has("a/b/model"));
    EXPECT_THAT(team.entries(), ElementsAre("net a/b/v2/first.onnx"));
    const auto entry = team.manifest()[0]["metadata"];
    EXPECT_EQ(entry["team"], "kept");
    EXPECT_EQ(entry["model_with_data_path"], "a/b/v2/first.tar.gz");
    EXPECT_EQ(entry["external_data"][0]["path"], "a/b/v2/data/w.bin");
    team.expect_valid();
    const ProgramResult loaded = team.onnxhub({"load", "net", "--hub", "./hub"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
}

TEST_F(Rename, AFileMovesToAnotherClassOfModels) {
    team.done({"add", team.model("m.onnx"), "hub", "--class", "a", "--name", "Net", "--accuracy",
               "Top-1=75"});
    add("other.onnx", "b", "Other", 13, "Abs");
    team.commit();
    rename({"Net", "hub/b/model/"});
    EXPECT_THAT(team.entries(), ElementsAre("Net b/model/m.onnx", "Other b/model/other.onnx"));
    EXPECT_THAT(team.text("b/README.md"), HasSubstr("| Net | [1 kB](model/m.onnx) |"));
    EXPECT_THAT(team.text("a/README.md"), Not(HasSubstr("m.onnx")));
    EXPECT_EQ(team.manifest()[0]["metadata"]["tags"], nlohmann::json({"b"}));
    team.expect_valid();
    // A class of models that is new to the hub.
    team.git({"reset", "-q", "--hard"});
    team.git({"clean", "-fdq"});
    rename({"Net", "c/d_e/model/n.onnx"});
    EXPECT_THAT(team.text("README.md"), HasSubstr("| [D e](c/d_e) |"));
    EXPECT_THAT(team.text("c/d_e/README.md"),
                AllOf(HasSubstr("Top-1"), HasSubstr("| 75 |"), HasSubstr("(model/n.onnx)")));
    team.expect_valid();
}

TEST_F(Rename, AModelOfTheTopMovesToANewClassAsAddWouldWriteIt) {
    add("m.onnx", ".", "Net");
    add("other.onnx", ".", "Other", 13, "Abs");
    team.commit();
    rename({"Net", "audio/speech/model/"});
    EXPECT_THAT(team.text("README.md"),
                AllOf(HasSubstr("| [Speech](audio/speech) |"), HasSubstr("(model/other.onnx)"),
                      Not(HasSubstr("m.onnx)"))));
    EXPECT_THAT(team.text("audio/speech/README.md"), HasSubstr("| Net | [1 kB](model/m.onnx) |"));
    EXPECT_EQ(team.manifest()[0]["metadata"]["tags"], nlohmann::json({"audio", "speech"}));
    team.expect_valid();
    // Another one follows, and back.
    rename({"Other", "audio/speech/model/"});
    EXPECT_EQ(team.manifest()[1]["metadata"]["tags"], nlohmann::json({"audio", "speech"}));
    rename({"Net", "model/"});
    EXPECT_THAT(team.text("README.md"), HasSubstr("| Net | [1 kB](model/m.onnx) |"));
    EXPECT_EQ(team.manifest()[1]["metadata"]["tags"], nlohmann::json::array());
    team.expect_valid();
}

TEST_F(Rename, AModelMovesToANewClassBelowAnotherOne) {
    add("m.onnx", "a", "Net");
    add("other.onnx", "vision", "Other", 13, "Abs");
    team.commit();
    rename({"Net", "vision/digits/model/"});
    EXPECT_THAT(team.text("vision/README.md"), Not(HasSubstr("m.onnx")));
    EXPECT_EQ(team.manifest()[0]["metadata"]["tags"], nlohmann::json({"vision", "digits"}));
    team.expect_valid();
}

TEST_F(Rename, WeightsThatAnotherModelUsesAreCopied) {
    team.done({"add", "--class", "x", team.model_with_weights("a.onnx", "w.bin", "wwwwwwww", "a"),
               "hub"});
    team.done({"add", "--class", "x", team.model_with_weights("b.onnx", "w.bin", "wwwwwwww", "b"),
               "hub"});
    const ProgramResult result = rename({"a", "x/new/"});
    EXPECT_THAT(result.out, HasSubstr("copied    x/model/w.bin -> x/new/w.bin\n"));
    EXPECT_THAT(result.err, HasSubstr("kept: x/model/w.bin: x/model/b.onnx uses it too"));
    EXPECT_EQ(team.text("x/new/w.bin"), "wwwwwwww");
    EXPECT_EQ(team.text("x/model/w.bin"), "wwwwwwww");
    team.expect_valid();
}

TEST_F(Rename, APointerMovesWithoutItsContent) {
    team.done({"add", "--class", "x", team.model_with_weights("a.onnx", "w.bin", "wwwwwwww", "a"),
               "hub"});
    write_file(team.hub / "x/model/a.tar.gz", lfs_pointer_text(sha256_of("archive"), 5'000'000));
    std::string readme = team.text("x/README.md");
    readme.replace(readme.rfind("| |"), 3, "| [5 MB](model/a.tar.gz) |");
    write_file(team.hub / "x/README.md", readme);
    team.done({"generate", "hub"});
    for (const char* path : {"x/model/a.onnx", "x/model/w.bin"}) {
        const std::string content = team.text(path);
        write_file(team.hub / path, lfs_pointer_text(sha256_of(content), content.size()));
    }
    const auto before = team.manifest();
    rename({"a", "y/model/a.onnx"});
    EXPECT_THAT(team.text("y/model/w.bin"), HasSubstr("git-lfs"));
    EXPECT_THAT(team.text("y/README.md"), HasSubstr("[5.0 MB](model/a.tar.gz)"));
    EXPECT_EQ(team.manifest()[0]["metadata"]["io_ports"], before[0]["metadata"]["io_ports"]);
    EXPECT_EQ(team.manifest()[0]["metadata"]["external_data"][0]["path"], "y/model/w.bin");
    // Without an entry, nothing says which external data it has.
    write_file(team.hub / "ONNX_HUB_MANIFEST.json", "[]");
    refused({"a", "z/model/a.onnx"}, "so its external data is unknown; run `git lfs pull` first");
}

TEST_F(Rename, WhatCanNotBeMeantIsRefused) {
    add("m.onnx", "x", "Net");
    add("n.onnx", "x", "Other", 13, "Abs");
    add("n12.onnx", "x", "Other", 12, "Abs");
    write_file(team.hub / "onnxhub.toml", "[generate]\nexclude = [\"secret/**\"]\n");
    write_file(team.hub / "file", "text");
    fs::create_directory_symlink("..", team.hub / "away");
    const std::vector<std::pair<std::vector<std::string>, std::string>> calls = {
        {{"Nothing", "x"}, "the hub has no model \"Nothing\""},
        {{"Net", ""}, "NEW: the text is empty"},
        {{"Net", " "}, "NEW: the text is empty"},
        {{"Net", "a\nb"}, "NEW: the text has line breaks"},
        {{"Net", "Other"}, "the hub already has \"Other\" with opset 13, x/model/n.onnx"},
        {{"Net", "x/model"}, "x/model: is a directory; write x/model/ to move the model into it"},
        {{"Net", "x/model/n.onnx"}, "x/model/n.onnx: exists already; choose another path"},
        {{"Net", "x/model/N.onnx"}, "is the same file as x/model/n.onnx on Windows"},
        {{"Net", "../out.onnx"}, "points outside"},
        {{"Net", "/tmp/out.onnx"}, "is not allowed as the path of a model"},
        {{"Net", "x/../../out.onnx"}, "is not allowed as the path of a model"},
        {{"Net", ".hidden/m.onnx"}, "it is hidden"},
        {{"Net", ".git/m.onnx"}, "is not allowed as the path of a model"},
        {{"Net", "secret/m.onnx"}, "secret/m.onnx: is excluded by [generate] in onnxhub.toml"},
        {{"Net", "away/m.onnx"}, "away: is a symbolic link"},
        {{"Net", "file/m.onnx"}, "file: is not a directory"},
        {{"Other", "x/model/o.onnx"}, "\"Other\" has 2 versions: Other@"},
    };
    for (const auto& [arguments, reason] : calls) refused(arguments, reason);
}

TEST_F(Rename, ASignatureThatDoesNotStayValidNeedsForce) {
    add("m.onnx", "x", "Net");
    team.done({"key", "create", "--output", "key.pem"});
    team.done({"sign", "hub", "--models", "--key", "key.pem"});
    team.commit();
    rename({"Net", "x/v2/"});
    EXPECT_TRUE(team.has("x/v2/m.onnx.sig"));
    team.expect_valid();
    team.commit();
    refused({"Net", "x/v2/n.onnx"},
            "x/v2/m.onnx.sig: signs the file under its present name; use "
            "--force");
    rename({"Net", "x/v2/n.onnx", "--force"});
    EXPECT_FALSE(team.has("x/v2/m.onnx.sig"));
    team.expect_valid();
}

TEST_F(Rename, SettingsThatNameTheModelAreSaid) {
    add("m.onnx", "x", "Net");
    write_file(team.hub / "onnxhub.toml", "[features.tensors]\nNet = \"y\"\n");
    refused({"Net", "New"},
            "onnxhub.toml: [features.tensors] names \"Net\"; add \"New\" there "
            "first, or the entry loses its features");
    write_file(team.hub / "onnxhub.toml", "[features.tensors]\nNet = \"y\"\nNew = \"y\"\n");
    rename({"Net", "New"});
}

TEST_F(Rename, ADryRunChangesNothing) {
    add("m.onnx", "x", "Net");
    const auto before = content_of(team.hub);
    const ProgramResult result = rename({"Net", "y/n.onnx", "--dry-run"});
    EXPECT_THAT(result.out, AllOf(HasSubstr("renamed   x/model/m.onnx -> y/n.onnx\n"),
                                  HasSubstr("new       y/README.md\n")));
    EXPECT_TRUE(content_of(team.hub) == before);
}

TEST_F(Rename, ARunThatWasKilledCanBeRepeated) {
    add("m.onnx", "x", "Net");
    fs::create_hard_link(team.hub / "x/model/m.onnx", team.hub / "x/model/n.onnx");
    rename({"Net", "x/model/n.onnx"});
    EXPECT_FALSE(team.has("x/model/m.onnx"));
    EXPECT_THAT(team.entries(), ElementsAre("Net x/model/n.onnx"));
    team.expect_valid();
}

/// Where a run may be killed: each change to a name of a file.
TEST_F(Rename, NoKillLosesAFileOrARow) {
    if (!has_program("strace")) GTEST_SKIP() << "needs strace";
    if (run_command({"strace", "-qq", "-o", "/dev/null", "true"}, team.folder.path()).status != 0) {
        GTEST_SKIP() << "strace is not allowed to trace processes";
    }
    add("m.onnx", "x", "Net");
    team.commit();
    for (int call = 1; call < 20; ++call) {
        // LeakSanitizer cannot work in a process that is traced.
        const ProgramResult killed = run_command(
            {"env", "ASAN_OPTIONS=detect_leaks=0", "strace", "-f", "-qq", "-o", "/dev/null", "-e",
             "trace=rename", "-e", "inject=rename:signal=KILL:when=" + std::to_string(call),
             onnxhub_program(), "rename", "--folder", "hub", "Net", "y/model/n.onnx"},
            team.folder.path());
        const bool has_old = team.text("x/README.md").find("model/m.onnx") != std::string::npos;
        const bool has_new = team.has("y/README.md") &&
                             team.text("y/README.md").find("model/n.onnx") != std::string::npos;
        EXPECT_TRUE(has_old || has_new) << call;
        EXPECT_TRUE(!has_old || team.has("x/model/m.onnx")) << call;
        EXPECT_TRUE(!has_new || team.has("y/model/n.onnx")) << call;
        if (killed.status == 0) return;
        // The second run finishes the work.
        if (team.has("x/model/m.onnx")) rename({"x/model/m.onnx", "y/model/n.onnx"});
        EXPECT_THAT(team.entries(), ElementsAre("Net y/model/n.onnx")) << call;
        team.onnxhub({"generate", "hub"});
        team.expect_valid();
        team.git({"reset", "-q", "--hard"});
        team.git({"clean", "-fdqx"});
    }
    FAIL() << "the run was always killed";
}

struct RenameInSources : Rename {
    void put(const std::string& path, const std::string& op = "Relu") {
        team.model("put.onnx", op);
        write_file(team.hub / path, read_file(team.folder.path() / "put.onnx"));
    }
    void sources(const std::string& toml) {
        write_file(team.hub / "onnxhub.toml", toml);
        team.done({"generate", "hub"});
    }
};

TEST_F(RenameInSources, AModelThatItsPathDescribes) {
    put("m/a.onnx");
    put("m/b.onnx", "Abs");
    sources("[[source]]\nkind = \"files\"\npaths = [\"m/*.onnx\"]\n");
    refused({"a", "New"},
            "m/a.onnx: its name comes from its path; give it another path, or add an "
            "[[override]] with the name to onnxhub.toml");
    refused({"a", "other/c.onnx"}, "other/c.onnx: no source of onnxhub.toml would describe it");
    rename({"a", "m/c.onnx"});
    EXPECT_THAT(team.entries(), ElementsAre("b m/b.onnx", "c m/c.onnx"));
    team.expect_valid();
}

/// After a move by hand, `generate` says what it found.
TEST_F(RenameInSources, TenMovedModelsAreListed) {
    for (int i = 0; i < 12; ++i) {
        team.model("put.onnx", "Relu", 7 + i);
        write_file(team.hub / ("m/n" + std::to_string(i) + ".onnx"),
                   read_file(team.folder.path() / "put.onnx"));
    }
    sources("[[source]]\nkind = \"files\"\npaths = [\"**/*.onnx\"]\n");
    fs::rename(team.hub / "m", team.hub / "k");
    const ProgramResult result = team.done({"generate", "hub"});
    EXPECT_THAT(result.err, HasSubstr("moved: n0 (opset 7, m/n0.onnx) is now k/n0.onnx"));
    EXPECT_THAT(result.err, HasSubstr("onnxhub: and 2 more (--verbose lists them)\n"));
}

TEST_F(RenameInSources, ASidecarMovesWithItsModel) {
    put("m/a.onnx");
    write_file(team.hub / "m/a.yaml", "name: Net\nlicense: MIT\n");
    sources(
        "[[source]]\nkind = \"sidecar\"\nfiles = [\"m/*.yaml\"]\nmodel = \"{stem}.onnx\"\n"
        "facts = { name = \"name\", license = \"license\" }\n");
    refused({"Net", "New"},
            "m/a.yaml:1: states the name of m/a.onnx and can't be edited by this "
            "program; change it there, then run `onnxhub generate`");
    rename({"Net", "m/b.onnx"});
    EXPECT_TRUE(team.has("m/b.yaml"));
    EXPECT_THAT(team.entries(), ElementsAre("Net m/b.onnx"));
    team.expect_valid();
}

TEST_F(RenameInSources, ARecordIsNamedWithItsLine) {
    put("m/a.onnx");
    write_file(team.hub / "models.yaml", "\nA:\n  path: m/a.onnx\n");
    sources(
        "[[source]]\nkind = \"records\"\nfiles = [\"models.yaml\"]\nrecords = \"*\"\n"
        "facts = { path = \"path\" }\nname = \"{key}\"\n");
    refused({"A", "B"}, "models.yaml:2: states the name of m/a.onnx");
    refused({"A", "m/b.onnx"}, "models.yaml:2: states the path of m/a.onnx");
}

TEST_F(RenameInSources, RowsOfOwnTables) {
    put("m/a.onnx");
    put("m/b.onnx", "Abs");
    write_file(team.hub / "README.md",
               "| Name | Files |\n|-|-|\n| Net | [fp32](m/a.onnx), [int8](m/b.onnx) |\n");
    sources(
        "[[source]]\nkind = \"tables\"\nreadmes = [\"*.md\"]\n"
        "columns = { name = [\"Name\"], model = [\"Files\"] }\nname = \"{name} {link}\"\n");
    refused({"Net fp32", "Other"}, "README.md:3: ");
    rename({"Net fp32", "m/c.onnx"});
    EXPECT_THAT(team.text("README.md"), HasSubstr("[fp32](m/c.onnx), [int8](m/b.onnx)"));
    team.expect_valid();
}

}  // namespace
}  // namespace onnxhub::test
