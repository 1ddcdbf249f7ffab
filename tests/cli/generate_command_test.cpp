// SPDX-License-Identifier: Apache-2.0
// `onnxhub generate` on real repositories: output, exit status and remaining files.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/digest.h"
#include "manifest/json.h"
#include "tests/support/git_home.h"
#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* manifest_name = "ONNX_HUB_MANIFEST.json";

std::string root_readme(const std::vector<std::string>& folders) {
    std::string text = "| Model Class |\n|-|\n";
    for (const std::string& folder : folders) text += "| [" + folder + "](" + folder + ") |\n";
    return text;
}

std::string table(const std::vector<HubRow>& rows) {
    std::string text = "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n";
    for (const HubRow& row : rows) {
        text += "| " + row.name + " | [1 kB](" + row.link + ") | " + row.onnx_version + " | " +
                row.opset + " |\n";
    }
    return text;
}

/// Two models: one in git, the other a Git LFS pointer whose object is missing.
class GenerateCommand : public testing::Test {
protected:
    GenerateCommand() {
        hub.write("README.md", root_readme({"a", "b"}));
        hub.write("a/README.md", table({{"A", "a.onnx"}}));
        hub.write("b/README.md", table({{"B", "b.onnx"}}));
        hub.write("a/a.onnx", small_model());
        hub.write_pointer("b/b.onnx", small_model(5));
        hub.commit("Two models");
    }

    fs::path manifest() const { return hub.path() / manifest_name; }
    ProgramResult generate(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.begin(), "generate");
        return run_onnxhub(std::move(arguments), hub.path());
    }

    RepositoryBuilder hub;
};

TEST_F(GenerateCommand, WritesTheManifestAndSaysWhereFactsCameFrom) {
    const ProgramResult result = generate();
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr("1 model not available locally"));
    EXPECT_THAT(result.err, HasSubstr("git lfs pull --include \"/b/b.onnx\""));
    EXPECT_THAT(result.err, HasSubstr("from LFS pointers"));
    const ManifestDocument document = parse_document(read_file(manifest()));
    ASSERT_EQ(document.entries.size(), 2u);
    EXPECT_EQ(document.entries[1].entry->content.sha, sha256_of(small_model(5)));
}

TEST_F(GenerateCommand, UnchangedManifestIsNotTouchedAtAll) {
    generate();
    struct stat before = {}, after = {};
    stat(manifest().c_str(), &before);
    EXPECT_THAT(generate().err, HasSubstr("unchanged"));
    stat(manifest().c_str(), &after);
    EXPECT_EQ(before.st_ino, after.st_ino);
    EXPECT_EQ(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
}

TEST_F(GenerateCommand, SaysWhichEntriesItChanged) {
    EXPECT_THAT(generate().err, HasSubstr("2 entries written"));
    hub.write("a/README.md", table({{"A", "a.onnx"}, {"C", "c.onnx"}}));
    hub.write("a/c.onnx", small_model(6));
    hub.write_pointer("b/b.onnx", small_model(7));
    const ProgramResult result = generate();
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("onnxhub: 1 added, 1 changed, 1 unchanged:\n"
                                      "onnxhub:   + C (opset 13, a/c.onnx)\n"
                                      "onnxhub:   ~ B (opset 13, b/b.onnx): metadata.model_sha"));
    EXPECT_THAT(generate().err, Not(HasSubstr("1 added")));
}

TEST_F(GenerateCommand, ListsOfChangedEntriesEndAtTen) {
    generate();
    std::vector<HubRow> rows{{"A", "a.onnx"}};
    for (int i = 0; i < 12; ++i) {
        const std::string name = "C" + std::to_string(i);
        rows.push_back({name, name + ".onnx"});
        hub.write("a/" + name + ".onnx", small_model(10 + i));
    }
    hub.write("a/README.md", table(rows));
    const std::string text = generate().err;
    EXPECT_THAT(text, HasSubstr("12 added, 2 unchanged:"));
    EXPECT_THAT(text, HasSubstr("+ C7 "));
    EXPECT_THAT(text, Not(HasSubstr("+ C8 ")));
    EXPECT_THAT(text, HasSubstr("  and 2 more (--verbose lists them)"));
    fs::remove(manifest());
    hub.write("a/README.md", table({{"A", "a.onnx"}}));
    generate();
    hub.write("a/README.md", table(rows));
    EXPECT_THAT(generate({"--verbose"}).err, HasSubstr("+ C9 "));
}

