// SPDX-License-Identifier: Apache-2.0
// Hubs that are too large for one machine or its disk: shards, and fetching in batches with the
// real git-lfs from a server on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "repository/lfs_pointer.h"
#include "tests/support/git_home.h"
#include "tests/support/lfs_server.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Five models as Git LFS pointers without a manifest. The server has the objects.
class Sweep : public testing::Test {
protected:
    void SetUp() override {
        if (!has_program("git-lfs")) GTEST_SKIP() << "git-lfs is not installed";
        std::string table = "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n";
        for (const std::string& name : names) {
            server.add(bytes_of(name));
            write_file(folder.path() / "hub/a" / (name + ".onnx"), bytes_of(name));
            table += "| " + name + " | [1 kB](" + name + ".onnx) | 1.8 | 13 |\n";
        }
        write_file(folder.path() / "hub/README.md", "| Model Class |\n|-|\n| [a](a) |\n");
        write_file(folder.path() / "hub/a/README.md", table);
        write_file(folder.path() / "hub/.gitattributes",
                   "*.onnx filter=lfs diff=lfs merge=lfs -text\n");
        const ProgramResult made = run(R"(
            set -e
            git init -q -b main hub; cd hub; git add -A; git commit -qm Models; cd ..
            GIT_LFS_SKIP_SMUDGE=1 git clone -q "file://$PWD/hub" clone)");
        ASSERT_EQ(made.status, 0) << made.out << made.err;
    }

    ProgramResult run(const std::string& command) { return folder.run(command); }

    ProgramResult onnxhub(const std::string& arguments) {
        return run("cd clone && \"$ONNXHUB\" " + arguments);
    }

    /// Models of about 4, 8, 12, 16 and 20 kB.
    std::string bytes_of(const std::string& name) const {
        const std::int64_t width = 1000 * (1 + (name[0] - 'p'));
        return ModelBuilder()
            .input("x", {1, width})
            .initializer("w", {width})
            .node("Add", {"x", "w"}, {"y"})
            .output("y", {1, width})
            .bytes();
    }

    std::string file(const std::string& name) const {
        return read_file(folder.path() / "clone" / name);
    }

    std::string objects_here() { return run("find clone/.git/lfs/objects -type f").out; }

    /// The manifest of a single run without a disk limit.
    std::string manifest_of_one_run() {
        const ProgramResult result = onnxhub("generate -q --fetch --drop --output -");
        EXPECT_EQ(result.status, 0) << result.err;
        return result.out;
    }

    const std::vector<std::string> names{"p", "q", "r", "s", "t"};
    LfsServer server;
    GitHome folder{server.url()};
};

TEST_F(Sweep, FetchesNoMoreAtATimeThanTheDiskHoldsAndMakesTheSame) {
    const std::string whole = manifest_of_one_run();
    ASSERT_THAT(whole, HasSubstr("tensor(float)"));
    const ProgramResult result = onnxhub("generate --fetch --drop --max-disk 25kB");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(file("ONNX_HUB_MANIFEST.json"), whole);
    EXPECT_THAT(result.err, AllOf(HasSubstr("fetching 3 models, 23.7 KiB (batch 1 of 3)"),
                                  HasSubstr("fetching 1 model, 15.7 KiB (batch 2 of 3)"),
                                  HasSubstr("(batch 3 of 3)")));
    EXPECT_EQ(objects_here(), "");
}

TEST_F(Sweep, WhatIsLargerThanTheDiskIsNamedAndTheRestIsDone) {
    const ProgramResult result = onnxhub("generate --fetch --drop --max-disk 17kB");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("a/t.onnx is larger than --max-disk (19.6 KiB), so it "
                                            "is not fetched"),
                                  HasSubstr("4 read, 0 carried, 1 missing")));
    const ProgramResult validated = onnxhub("validate --fetch --drop --max-disk 17kB");
    EXPECT_EQ(validated.status, 0) << validated.out << validated.err;
    EXPECT_THAT(validated.out, HasSubstr("skipped checks: not downloaded (1, by "));
}

