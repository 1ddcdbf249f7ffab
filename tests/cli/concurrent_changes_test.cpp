// SPDX-License-Identifier: Apache-2.0
// Several onnxhub processes and git change one hub at the same time, and some are killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file_lock.h"
#include "base/user_error.h"
#include "generator/hub_stamps.h"
#include "repository/git_repository.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string model_bytes(const std::string& name, std::int64_t width = 4) {
    ModelBuilder builder;
    builder.input("x", {1, width}).node("Relu", {"x"}, {"y"}).output("y", {1, width});
    builder.proto().mutable_graph()->set_name(name);
    return builder.bytes();
}

class Turns : public testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(run("$ONNXHUB init hub").status, 0); }

    /// Runs a bash script in the folder. $ONNXHUB is the program.
    ProgramResult run(const std::string& script) {
        return run_command({"env", "HOME=" + folder.path().string(), "GIT_CONFIG_NOSYSTEM=1",
                            "GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com",
                            "GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@example.com",
                            "ONNXHUB=" + onnxhub_program(), "bash", "-c", script},
                           folder.path());
    }

    /// Models m1.onnx, m2.onnx, … in the folder.
    void make_models(int count) {
        for (int i = 1; i <= count; ++i) {
            const std::string name = "m" + std::to_string(i);
            write_file(folder.path() / (name + ".onnx"), model_bytes(name));
        }
    }

    /// Adds m1 to m<count> in parallel; `model_class` may contain $i. Prints failures.
    ProgramResult add_at_once(int count, const std::string& model_class) {
        return run(
            "for i in $(seq " + std::to_string(count) +
            "); do $ONNXHUB add m$i.onnx --hub-dir hub --class " + model_class +
            " >out$i 2>err$i & pids[$i]=$!; done; "
            "for i in ${!pids[@]}; do wait ${pids[$i]} || { echo m$i: $?; cat err$i; }; done");
    }

    nlohmann::json manifest() {
        return nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
    }

    std::set<std::string> names() {
        std::set<std::string> names;
        for (const auto& entry : manifest()) names.insert(entry["model"].get<std::string>());
        return names;
    }

    std::set<std::string> temporary_files() {
        std::set<std::string> found;
        for (const auto& file : fs::recursive_directory_iterator(hub)) {
            const std::string name = file.path().filename().string();
            if (name.starts_with(".onnxhub-")) found.insert(file.path().string());
        }
        return found;
    }

    void expect_valid() {
        const ProgramResult result = run("$ONNXHUB validate hub --fail-on warning");
        EXPECT_EQ(result.status, 0) << result.out << result.err;
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(Turns, ThirteenAddsAtOnceLoseNothing) {
    make_models(13);
    const ProgramResult result = add_at_once(13, "area/class$i");
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(names().size(), 13u);
    const std::string readme = read_file(hub / "README.md");
    for (int i = 1; i <= 13; ++i) {
        EXPECT_THAT(readme, HasSubstr("(area/class" + std::to_string(i) + ")"));
    }
    EXPECT_THAT(temporary_files(), IsEmpty());
    expect_valid();
}

TEST_F(Turns, ThirtyFiveAddsToOneFolderLoseNothing) {
    make_models(35);
    const ProgramResult result = add_at_once(35, "area/class");
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(names().size(), 35u);
    expect_valid();
}

TEST_F(Turns, AddsAndGeneratesAndFixesAgree) {
    make_models(4);
    const ProgramResult result =
        run("for i in 1 2 3 4; do ($ONNXHUB add m$i.onnx --hub-dir hub --class a/b || echo add) & "
            "($ONNXHUB generate -q hub || echo generate) & "
            "($ONNXHUB validate -q --fix hub >/dev/null || echo fix) & done; wait");
    EXPECT_THAT(result.out, Not(AnyOf(HasSubstr("add\n"), HasSubstr("generate\n")))) << result.err;
    EXPECT_EQ(names().size(), 4u);
    expect_valid();
}

TEST_F(Turns, WhoWaitsSaysSoAndStopsOnCtrlC) {
    make_models(1);
    const FileLock other = FileLock::take(hub, {});
    const ProgramResult result =
        run("for c in 'add m1.onnx --hub-dir hub --class a' 'generate hub' 'validate --fix hub' "
            "'init --adopt --tables hub'; do rm -f err; $ONNXHUB $c >/dev/null 2>err & pid=$!; "
            "until grep -qs waiting err || ! kill -0 $pid; do sleep 0.05; done; "
            "kill -INT $pid; wait $pid; echo $?; cat err >&2; done");
    EXPECT_EQ(result.out, "130\n130\n130\n130\n") << result.err;
    const std::string line =
        "onnxhub: waiting for another onnxhub process that is changing this hub\n";
    EXPECT_TRUE(result.err.starts_with(line)) << result.err;
    EXPECT_EQ(manifest(), nlohmann::json::array());
}

TEST_F(Turns, WhatOnlyReadsTheHubDoesNotWait) {
    make_models(1);
    ASSERT_EQ(add_at_once(1, "a").out, "");
    const FileLock other = FileLock::take(hub, {});
    const ProgramResult result =
        run("set -e; generate='timeout 60 $ONNXHUB generate -q hub'; "
            "eval $generate --check; eval $generate -o - >/dev/null; "
            "eval $generate -o other.json; eval $generate --shard 1/2 >/dev/null; "
            "timeout 60 $ONNXHUB validate -q hub; timeout 60 $ONNXHUB list --hub ./hub >/dev/null");
    EXPECT_EQ(result.status, 0) << result.out << result.err;
}

/// The hub is a plain folder here, and no lock file may remain.
TEST_F(Turns, APlainFolderIsLockedToo) {
    fs::remove_all(hub / ".git");
    make_models(6);
    EXPECT_EQ(add_at_once(6, "area/class").out, "");
    EXPECT_EQ(names().size(), 6u);
    EXPECT_THAT(temporary_files(), IsEmpty());
}

TEST_F(Turns, AKilledAddLeavesNothingThatGitAddsAndTheNextRunCleansUp) {
    make_models(1);
    ModelBuilder builder;
    builder.input("x", {2}).external_initializer("w", {2}, "big.bin");
    builder.node("Add", {"x", "w"}, {"y"}).output("y", {2});
    write_file(folder.path() / "big.onnx", builder.bytes());
    write_file(folder.path() / "big.bin", std::string(8, 'w'));
    fs::resize_file(folder.path() / "big.bin", std::uintmax_t{64} << 20);
    // Repeats until one is killed midway: on a busy machine the kill may come too late.
    const ProgramResult killed =
        run("for attempt in 1 2 3 4 5 6; do git -C hub clean -qfdx; git -C hub reset -q --hard; "
            "$ONNXHUB add big.onnx --hub-dir hub --class a/b >/dev/null & pid=$!; "
            "until compgen -G 'hub/a/b/model/.onnxhub-*' >/dev/null; do "
            "kill -0 $pid || continue 2; done; kill -KILL $pid; wait $pid; status=$?; "
            "if [ $status = 137 ] && [ -n \"$(find hub -name '.onnxhub-*')\" ]; then echo killed; "
            "break; fi; done");
    ASSERT_EQ(killed.out, "killed\n");
    EXPECT_THAT(temporary_files(), Not(IsEmpty()));
    EXPECT_EQ(manifest(), nlohmann::json::array());
    EXPECT_EQ(run("git -C hub add -A -n").out, "");

    ASSERT_EQ(add_at_once(1, "c").out, "");
    EXPECT_THAT(temporary_files(), IsEmpty());
    EXPECT_EQ(names(), (std::set<std::string>{"m1"}));
    expect_valid();
}

TEST_F(Turns, GitIgnoresTemporaryFilesInLinkedWorktreesTooAndTheLineIsAddedOnce) {
    EXPECT_THAT(read_file(hub / ".git/info/exclude"), HasSubstr("\n.onnxhub-*.tmp\n"));
    fs::remove_all(hub / ".git/info");
    ASSERT_EQ(run("git -C hub worktree add -q ../linked").status, 0);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(run("$ONNXHUB generate -q linked").status, 0);
    EXPECT_EQ(read_file(hub / ".git/info/exclude"), ".onnxhub-*.tmp\n");
    write_file(folder.path() / "linked/a/.onnxhub-1.tmp", "x");
    EXPECT_EQ(run("git -C linked status --porcelain").out, "");
}

TEST_F(Turns, AGitCommandThatDoesNotEndIsNamed) {
    write_file(hub / ".git/index.lock", "");
    const ProgramResult refused = run("$ONNXHUB generate hub");
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, AllOf(HasSubstr(".git/index.lock: a git command is changing the "
                                             "working tree, so nothing was written; "),
                                   HasSubstr("remove the file if no git is running")));
    // A git hook may run it, since git waits for the hook.
    EXPECT_EQ(run("GIT_INDEX_FILE=.git/index $ONNXHUB generate -q hub").status, 0);
}