TEST_F(GenerateCommand, WarningsOfARuleEndAtTen) {
    std::vector<HubRow> rows{{"A", "a.onnx"}};
    for (int i = 0; i < 12; ++i) {
        const std::string name = "C" + std::to_string(i);
        rows.push_back({name, name + ".onnx"});
        hub.write("a/" + name + ".onnx",
                  "version https://git-lfs.github.com/spec/v1\r\noid sha256:" +
                      to_hex(sha256_of(name)) + "\r\nsize 2\r\n");
    }
    hub.write("a/README.md", table(rows));
    const auto warnings = [](const std::string& text) {
        std::size_t count = 0;
        for (std::size_t at = 0; (at = text.find("warning: ", at)) != text.npos; ++at) ++count;
        return count;
    };
    const ProgramResult result = generate();
    EXPECT_EQ(warnings(result.err), 10u) << result.err;
    EXPECT_THAT(result.err, HasSubstr("and 2 more of pointer-crlf (--verbose lists them)"));
    EXPECT_EQ(warnings(generate({"--verbose"}).err), 12u);
}

TEST_F(GenerateCommand, CheckPrintsJson) {
    generate();
    EXPECT_EQ(generate({"--check", "--json"}).out, "[]\n");
    hub.write("a/README.md", table({{"A", "a.onnx", "", "1.9"}, {"C", "c.onnx"}}));
    hub.write("a/c.onnx", small_model(6));
    const ProgramResult result = generate({"--check", "--json"});
    EXPECT_EQ(result.status, 1);
    const auto parsed = parse_json(result.out);
    ASSERT_TRUE(std::holds_alternative<JsonDocument>(parsed)) << result.out;
    const JsonArray& entries = *std::get<JsonDocument>(parsed).root.array();
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(*entries[0].find("change")->string(), "changed");
    EXPECT_EQ(*entries[0].find("model")->string(), "A");
    const JsonArray& fields = *entries[0].find("fields")->array();
    ASSERT_EQ(fields.size(), 1u);
    EXPECT_EQ(*fields[0].find("field")->string(), "onnx_version");
    EXPECT_EQ(*fields[0].find("after")->string(), "\"1.9\"");
    EXPECT_EQ(*entries[1].find("change")->string(), "added");
    EXPECT_EQ(*entries[1].find("model_path")->string(), "a/c.onnx");
    EXPECT_FALSE(entries[1].find("fields"));
    EXPECT_EQ(generate({"--json"}).status, 2);
}

TEST_F(GenerateCommand, WarningsThatTheSettingsAcceptAreCounted) {
    hub.write("a/README.md", table({{"A", "a.onnx", "", "1.7", "12"}}));
    EXPECT_THAT(generate().err, HasSubstr("onnxhub: warning: a/README.md:3: "));
    hub.write("onnxhub.toml",
              "[[validate.ignore]]\nrule = \"graph-opset-differs\"\npath = \"a/**\"\n"
              "reason = \"known\"\n");
    const std::string text = generate().err;
    EXPECT_THAT(text, Not(HasSubstr("warning: a/README.md")));
    EXPECT_THAT(text, HasSubstr("1 warning is accepted by [[validate.ignore]]"));
}

TEST_F(GenerateCommand, PermissionsOfTheManifestAreKept) {
    generate();
    chmod(manifest().c_str(), 0604);
    hub.write("b/README.md", table({{"B renamed", "b.onnx"}}));
    EXPECT_EQ(generate().status, 0);
    struct stat status = {};
    stat(manifest().c_str(), &status);
    EXPECT_EQ(status.st_mode & 07777, 0604u);
}

TEST_F(GenerateCommand, CheckSaysWhatWouldChangeAndWritesNothing) {
    EXPECT_EQ(generate({"--check"}).status, 1);
    EXPECT_FALSE(fs::exists(manifest()));
    generate();
    EXPECT_EQ(generate({"--check"}).status, 0);
    hub.write("b/README.md", table({{"B", "b.onnx", "", "1.8", "12"}}));
    const std::string before = read_file(manifest());
    const ProgramResult result = generate({"--check"});
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "~ B (opset 12, b/b.onnx)\n    opset_version: 13 -> 12\n");
    EXPECT_EQ(read_file(manifest()), before);
}