TEST_F(Sweep, GenerateGoesOnWhereItStopped) {
    const std::string whole = manifest_of_one_run();
    const std::size_t before = server.downloaded().size();
    server.remove(bytes_of("s"));
    const std::string command = "generate --fetch --drop --max-disk 17kB --resume ../sweep.json";
    const ProgramResult broken = onnxhub(command);
    EXPECT_EQ(broken.status, 1);
    EXPECT_THAT(broken.err, HasSubstr("onnxhub: error: git-lfs: git lfs fetch failed"));
    EXPECT_THAT(broken.err, HasSubstr("3 read, 0 carried, 2 missing"));
    EXPECT_THAT(server.downloaded(), SizeIs(before + 3));
    fs::remove(folder.path() / "clone/ONNX_HUB_MANIFEST.json");

    server.add(bytes_of("s"));
    const ProgramResult result =
        onnxhub("generate --fetch --drop --max-disk 25kB --resume ../sweep.json");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("3 models done according to ../sweep.json"));
    EXPECT_EQ(file("ONNX_HUB_MANIFEST.json"), whole);
    EXPECT_THAT(server.downloaded(), SizeIs(before + 5));
    EXPECT_FALSE(fs::exists(folder.path() / "sweep.json"));
}

TEST_F(Sweep, AnotherStateOfTheHubBeginsAnewAndOtherFilesAreRefused) {
    server.remove(bytes_of("t"));
    EXPECT_EQ(onnxhub("generate --fetch --drop --max-disk 21kB --resume ../sweep.json").status, 1);
    fs::remove(folder.path() / "clone/ONNX_HUB_MANIFEST.json");
    server.add(bytes_of("t"));
    ASSERT_EQ(run("cd clone && git commit -q --allow-empty -m Next").status, 0);
    const ProgramResult again =
        onnxhub("generate --fetch --drop --max-disk 21kB --resume ../sweep.json");
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_THAT(again.err, HasSubstr("another state of the hub; starting again"));

    write_file(folder.path() / "notes.txt", "mine");
    fs::remove(folder.path() / "clone/ONNX_HUB_MANIFEST.json");
    for (const std::string command : {"generate", "validate"}) {
        const ProgramResult refused = onnxhub(command + " --fetch --drop --resume ../notes.txt");
        EXPECT_EQ(refused.status, 2);
        EXPECT_THAT(refused.err, HasSubstr("../notes.txt: is not what an earlier run left"));
    }
    EXPECT_EQ(read_file(folder.path() / "notes.txt"), "mine");
}

TEST_F(Sweep, ValidateChecksEveryBatchAndGoesOnWhereItStopped) {
    ASSERT_EQ(onnxhub("generate -q --fetch --drop").status, 0);
    std::string manifest = file("ONNX_HUB_MANIFEST.json");
    manifest.replace(manifest.find("3000"), 4, "3001");
    write_file(folder.path() / "clone/ONNX_HUB_MANIFEST.json", manifest);
    const ProgramResult whole = onnxhub("validate --format json --fetch --drop");
    EXPECT_EQ(whole.status, 1) << whole.err;
    EXPECT_THAT(whole.out, HasSubstr("io-ports-differ"));

    server.remove(bytes_of("t"));
    const std::size_t before = server.downloaded().size();
    const std::string command =
        "validate --format json --fetch --drop --max-disk 25kB --resume ../sweep.json";
    const ProgramResult broken = onnxhub(command);
    EXPECT_EQ(broken.status, 2);
    EXPECT_THAT(broken.out, HasSubstr("git lfs fetch failed"));
    EXPECT_THAT(server.downloaded(), SizeIs(before + 4));

    server.add(bytes_of("t"));
    const ProgramResult result = onnxhub(command);
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_EQ(result.out, whole.out);
    EXPECT_THAT(result.err, HasSubstr("4 models done according to ../sweep.json"));
    EXPECT_THAT(server.downloaded(), SizeIs(before + 5));
    EXPECT_EQ(objects_here(), "");
    EXPECT_FALSE(fs::exists(folder.path() / "sweep.json"));
}