TEST_F(Turns, GenerateDuringCheckoutsGivesOneStateOrRefuses) {
    constexpr int count = 12;
    write_file(hub / "README.md", "# H\n\n| Model Class | Description |\n|-|-|\n| [C](c) | . |\n");
    write_file(hub / ".gitignore", "ONNX_HUB_MANIFEST.json\n");
    fs::remove(hub / ".gitattributes");
    ASSERT_EQ(run("git -C hub rm -q --cached ONNX_HUB_MANIFEST.json").status, 0);
    std::string made[2];
    for (int state = 0; state < 2; ++state) {
        std::string table =
            "# C\n\n| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n";
        for (int i = 0; i < count; ++i) {
            const std::string file = "n" + std::to_string(i) + ".onnx";
            table += (state == 0 ? "| a" : "| b") + file + " | [1 kB](" + file + ") | 1.9 | 13 |\n";
            write_file(hub / "c" / file, model_bytes(file, 4 + state));
        }
        write_file(hub / "c/README.md", table);
        const std::string branch = "s" + std::to_string(state);
        ASSERT_EQ(run("cd hub && git checkout -q -b " + branch +
                      " && git add -A && git commit -q -m " + branch)
                      .status,
                  0);
        const ProgramResult result = run("$ONNXHUB generate -q --allow-removals hub");
        ASSERT_EQ(result.status, 0) << result.err;
        made[state] = read_file(hub / "ONNX_HUB_MANIFEST.json");
    }
    ASSERT_NE(made[0], made[1]);
    const ProgramResult result =
        run("while [ ! -e stop ]; do git -C hub checkout -q s0; git -C hub checkout -q s1; done & "
            "for i in $(seq 16); do $ONNXHUB generate -q --allow-removals hub 2>err; s=$?; "
            "[ $s = 0 ] || [ $s = 2 ] || { echo status $s; cat err; }; "
            "[ $s = 0 ] || [ $(wc -l <err) -le 2 ] || cat err; "
            "cp hub/ONNX_HUB_MANIFEST.json made$i; done; touch stop; wait");
    EXPECT_EQ(result.out, "");
    for (int i = 1; i <= 16; ++i) {
        const std::string text = read_file(folder.path() / ("made" + std::to_string(i)));
        EXPECT_TRUE(text == made[0] || text == made[1]) << i << "\n" << text;
    }
}