TEST_F(GenerateCommand, RevisionOfABareCloneGoesToStandardOutputAndWritesNothing) {
    generate();
    const std::string expected = read_file(manifest());
    const fs::path bare = hub.bare_clone();
    const ProgramResult result = run_onnxhub({"generate", bare.string(), "--rev", "main"}, "/");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, expected);
    EXPECT_FALSE(fs::exists(bare / manifest_name));
}

TEST_F(GenerateCommand, PlainFolderNeedsNoRepository) {
    generate();
    const std::string expected = read_file(manifest());
    TemporaryFolder copy;
    fs::copy(hub.path(), copy.path(), fs::copy_options::recursive);
    fs::remove_all(copy.path() / ".git");
    fs::remove(copy.path() / manifest_name);
    EXPECT_EQ(run_onnxhub({"generate"}, copy.path()).status, 0);
    EXPECT_EQ(read_file(copy.path() / manifest_name), expected);
}

TEST_F(GenerateCommand, WrongCallsEndWithStatus2AndOneLine) {
    const std::vector<std::vector<std::string>> calls = {
        {"generate", "--no-such-option"},
        {"generate", "no/such/folder"},
        {"generate", "--rev", "no-such-branch"},
        {"generate", "--target", "single"},
        {"generate", "--target", "single", "--path", "../x"},
        {"generate", "--target", "single", "--path", "no/model.onnx"},
        {"generate", "--drop"},
        {"generate", "--base", "no-such-branch"},
        {"generate", "--jobs", "0"},
        {"generate", "--carry", "no-such-file"},
        {"generate", "--settings", "no-such-file"},
        {"no-such-command"},
        {"inspect", "no-such-file"},
    };
    for (const auto& call : calls) {
        const ProgramResult result = run_onnxhub(call, hub.path());
        EXPECT_EQ(result.status, 2) << testing::PrintToString(call);
        EXPECT_THAT(result.err, StartsWith("onnxhub: error: ")) << testing::PrintToString(call);
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
        EXPECT_THAT(result.out, IsEmpty());
    }
    EXPECT_FALSE(fs::exists(manifest()));
}

TEST_F(GenerateCommand, BrokenManifestIsAnErrorWithItsLineAndNeverAnEmptyOne) {
    const std::string broken = "[\n    {\"model\": \"A\",}\n]";
    hub.write(manifest_name, broken);
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {}, {"--target", "diff"}, {"--target", "single", "--path", "a/a.onnx"}}) {
        const ProgramResult result = generate(arguments);
        EXPECT_EQ(result.status, 2);
        EXPECT_THAT(result.err, HasSubstr(std::string(manifest_name) + ":2: "));
        EXPECT_EQ(read_file(manifest()), broken);
    }
}

TEST_F(GenerateCommand, TooManyRemovalsNeedAWord) {
    generate();
    const std::string before = read_file(manifest());
    hub.write("README.md", root_readme({"c"}));
    hub.write("c/README.md", table({{"C", "c.onnx"}}));
    hub.write("c/c.onnx", small_model(7));
    ProgramResult result = generate();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("removed: B (opset 13, b/b.onnx)"));
    EXPECT_THAT(result.err, HasSubstr("2 of 2 entries would be removed, so nothing was written"));
    EXPECT_EQ(read_file(manifest()), before);
    result = generate({"--allow-removals"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(parse_document(read_file(manifest())).entries.size(), 1u);
}

TEST_F(GenerateCommand, OneOfAFewEntriesMayGoButNotTheOnlyOne) {
    generate();
    hub.write("README.md", root_readme({"a"}));
    ProgramResult result = generate();
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("removed: B (opset 13, b/b.onnx)"));
    EXPECT_EQ(parse_document(read_file(manifest())).entries.size(), 1u);
    hub.write("a/README.md", table({}));
    result = generate();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("1 of 1 entries would be removed"));
    EXPECT_EQ(parse_document(read_file(manifest())).entries.size(), 1u);
}