TEST_F(Sweep, ShardsFetchTheirModelsAloneAndGiveTheSameTogether) {
    const std::string whole = manifest_of_one_run();
    write_file(folder.path() / "clone/ONNX_HUB_MANIFEST.json", whole);
    const ProgramResult one_report = onnxhub("validate --format json --fetch --drop");
    EXPECT_EQ(one_report.status, 0) << one_report.out;
    fs::remove(folder.path() / "clone/ONNX_HUB_MANIFEST.json");
    const std::size_t before = server.downloaded().size();
    std::string parts;
    for (const std::string shard : {"1", "2", "3"}) {
        const ProgramResult part = onnxhub("generate -q --fetch --drop --max-disk 20kB --shard " +
                                           shard + "/3 --output ../part-" + shard + ".json");
        EXPECT_EQ(part.status, 0) << part.err;
        parts += " ../part-" + shard + ".json";
    }
    EXPECT_THAT(server.downloaded(), SizeIs(before + 5));
    const ProgramResult merged = onnxhub("merge" + parts + " --output ONNX_HUB_MANIFEST.json");
    EXPECT_EQ(merged.status, 0) << merged.err;
    EXPECT_EQ(file("ONNX_HUB_MANIFEST.json"), whole);

    std::string reports;
    for (const std::string shard : {"1", "2", "3"}) {
        const ProgramResult part = onnxhub("validate -q --fetch --drop --format json --shard " +
                                           shard + "/3 --output ../report-" + shard + ".json");
        EXPECT_EQ(part.status, 0) << part.err;
        reports += " ../report-" + shard + ".json";
    }
    const ProgramResult report = onnxhub("merge --format json" + reports);
    EXPECT_EQ(report.status, 0) << report.err;
    EXPECT_EQ(report.out, one_report.out);
    EXPECT_THAT(server.downloaded(), SizeIs(before + 10));
}

/// Checks the Git LFS bandwidth that a pull request needs.
class SweepOfChange : public Sweep {
protected:
    void SetUp() override {
        Sweep::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(onnxhub("generate -q --fetch --drop").status, 0);
        commit("Manifest");
        ASSERT_EQ(run("cd clone && git tag base").status, 0);
        before = server.downloaded().size();
    }

    void commit(const std::string& message) {
        const ProgramResult result = run("cd clone && git add -A && git commit -qm " + message);
        ASSERT_EQ(result.status, 0) << result.err;
    }

    ProgramResult validate(const std::string& base = "base") {
        return onnxhub("validate --fetch --deepen --changed-since " + base);
    }

    std::size_t downloads() { return server.downloaded().size() - before; }

    std::size_t before = 0;
};

TEST_F(SweepOfChange, OfWordsAndOfNamesIsNothingAndOfAModelOneObject) {
    write_file(folder.path() / "clone/WORDS.md", "Words.\n");
    commit("Words");
    EXPECT_EQ(validate().status, 0);
    EXPECT_EQ(downloads(), 0u);
    ASSERT_EQ(run("cd clone && git mv a/p.onnx a/z.onnx && sed -i s/p.onnx/z.onnx/ a/README.md "
                  "ONNX_HUB_MANIFEST.json")
                  .status,
              0);
    commit("Rename");
    EXPECT_EQ(validate().status, 0);
    EXPECT_EQ(downloads(), 0u);

    const std::string model = bytes_of("u");
    server.add(model);
    write_file(folder.path() / "clone/a/q.onnx", lfs_pointer_text(sha256_of(model), model.size()));
    commit("Model");
    const ProgramResult changed = validate();
    EXPECT_EQ(changed.status, 1) << changed.err;
    EXPECT_THAT(changed.out, HasSubstr("model-sha-differs"));
    EXPECT_THAT(server.downloaded().back(), to_hex(sha256_of(model)));
    EXPECT_EQ(downloads(), 1u);
}

TEST_F(SweepOfChange, WhoeverMakesItDoesNotChooseTheServer) {
    write_file(folder.path() / "clone/.lfsconfig", "[lfs]\n\turl = " + server.url() + "\n");
    write_file(folder.path() / "clone/a/q.onnx",
               lfs_pointer_text(sha256_of(bytes_of("u")), bytes_of("u").size()));
    commit("Config");
    const ProgramResult result = validate();
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_THAT(result.out, HasSubstr("nothing was fetched, since the change is about .lfsconfig"));
    EXPECT_EQ(downloads(), 0u);
}

TEST_F(SweepOfChange, WithoutAKnownBaseNothingIsFetched) {
    const ProgramResult result = validate("origin/no-such-branch");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("nothing was fetched, since what changed is unknown"));
    EXPECT_EQ(downloads(), 0u);
}

TEST_F(SweepOfChange, AnObjectThatWasNeverPushedLosesNothingOfTheReport) {
    server.remove(bytes_of("q"));
    write_file(folder.path() / "clone/a/README.md", file("a/README.md") + "| x | | | |\n");
    for (const std::string command : {"validate --fetch", "validate --fetch --drop"}) {
        const ProgramResult result = onnxhub(command);
        EXPECT_EQ(result.status, 2) << command;
        EXPECT_THAT(result.out, AllOf(HasSubstr("row-no-link"), HasSubstr("git lfs fetch failed"),
                                      HasSubstr("skipped checks: not downloaded (1, by ")))
            << command;
        EXPECT_THAT(result.err, HasSubstr("some checks were skipped"));
        EXPECT_THAT(result.err, HasSubstr("onnxhub: git: "));
    }
}