TEST_F(Turns, AFileThatChangedWhileItWasReadIsNamed) {
    write_file(hub / "a/m.onnx", "x");
    write_file(hub / "notes.txt", "x");
    const HubFolder opened = open_hub(hub, std::nullopt);
    const HubStamps stamps(opened);
    stamps.require_unchanged({"a/m.onnx"});
    write_file(hub / "notes.txt", "longer");  // no command reads it
    write_file(hub / "a/m.onnx", "longer");
    stamps.require_unchanged({});
    EXPECT_THROW(stamps.require_unchanged({"a/m.onnx"}), UserError);
    fs::remove(hub / "README.md");
    try {
        stamps.require_unchanged({});
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("README.md: was changed while it was read"));
    }
}

/// A checkout removes files and writes them again. Who lists the hub in between misses them.
TEST_F(Turns, AFileThatACheckoutHadRemovedForAMomentIsNamed) {
    write_file(hub / "c/README.md", "# C\n");
    write_file(hub / "c/notes.txt", "x");
    ASSERT_EQ(run("git -C hub add -A && git -C hub commit -qm C && rm hub/c/README.md").status, 0);
    const HubFolder opened = open_hub(hub, std::nullopt);
    const HubStamps stamps(opened);
    stamps.require_unchanged({});
    write_file(hub / "d/README.md", "# D\n");  // git did nothing: a user's new file is no checkout
    stamps.require_unchanged({});
    fs::remove_all(hub / "d");
    ASSERT_EQ(run("git -C hub checkout -q -- c/README.md").status, 0);
    try {
        stamps.require_unchanged({});
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("c/README.md: was changed while it was read"));
    }
}

TEST_F(Turns, GitThatWorksAndLeavesTheFilesIsNoChange) {
    const HubFolder opened = open_hub(hub, std::nullopt);
    const HubStamps stamps(opened);
    EXPECT_FALSE(has_git_worked(opened));
    ASSERT_EQ(run("git -C hub update-index --chmod=+x README.md").status, 0);
    EXPECT_TRUE(has_git_worked(opened));
    stamps.require_unchanged({});
}

}  // namespace
}  // namespace onnxhub::test