TEST_F(GenerateCommand, DiffSeesCommittedAndUncommittedChanges) {
    generate();
    hub.commit("Manifest");
    hub.branch("topic").checkout("topic");
    hub.write("a/README.md", table({{"A", "a.onnx", "", "1.9", "13"}}));
    hub.commit("Another release");
    hub.write("b/README.md", table({{"B two", "b.onnx"}}));
    const ProgramResult result = generate({"--target", "diff", "--base", "main"});
    EXPECT_EQ(result.status, 0) << result.err;
    const ManifestDocument document = parse_document(read_file(manifest()));
    EXPECT_EQ(document.entries.at(0).entry->onnx_version, "1.9");
    EXPECT_EQ(document.entries.at(1).entry->model, "B two");
}

TEST_F(GenerateCommand, ShallowCloneWithoutTheBaseNamesFetchDepth) {
    if (!has_program("git")) GTEST_SKIP() << "git is not installed";
    generate();
    hub.commit("Manifest");
    TemporaryFolder clones;
    const ProgramResult clone =
        run_command({"git", "-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.required=false",
                     "clone", "-q", "--depth", "1", "file://" + hub.path().string(), "shallow"},
                    clones.path());
    ASSERT_EQ(clone.status, 0) << clone.err;
    const ProgramResult result =
        run_onnxhub({"generate", "shallow", "--target", "diff", "--base", "HEAD~1"}, clones.path());
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("fetch-depth: 0"));
}

TEST_F(GenerateCommand, UnmodifiedLfsFilesAreNotRead) {
    hub.write_lfs("b/b.onnx", small_model(5000));
    ProgramResult result = generate();
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("1 (39.2 KiB) unchanged since git's index"));
    EXPECT_THAT(result.err, HasSubstr("2 read"));
    const std::string quick = read_file(manifest());
    EXPECT_THAT(generate({"--rehash"}).err, HasSubstr("0 (0 bytes) unchanged"));
    EXPECT_EQ(read_file(manifest()), quick);
}

TEST_F(GenerateCommand, FifoInPlaceOfAModelIsADiagnosticAndNoHang) {
    fs::remove(hub.path() / "a/a.onnx");
    ASSERT_EQ(mkfifo((hub.path() / "a/a.onnx").c_str(), 0600), 0);
    const ProgramResult result = generate();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("a/README.md:3: a/a.onnx is not a regular file"));
    EXPECT_EQ(parse_document(read_file(manifest())).entries.size(), 1u);
}

TEST_F(GenerateCommand, UnreadableModelIsADiagnosticOfThatModel) {
    if (geteuid() == 0) GTEST_SKIP() << "root can read everything";
    chmod((hub.path() / "a/a.onnx").c_str(), 0);
    const ProgramResult result = generate();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("a/a.onnx"));
}

TEST_F(GenerateCommand, FullDiskLeavesTheOldManifest) {
    generate();
    const std::string before = read_file(manifest());
    hub.write("b/README.md", table({{"B renamed", "b.onnx"}}));
    // 512-byte blocks: no file can grow beyond 512 bytes, which the manifest needs.
    const ProgramResult result = run_command(
        {"sh", "-c", "trap '' XFSZ; ulimit -f 1; exec " + onnxhub_program() + " generate"},
        hub.path());
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr(manifest_name));
    EXPECT_EQ(read_file(manifest()), before);
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(hub.path())) {
        files += entry.path().filename().string().starts_with(".ONNX");
    }
    EXPECT_EQ(files, 0u) << "a temporary file was left behind";
}

TEST_F(GenerateCommand, StandardOutputThatIsFullIsAnError) {
    const ProgramResult result = run_command(
        {"sh", "-c", onnxhub_program() + " generate --output - > /dev/full"}, hub.path());
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("standard output"));
}

/// Bytes a process has read so far.
std::uint64_t bytes_read_by(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/io");
    std::string key;
    std::uint64_t value = 0;
    while (file >> key >> value) {
        if (key == "rchar:") return value;
    }
    return 0;
}

TEST_F(GenerateCommand, InterruptionLeavesTheOldManifestAndEndsWith130) {
    generate();
    const std::string before = read_file(manifest());
    fs::resize_file(hub.path() / "a/a.onnx", std::uintmax_t{200} << 30);  // sparse, minutes to hash
    const pid_t child = fork();
    if (child == 0) {
        const int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, STDERR_FILENO);
        execl(onnxhub_program().c_str(), "onnxhub", "generate", hub.path().c_str(), nullptr);
        _exit(127);
    }
    while (bytes_read_by(child) < 64u << 20 && kill(child, 0) == 0) usleep(1000);
    kill(child, SIGINT);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130);
    EXPECT_EQ(read_file(manifest()), before);
}