TEST_F(Sweep, PartsThatDoNotBelongTogetherAreRefused) {
    const auto part = [&](const std::string& shard, const std::string& file) {
        EXPECT_EQ(onnxhub("generate -q --shard " + shard + " --output ../" + file).status, 0);
    };
    part("1/2", "one.json");
    part("2/2", "two.json");
    part("3/3", "three.json");
    ASSERT_EQ(onnxhub("merge ../two.json ../one.json").status, 0);
    const auto refusal = [&](const std::string& files) {
        const ProgramResult result = onnxhub("merge " + files);
        EXPECT_EQ(result.status, 2) << files;
        EXPECT_EQ(result.out, "") << files;
        return result.err;
    };
    EXPECT_THAT(refusal("../one.json"),
                HasSubstr("is one of 2 shards, and these are missing: 2/2;"));
    EXPECT_THAT(refusal("../one.json ../one.json"),
                HasSubstr("is shard 1/2, and so is ../one.json"));
    EXPECT_THAT(refusal("../one.json ../three.json"),
                HasSubstr("../three.json: is shard 3/3, but ../one.json is of 2 shards"));
    ASSERT_EQ(onnxhub("validate -q --format json --shard 2/2 --output ../report.json").status, 0);
    EXPECT_THAT(refusal("../one.json ../report.json"), HasSubstr("../report.json: "));
    EXPECT_THAT(refusal("../report.json ../report.json"), HasSubstr("and so is ../report.json"));
    EXPECT_THAT(refusal("--format text ../one.json ../two.json"), HasSubstr("leave out --format"));

    ASSERT_EQ(run("cd clone && git commit -q --allow-empty -m Next").status, 0);
    part("2/2", "later.json");
    EXPECT_THAT(refusal("../one.json ../later.json"), HasSubstr("another state of the hub"));
}

TEST_F(Sweep, MergeRefusesToEmptyAHubAndTellsWhatIsWrongOnce) {
    write_file(folder.path() / "clone/ONNX_HUB_MANIFEST.json", manifest_of_one_run());
    write_file(folder.path() / "clone/a/README.md",
               "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n"
               "| p | [1 kB](p.onnx) | 1.8 | 13 |\n| q | [1 kB](q.onnx) | 1.8 | many |\n");
    for (const std::string shard : {"1", "2"}) {
        EXPECT_EQ(onnxhub("generate -q --shard " + shard + "/2 --output ../" + shard).status, 1);
    }
    const ProgramResult refused = onnxhub("merge ../1 ../2 --output ../merged.json");
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("3 of 5 entries would be removed"));
    EXPECT_FALSE(fs::exists(folder.path() / "merged.json"));
    const std::size_t reported = refused.err.find("a/README.md:4: ");
    ASSERT_NE(reported, std::string::npos);
    EXPECT_EQ(refused.err.find("a/README.md:4: ", reported + 1), std::string::npos);
    const ProgramResult confirmed =
        onnxhub("merge ../1 ../2 --allow-removals --output ../merged.json");
    EXPECT_EQ(confirmed.status, 1);
    EXPECT_TRUE(fs::exists(folder.path() / "merged.json"));
}

TEST_F(Sweep, OptionsThatMakeNoSenseTogetherAreRefused) {
    for (const char* arguments :
         {"generate --shard 0/2", "generate --shard 3/2", "generate --shard 2",
          "generate --shard 1/2 --check", "generate --shard 1/2 --target single --path a/p.onnx",
          "generate --max-disk 1GB", "generate --fetch --max-disk 1GB",
          "generate --fetch --resume x", "validate --shard 1/2 --fix", "validate --drop",
          "validate --fetch --max-disk 1GB", "validate --fetch --resume x",
          "validate --fetch --drop --fix", "validate --shard 1/2 --schema-only"}) {
        const ProgramResult result = onnxhub(arguments);
        EXPECT_EQ(result.status, 2) << arguments;
        EXPECT_THAT(result.err, HasSubstr("onnxhub: error: command line: ")) << arguments;
    }
    EXPECT_THAT(server.downloaded(), IsEmpty());
}

}  // namespace
}  // namespace onnxhub::test
