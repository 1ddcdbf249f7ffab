// SPDX-License-Identifier: Apache-2.0
// `onnxhub export --fetch` with the real git-lfs and a Git LFS server on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "tests/support/git_home.h"
#include "tests/support/lfs_server.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A clone with git-lfs of a hub of two models. Only the server has the objects.
class ExportFetch : public testing::Test {
protected:
    void SetUp() override {
        if (!has_program("git-lfs")) GTEST_SKIP() << "git-lfs is not installed";
        for (const char* name : {"one", "two"}) {
            write_file(model_of("origin", name), bytes_of(name));
            server.add(bytes_of(name));
        }
        write_file(folder.path() / "origin/.gitattributes",
                   "*.onnx filter=lfs diff=lfs merge=lfs -text\n");
        const ProgramResult made = run(R"(
            set -e
            git init -q -b main origin
            "$ONNXHUB" init origin --adopt --tables >/dev/null
            cd origin; git add -A; git commit -qm Models; cd ..
            export GIT_LFS_SKIP_SMUDGE=1
            git clone -q "file://$PWD/origin" clone
            git clone -q --bare "file://$PWD/origin" bare.git
            git -C bare.git config remote.origin.url "file://$PWD/origin"
            rm -r origin/.git/lfs)");
        ASSERT_EQ(made.status, 0) << made.out << made.err;
        ASSERT_THAT(read_file(model_of("clone", "one")), StartsWith("version https://git-lfs"));
    }

    ProgramResult run(const std::string& command) { return folder.run(command); }

    ProgramResult export_hub(const std::string& location, const std::string& more = "--fetch") {
        return run("\"$ONNXHUB\" export " + location + " --to site " + more);
    }

    static std::string bytes_of(const std::string& name) {
        ModelBuilder model;
        return model.input(name, {2}).node("Abs", {name}, {"y"}).output("y", {2}).bytes();
    }

    fs::path model_of(const std::string& hub, const std::string& name) const {
        return folder.path() / hub / "a" / name / (name + ".onnx");
    }

    /// Expects neither the export nor its temporary directory.
    void expect_nothing_written() const {
        for (const auto& file : fs::directory_iterator(folder.path())) {
            EXPECT_THAT(file.path().filename().string(), Not(HasSubstr("site")));
        }
    }

    LfsServer server;
    GitHome folder{server.url()};
    const fs::path site = folder.path() / "site";
};

TEST_F(ExportFetch, WhatIsAbsentIsFetchedAndTheExportHasItsBytes) {
    for (const char* location : {"clone", "bare.git:main"}) {
        fs::remove_all(site);
        const ProgramResult refused = export_hub(location, "");
        EXPECT_EQ(refused.status, 2) << location;
        EXPECT_THAT(refused.err, HasSubstr("--fetch"));
        expect_nothing_written();

        const ProgramResult result = export_hub(location);
        ASSERT_EQ(result.status, 0) << location << ": " << result.err;
        EXPECT_EQ(result.out, "site\n");
        EXPECT_THAT(result.err, HasSubstr("fetching 2 files"));
        for (const char* name : {"one", "two"}) {
            EXPECT_EQ(read_file(model_of("site", name)), bytes_of(name));
        }
        const ProgramResult sums = run("cd site && sha256sum --quiet -c SHA256SUMS");
        EXPECT_EQ(sums.status, 0) << sums.out << sums.err;
    }
    EXPECT_THAT(read_file(model_of("clone", "one")), StartsWith("version https://git-lfs"));
    EXPECT_EQ(run("git -C clone status --porcelain").out, "");
}

TEST_F(ExportFetch, OnlyWhatIsAbsentIsFetched) {
    ASSERT_EQ(run("cd clone && git lfs pull --include a/one/one.onnx").status, 0);
    const auto before = server.downloaded();
    ASSERT_THAT(before, ElementsAre(to_hex(sha256_of(bytes_of("one")))));
    server.remove(bytes_of("one"));
    const ProgramResult result = export_hub("clone");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("fetching 1 file"));
    EXPECT_EQ(read_file(model_of("site", "one")), bytes_of("one"));
    EXPECT_EQ(read_file(model_of("site", "two")), bytes_of("two"));
}

TEST_F(ExportFetch, AnObjectTheServerLacksIsNamedAndNothingIsWritten) {
    server.remove(bytes_of("two"));
    for (const char* location : {"clone", "bare.git:main"}) {
        const ProgramResult result = export_hub(location);
        EXPECT_EQ(result.status, 2) << location;
        EXPECT_EQ(result.out, "") << location;
        EXPECT_THAT(
            result.err,
            AllOf(HasSubstr("onnxhub: a/two/two.onnx: its content is not available locally\n"),
                  HasSubstr("onnxhub: error: site: not written, 1 file could "
                            "not be fetched")));
        EXPECT_THAT(result.err, Not(HasSubstr("a/one/one.onnx")));
        expect_nothing_written();
    }
}

TEST_F(ExportFetch, AnEarlierExportStaysWhenAnObjectIsLacking) {
    ASSERT_EQ(export_hub("clone").status, 0);
    const std::string sums = read_file(site / "SHA256SUMS");
    for (const fs::path& file :
         {model_of("clone", "one"), folder.path() / "clone/ONNX_HUB_MANIFEST.json"}) {
        std::string text = read_file(file);
        text.replace(text.find(to_hex(sha256_of(bytes_of("one")))), 64, std::string(64, '7'));
        write_file(file, text);
    }
    ASSERT_EQ(run("git -C clone commit -qam Update").status, 0);
    const ProgramResult result = export_hub("clone");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err,
                HasSubstr("onnxhub: a/one/one.onnx: its content is not available locally\n"));
    EXPECT_EQ(read_file(site / "SHA256SUMS"), sums);
    EXPECT_EQ(read_file(model_of("site", "one")), bytes_of("one"));
}

TEST_F(ExportFetch, WithAllowMissingOnlyWhatNobodyHasIsLeftOut) {
    server.remove(bytes_of("two"));
    const ProgramResult result = export_hub("clone", "--fetch --allow-missing");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err,
                HasSubstr("onnxhub: a/two/two.onnx: its content is not available locally\n"));
    EXPECT_EQ(read_file(model_of("site", "one")), bytes_of("one"));
    EXPECT_FALSE(fs::exists(site / "a/two"));
}

TEST_F(ExportFetch, BytesThatAreNotTheObjectNeverArrive) {
    std::string other = bytes_of("two");
    other.back() ^= 1;
    server.falsify(bytes_of("two"), other);
    const ProgramResult result = export_hub("clone");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err,
                HasSubstr("onnxhub: a/two/two.onnx: its content is not available locally\n"));
    expect_nothing_written();
    server.add(bytes_of("two"));
    EXPECT_EQ(export_hub("clone").status, 0);
    EXPECT_EQ(read_file(model_of("site", "two")), bytes_of("two"));
}

}  // namespace
}  // namespace onnxhub::test