TEST_F(GenerateCommand, UnknownSettingsAreWarnedAboutAndBrokenOnesRefused) {
    hub.write("onnxhub.toml", "[generate]\nexclud = [\"b/**\"]\n");
    ProgramResult result = generate();
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("onnxhub.toml:2: "));
    EXPECT_THAT(result.err, HasSubstr("exclude"));
    hub.write("onnxhub.toml", "[generate\n");
    result = generate();
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, StartsWith("onnxhub: error: onnxhub.toml:1: "));
}

TEST_F(GenerateCommand, FileNamesCannotForgeLinesOfTheLog) {
    hub.write("a/README.md", table({{"A", "evil%0A::error::x.onnx"}}));
    const ProgramResult result = generate();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, Not(HasSubstr("\n::error::")));
}

/// A clone with git-lfs of a hub whose objects are stored in a second local repository.
class GenerateFetch : public testing::Test {
protected:
    void SetUp() override {
        if (!has_program("git-lfs")) GTEST_SKIP() << "git-lfs is not installed";
        const std::string setup = R"(
            set -e
            git init -q -b main origin; cd origin
            printf '*.onnx filter=lfs diff=lfs merge=lfs -text\n' > .gitattributes
            cp -R ../files/. .; git add -A; git commit -qm Models; cd ..
            GIT_LFS_SKIP_SMUDGE=1 git clone -q "file://$PWD/origin" clone
        )";
        write_file(folder.path() / "files/README.md", root_readme({"a"}));
        write_file(folder.path() / "files/a/README.md",
                   table({{"A", "a.onnx"}, {"Odd", "odd%20name,%5b1%5d.onnx"}}));
        write_file(folder.path() / "files/a/a.onnx", small_model());
        write_file(folder.path() / "files/a/odd name,[1].onnx", small_model(6));
        const ProgramResult result = folder.run(setup);
        ASSERT_EQ(result.status, 0) << result.err;
    }

    ProgramResult run(const std::string& command) { return folder.run("cd clone; " + command); }

    std::size_t entries_with_ports() {
        std::size_t count = 0;
        const auto document = parse_document(read_file(folder.path() / "clone" / manifest_name));
        for (const ManifestEntry& entry : document.entries)
            count += entry.entry->io_ports.has_value();
        return count;
    }

    GitHome folder;
};

TEST_F(GenerateFetch, GetsTheMissingModels) {
    const ProgramResult result = run("\"$ONNXHUB\" generate --fetch");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(entries_with_ports(), 2u);
    EXPECT_EQ(read_file(folder.path() / "clone/a/a.onnx"), small_model());
}

TEST_F(GenerateFetch, DropPutsThePointersBackAndGitStatusIsClean) {
    const ProgramResult result = run("\"$ONNXHUB\" generate --fetch --drop");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(entries_with_ports(), 2u);
    EXPECT_THAT(read_file(folder.path() / "clone/a/a.onnx"),
                StartsWith("version https://git-lfs.github.com/spec/v1"));
    EXPECT_EQ(run("git status --porcelain").out, "?? " + std::string(manifest_name) + "\n");
    EXPECT_EQ(run("find .git/lfs/objects -type f").out, "");
}

TEST_F(GenerateFetch, ObjectThatNobodyHasIsAnErrorAndTheOthersAreDescribed) {
    fs::remove_all(folder.path() / "origin/.git/lfs/objects");
    const ProgramResult pointers = run("git lfs fetch");  // the output without us
    ASSERT_NE(pointers.status, 0);
    const ProgramResult result = run("\"$ONNXHUB\" generate --fetch --drop");
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("onnxhub: error: git-lfs: git lfs fetch failed"));
    EXPECT_THAT(result.err, HasSubstr("0 read, 0 carried, 2 missing"));
    EXPECT_EQ(run("git status --porcelain").out, "?? " + std::string(manifest_name) + "\n");
}

TEST_F(GenerateFetch, RevisionsAreFetchedIntoTheStoreAlone) {
    const ProgramResult result =
        run(std::string("\"$ONNXHUB\" generate --rev HEAD --fetch --output ") + manifest_name);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(entries_with_ports(), 2u);
    EXPECT_THAT(read_file(folder.path() / "clone/a/a.onnx"), StartsWith("version https"));
}

}  // namespace
}  // namespace onnxhub::test
