// SPDX-License-Identifier: Apache-2.0
// `onnxhub validate` on real repositories: output, exit status and remaining files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/digest.h"
#include "repository/lfs_pointer.h"
#include "tests/support/git_home.h"
#include "tests/support/http_server.h"
#include "tests/support/hub_builder.h"
#include "tests/support/hub_files.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

/// The healthy hub, committed, with pointers only.
class ValidateCommand : public testing::Test {
protected:
    ValidateCommand() : files(healthy_hub()) {
        for (const auto& [path, content] : files.files) hub.write(path, content);
        for (const std::string& object : files.objects) hub.add_lfs_object(object);
        hub.commit("A healthy hub");
        hub.branch("start");
    }

    ProgramResult validate(std::vector<std::string> arguments = {}) {
        return validate_in(hub.path(), std::move(arguments));
    }

    ProgramResult validate_in(const fs::path& folder, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "validate");
        return run_onnxhub(std::move(arguments), folder);
    }

    /// "rule file:line", of errors and warnings.
    std::vector<std::string> findings(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.end(), {"--format", "json"});
        const ProgramResult result = validate(arguments);
        std::vector<std::string> texts;
        const Json report = Json::parse(result.out, nullptr, false);
        if (report.is_discarded()) return {"no report: " + result.err};
        for (const Json& finding : report.at("findings")) {
            texts.push_back(finding.at("rule").get<std::string>() + " " +
                            finding.at("file").get<std::string>() + ":" +
                            std::to_string(finding.value("line", 0)));
        }
        return texts;
    }

    std::string manifest() const { return read_file(hub.path() / manifest_path); }

    void edit(const std::string& path, const std::string& from, const std::string& to) {
        std::string text = read_file(hub.path() / path);
        const std::size_t at = text.find(from);
        ASSERT_NE(at, text.npos) << from;
        text.replace(at, from.size(), to);
        hub.write(path, text);
    }

    HubFiles files;
    RepositoryBuilder hub;
};

TEST_F(ValidateCommand, AHealthyHubPasses) {
    const ProgramResult result = validate();
    EXPECT_EQ(result.status, 0) << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr("no findings; checked 12 entries, 12 rows"));
    EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(ValidateCommand, ABareCloneIsReadByRevision) {
    const ProgramResult result = validate_in(hub.bare_clone(), {"--rev", "main"});
    EXPECT_EQ(result.status, 0) << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr("skipped checks: not downloaded ("));
    EXPECT_THAT(validate_in(hub.bare_clone(), {"--rev", "main", "--verbose"}).out,
                HasSubstr("not checked by io-ports-differ: not downloaded"));
    EXPECT_EQ(validate_in(hub.bare_clone(), {}).status, 2);
    EXPECT_THAT(validate_in(hub.bare_clone(), {"--rev", "nowhere"}).err, HasSubstr("nowhere"));
}

TEST_F(ValidateCommand, AnErrorIsStatusOneWithItsLine) {
    edit(manifest_path, "\"opset_version\": 10", "\"opset_version\": 11");
    const ProgramResult result = validate();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("error[entry-opset-differs]"));
    EXPECT_THAT(result.out, HasSubstr("\"opset_version\": 11,"));
    EXPECT_THAT(result.out, HasSubstr(std::string("--> ") + manifest_path + ":"));
}

TEST_F(ValidateCommand, WarningsFailWhenAsked) {
    hub.write(manifest_path, manifest() + "\n");
    EXPECT_EQ(validate().status, 0);
    EXPECT_EQ(validate({"--fail-on", "warning"}).status, 1);
    EXPECT_EQ(validate({"--fail-on", "note"}).status, 2);
}

TEST_F(ValidateCommand, AReportInAFileHasItsSummaryOnStandardError) {
    hub.write(manifest_path, manifest() + "\n");
    const ProgramResult result = validate({"--json", "--output", "report.json"});
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("onnxhub: report.json: 1 warning in 1 file; checked "));
    EXPECT_THAT(validate({"--output", "-"}).err, Not(HasSubstr("1 warning")));
}

TEST_F(ValidateCommand, RulesAndFamiliesAreSelectedAndIgnored) {
    hub.write(manifest_path, manifest() + "\n");
    edit(manifest_path, "\"opset_version\": 10", "\"opset_version\": 11");
    EXPECT_THAT(findings({"--select", "document"}), ElementsAre(StartsWith("manifest-format")));
    EXPECT_THAT(findings({"--ignore", "document"}), ElementsAre(StartsWith("entry-opset-differs")));
    EXPECT_THAT(findings({"--select", "tables", "--ignore", "entry-opset-differs"}),
                ElementsAre(StartsWith("folder-no-link")));
    const ProgramResult unknown = validate({"--select", "manifest-fromat"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("did you mean manifest-format?"));
}

TEST_F(ValidateCommand, NotesAreShownWhenAskedFor) {
    EXPECT_THAT(validate().out, Not(HasSubstr("folder-no-link")));
    const ProgramResult verbose = validate({"--verbose"});
    EXPECT_THAT(verbose.out, HasSubstr("note[folder-no-link]"));
    EXPECT_EQ(verbose.status, 0);
}

TEST_F(ValidateCommand, NothingToCheckIsNotGreen) {
    TemporaryFolder empty;
    const ProgramResult result = validate_in(empty.path(), {});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("nothing to check"));
    write_file(empty.path() / manifest_path, "[]");
    EXPECT_EQ(validate_in(empty.path(), {}).status, 2);
    EXPECT_EQ(validate_in(empty.path(), {"none"}).status, 2);
}

TEST_F(ValidateCommand, EverythingExcludedIsNotGreen) {
    hub.write("onnxhub.toml", "[generate]\nexclude = [\"**\"]\n");
    hub.write(manifest_path, "[]");
    const ProgramResult result = validate();
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("all models in the tables are excluded"));
}

TEST_F(ValidateCommand, AnotherManifestCanBeChecked) {
    TemporaryFolder other;
    std::string text = manifest();
    text.replace(text.find("BERT"), 4, "BART");
    write_file(other.path() / "new.json", text);
    const auto found = findings({"--manifest", (other.path() / "new.json").string()});
    EXPECT_THAT(found, ElementsAre(HasSubstr("new.json:")));
    EXPECT_EQ(validate({"--manifest", "missing.json"}).status, 2);
}

TEST_F(ValidateCommand, SchemaOnlyNeedsNoRepository) {
    TemporaryFolder folder;
    write_file(folder.path() / "m.json",
               R"([{"model": "a", "model_path": "../a.onnx", "onnx_version": "1.9"}])");
    const ProgramResult result =
        validate_in(folder.path(), {"--schema-only", "--manifest", "m.json"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("opset_version is missing"));
    EXPECT_THAT(result.out, Not(HasSubstr("model-missing")));
}

TEST_F(ValidateCommand, EveryFormatIsWrittenToAFileOrStandardOutput) {
    edit(manifest_path, "\"opset_version\": 10", "\"opset_version\": 11");
    const std::pair<const char*, const char*> formats[] = {
        {"text", "error[entry-opset-differs]"},
        {"json", "\"entry-opset-differs\""},
        {"sarif", "\"$schema\""},
        {"github", "::error file=ONNX_HUB_MANIFEST.json"},
        {"junit", "<testsuites"},
        {"markdown", "entry-opset-differs"}};
    for (const auto& [format, mark] : formats) {
        const ProgramResult result = validate({"--format", format});
        EXPECT_EQ(result.status, 1) << format;
        EXPECT_THAT(result.out, HasSubstr(mark)) << format;
        EXPECT_EQ(validate({"--format", format, "--output", "report"}).out, "");
        EXPECT_EQ(read_file(hub.path() / "report"), result.out) << format;
        fs::remove(hub.path() / "report");
    }
    EXPECT_EQ(validate({"--format", "xml"}).status, 2);
}

TEST_F(ValidateCommand, AFullDeviceIsAnError) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "/dev/full is missing";
    const ProgramResult result =
        run_command({"/bin/sh", "-c", onnxhub_program() + " validate > /dev/full"}, hub.path());
    EXPECT_EQ(result.status, 2);
}

TEST_F(ValidateCommand, FixRepairsWhatTheRepositoryTellsAndLeavesTheRest) {
    const std::string before = manifest();
    std::string damaged = before;
    // A custom key in an entry that needs repair, and in one that does not.
    for (const char* name : {"\"BERT\",", "\"Ultra\","}) {
        damaged.insert(damaged.find(name) + std::string(name).size(), "\n        \"team\": \"x\",");
    }
    hub.write(manifest_path, damaged);
    ASSERT_THAT(findings(), IsEmpty());
    edit(manifest_path, "\"opset_version\": 10", "\"opset_version\": 11");
    edit(manifest_path, "\"SVHN\"", "\"SVNH\"");
    EXPECT_THAT(findings(), SizeIs(2));

    const ProgramResult result = validate({"--fix"});
    EXPECT_EQ(result.status, 0) << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr("fixed: regenerated BERT (opset 10"));
    EXPECT_EQ(manifest(), damaged);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(validate({"--fix"}).out, HasSubstr("--fix found nothing to repair"));
}

TEST_F(ValidateCommand, FixMakesMissingManifestsAndEntriesAndRemovesStaleOnes) {
    const std::string before = manifest();
    fs::remove(hub.path() / manifest_path);
    EXPECT_EQ(validate({"--fix"}).status, 0);
    EXPECT_EQ(manifest(), before);

    edit("vision/faces/README.md", "| Ultra | [1 kB](model/ultra-13.onnx)", "| | ");
    std::string readme = read_file(hub.path() / "vision/faces/README.md");
    readme.erase(readme.rfind("\n| |") + 1);
    hub.write("vision/faces/README.md", readme);
    const ProgramResult result = validate({"--fix"});
    EXPECT_EQ(result.status, 0) << result.out;
    EXPECT_THAT(result.out, HasSubstr("fixed: removed Ultra"));
    EXPECT_THAT(manifest(), Not(HasSubstr("Ultra")));
}

TEST_F(ValidateCommand, FixSortsAndLaysOut) {
    const std::string before = manifest();
    hub.write(manifest_path, Json::parse(before).dump(2));
    EXPECT_EQ(validate({"--fix"}).status, 0);
    // nlohmann's json sorts keys: only entries with findings are regenerated.
    EXPECT_EQ(Json::parse(manifest()), Json::parse(before));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ValidateCommand, FixDoesNotEmptyAHub) {
    const std::string before = manifest();
    for (const char* folder : {"vision/faces", "text/words"}) {
        fs::remove_all(hub.path() / folder);
        edit("README.md", std::string("](") + folder + ")", "]()");
    }
    const ProgramResult refused = validate({"--fix"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.out, HasSubstr("of 12 entries would be removed; to remove them, confirm "
                                       "with --allow-removals"));
    EXPECT_EQ(manifest(), before);
    const ProgramResult allowed = validate({"--fix", "--allow-removals"});
    EXPECT_EQ(allowed.status, 0) << allowed.out;
    EXPECT_NE(manifest(), before);
}

TEST_F(ValidateCommand, FixMakesItsOtherRepairsWhereItMayNotRemove) {
    const Json before = Json::parse(manifest());
    for (const char* folder : {"vision/faces", "text/words"}) {
        fs::remove_all(hub.path() / folder);
        edit("README.md", std::string("](") + folder + ")", "]()");
    }
    edit(manifest_path, "\"SVHN\"", "\"SVNH\"");
    const ProgramResult result = validate({"--fix"});
    EXPECT_EQ(result.status, 1) << "what was kept is still a finding";
    EXPECT_THAT(result.out, testing::AllOf(HasSubstr("fixed: regenerated SVHN"),
                                           HasSubstr("not fixed: remove ")));
    EXPECT_EQ(Json::parse(manifest()), before);
}

TEST_F(ValidateCommand, FixCantRepairARevisionOrBrokenJson) {
    EXPECT_EQ(validate({"--fix", "--rev", "HEAD"}).status, 2);
    hub.write(manifest_path, "[{");
    const ProgramResult result = validate({"--fix"});
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(manifest(), "[{");
}

TEST_F(ValidateCommand, ChangedSinceTellsOfTheChangeAlone) {
    // An existing finding: the name of an entry was wrong before the branch.
    edit(manifest_path, "\"SVHN\"", "\"SVNH\"");
    hub.commit("Existing findings");
    hub.branch("base");
    EXPECT_THAT(findings({"--changed-since", "base"}), IsEmpty());

    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    hub.commit("A change");
    EXPECT_THAT(findings(), SizeIs(2));
    EXPECT_THAT(findings({"--changed-since", "base"}),
                ElementsAre(StartsWith("entry-name-differs")));
    EXPECT_THAT(validate({"--changed-since", "base"}).out,
                HasSubstr("only what changed since base is reported"));
}

TEST_F(ValidateCommand, ChangedSinceTellsWhatTheChangeBreaksElsewhere) {
    hub.branch("base");
    hub.remove("text/words/model/gpt-10.onnx");
    hub.commit("Remove a model that entry and row still name");
    EXPECT_THAT(findings({"--changed-since", "base"}),
                ElementsAre(StartsWith("model-missing ONNX_HUB_MANIFEST.json"),
                            StartsWith("row-file-missing text/words/README.md")));
}

TEST_F(ValidateCommand, ChangedSinceLooksAtUncommittedChangesToo) {
    edit("text/words/README.md", "| GPT ", "| GPT-1 ");
    EXPECT_THAT(findings({"--changed-since", "HEAD"}),
                ElementsAre(StartsWith("entry-name-differs")));
}

TEST_F(ValidateCommand, AnIgnoredFindingNeedsAReasonAndIsCounted) {
    edit(manifest_path, "\"SVHN\"", "\"SVNH\"");
    hub.write("onnxhub.toml",
              "[[validate.ignore]]\nrule = \"entry-name-differs\"\npath = \"vision/**\"\n"
              "reason = \"renamed next week\"\n");
    const ProgramResult result = validate();
    EXPECT_EQ(result.status, 0) << result.out;
    EXPECT_THAT(result.out, HasSubstr("1 finding is ignored by onnxhub.toml"));
    hub.write("onnxhub.toml",
              "[[validate.ignore]]\nrule = \"entry-name-differs\"\npath = \"text/**\"\n"
              "reason = \"renamed next week\"\n");
    EXPECT_THAT(findings(), Contains(StartsWith("ignore-unused onnxhub.toml:1")));
    hub.write("onnxhub.toml", "[[validate.ignore]]\nrule = \"graph\"\npath = \"**\"\n");
    EXPECT_EQ(validate().status, 2);
}

TEST_F(ValidateCommand, ABaselinePassesOldDebtAndNothingNew) {
    edit(manifest_path, "\"SVHN\"", "\"SVNH\"");
    EXPECT_EQ(validate({"--write-baseline", "known.json"}).status, 0);
    EXPECT_EQ(validate({"--baseline", "known.json"}).status, 0);
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    EXPECT_THAT(findings({"--baseline", "known.json"}), SizeIs(1));
    edit(manifest_path, "\"SVNH\"", "\"SVHN\"");
    EXPECT_THAT(validate({"--baseline", "known.json"}).out,
                HasSubstr("notice: fixed since the baseline: entry-name-differs"));
    EXPECT_EQ(validate({"--baseline", "missing.json"}).status, 2);
}

TEST_F(ValidateCommand, APartOfTheHubDoesNotCallTheRestFixed) {
    edit(manifest_path, "\"SVHN\"", "\"SVNH\"");
    hub.commit("Existing findings");
    hub.branch("base");
    EXPECT_EQ(validate({"--write-baseline", "known.json"}).status, 0);
    for (const std::vector<std::string>& part :
         {std::vector<std::string>{"--changed-since", "base"}, {"--select", "files"}}) {
        std::vector<std::string> arguments{"--baseline", "known.json"};
        arguments.insert(arguments.end(), part.begin(), part.end());
        const ProgramResult result = validate(arguments);
        EXPECT_EQ(result.status, 0) << result.out;
        EXPECT_THAT(result.out, Not(HasSubstr("fixed since")));
    }
}

TEST_F(ValidateCommand, FixWithinAChangeReportsOnTheChangeAlone) {
    edit(manifest_path, "\"SVHN\"", "\"SVNH\"");
    hub.commit("Existing findings");
    hub.branch("base");
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    const ProgramResult result = validate({"--fix", "--changed-since", "base"});
    EXPECT_EQ(result.status, 0) << result.out;
    EXPECT_THAT(manifest(), HasSubstr("\"GPT\""));
    EXPECT_THAT(manifest(), HasSubstr("\"SVNH\""));
}

TEST_F(ValidateCommand, RemoteAsksTheServerAndDownloadsNothing) {
    const std::string gone = files.objects.front();
    HttpServer server([&](const ReceivedRequest& request) {
        Json answer = {{"objects", Json::array()}};
        const Json question = Json::parse(request.body);
        for (Json object : question.at("objects")) {
            if (object.at("oid") == to_hex(sha256_of(gone))) {
                object["error"] = {{"code", 404}, {"message", "Object does not exist"}};
            } else {
                object["actions"] = {{"download", {{"href", "http://127.0.0.1:1/"}}}};
            }
            answer["objects"].push_back(object);
        }
        return Answer{200, answer.dump()};
    });
    hub.set_config("lfs.url", server.url("/lfs"));
    EXPECT_THAT(findings({"--remote"}),
                ElementsAre("remote-object-missing vision/digits/model/mnist-8.onnx:0"));
    EXPECT_THAT(server.requests(), Each(testing::Field(&ReceivedRequest::method, "POST")));
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(ValidateCommand, ARemoteThatCannotTellIsInconclusive) {
    HttpServer server([](const ReceivedRequest&) { return Answer{401, ""}; });
    hub.set_config("lfs.url", server.url("/lfs"));
    const ProgramResult result = validate({"--remote"});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out,
                HasSubstr("24 not checked by remote-object-missing: inconclusive: the "
                          "Git LFS server does not grant access (401); set ONNXHUB_LFS_TOKEN"));
}

TEST_F(ValidateCommand, ATokenDoesNotGoToAServerThatAStrangerNames) {
    HttpServer other([](const ReceivedRequest&) { return Answer{401, ""}; });
    hub.write(".lfsconfig", "[lfs]\n\turl = " + other.url("/lfs") + "\n");
    hub.set_config("remote.origin.url", "https://github.com/someone/hub");
    TemporaryFolder home;
    write_file(home.path() / ".netrc", "machine 127.0.0.1 login me password secret\n");
    const auto validate = [&](const std::string& config) {
        write_file(home.path() / "config.toml", config);
        return run_command(
            {"env", "HOME=" + home.path().string(),
             "ONNXHUB_CONFIG=" + (home.path() / "config.toml").string(), "ONNXHUB_LFS_TOKEN=secret",
             "GITHUB_TOKEN=secret", onnxhub_program(), "validate", "--remote"},
            hub.path());
    };
    // In a private network it is not asked at all, unless the user names it.
    EXPECT_THAT(validate("").out, HasSubstr("inconclusive"));
    ASSERT_THAT(other.requests(), IsEmpty());
    const ProgramResult result =
        validate("[network]\nallow = [\"127.0.0.1:" + std::to_string(other.port()) + "\"]\n");
    EXPECT_EQ(result.status, 0) << result.out;
    ASSERT_THAT(other.requests(), Not(IsEmpty()));
    for (const ReceivedRequest& request : other.requests()) {
        EXPECT_EQ(request.header("authorization"), nullptr);
    }
}

TEST_F(ValidateCommand, APasswordOfNetrcGoesToTheServerOfGitsOwnConfiguration) {
    HttpServer server([](const ReceivedRequest&) { return Answer{401, ""}; });
    hub.set_config("lfs.url", server.url("/lfs"));
    TemporaryFolder home;
    write_file(home.path() / ".netrc", "machine 127.0.0.1 login me password secret\n");
    run_command({"env", "HOME=" + home.path().string(), onnxhub_program(), "validate", "--remote"},
                hub.path());
    ASSERT_THAT(server.requests(), Not(IsEmpty()));
    EXPECT_NE(server.requests()[0].header("authorization"), nullptr);
}

TEST_F(ValidateCommand, ATokenGoesToTheServerOfGitsOwnConfiguration) {
    HttpServer server([](const ReceivedRequest&) { return Answer{401, ""}; });
    hub.set_config("lfs.url", server.url("/lfs"));
    run_command({"env", "ONNXHUB_LFS_TOKEN=secret", onnxhub_program(), "validate", "--remote"},
                hub.path());
    ASSERT_THAT(server.requests(), Not(IsEmpty()));
    EXPECT_NE(server.requests()[0].header("authorization"), nullptr);
}

TEST_F(ValidateCommand, RulesAreListedAndTheirPageIsUpToDate) {
    const ProgramResult text = validate({"--rules"});
    EXPECT_EQ(text.status, 0);
    EXPECT_THAT(text.out, HasSubstr("model-sha-differs"));
    const Json rules = Json::parse(validate({"--rules", "--format", "json"}).out);
    std::set<std::string> ids;
    for (const Json& rule : rules) ids.insert(rule.at("id"));
    EXPECT_EQ(ids.size(), rules.size());
    EXPECT_EQ(validate({"--rules", "--format", "markdown"}).out,
              read_file(std::string(ONNXHUB_SOURCE) + "/docs/rules.md"))
        << "regenerate it with: onnxhub validate --rules --format markdown > docs/rules.md";
    EXPECT_EQ(validate({"--rules", "--format", "sarif"}).status, 2);
}

TEST_F(ValidateCommand, CombinationsThatMakeNoSenseAreRefused) {
    EXPECT_EQ(validate({"--allow-removals"}).status, 2);
    EXPECT_EQ(validate({"--baseline", "a", "--write-baseline", "a"}).status, 2);
    EXPECT_EQ(validate({"--remote", "--schema-only"}).status, 2);
    EXPECT_EQ(validate({"--jobs", "0"}).status, 2);
}

/// A clone with git-lfs whose objects are stored in a second local repository.
TEST(ValidateFetch, GetsModelsAndArchivesAndLeavesThePointers) {
    if (!has_program("git-lfs")) GTEST_SKIP() << "git-lfs is not installed";
    const GitHome folder;
    const HubFiles hub = healthy_hub();
    for (const auto& [path, content] : hub.files)
        write_file(folder.path() / "files" / path, content);
    const MemoryTree tree = hub.tree();
    for (const auto& [path, content] : hub.files) {
        const auto parsed = parse_lfs_pointer(content);
        const auto* pointer = std::get_if<LfsPointer>(&parsed);
        if (!pointer) continue;
        write_file(folder.path() / "files" / path,
                   read_whole(*tree.open_lfs_object(*pointer), 1 << 20, path));
    }
    const ProgramResult made = folder.run(R"(
            set -e
            git init -q -b main origin; cd origin
            cp -R ../files/. .; git add -A; git commit -qm Models; cd ..
            GIT_LFS_SKIP_SMUDGE=1 git clone -q "file://$PWD/origin" clone)");
    ASSERT_EQ(made.status, 0) << made.err;
    const auto run = [&](const std::string& command) { return folder.run("cd clone; " + command); };
    EXPECT_THAT(run("\"$ONNXHUB\" validate").out, HasSubstr("not downloaded"));
    const ProgramResult fetched = run("\"$ONNXHUB\" validate --fetch");
    EXPECT_EQ(fetched.status, 0) << fetched.out << fetched.err;
    EXPECT_THAT(fetched.err, HasSubstr("fetching 23 files"));
    EXPECT_THAT(fetched.out, Not(HasSubstr("not downloaded")));
    EXPECT_EQ(run("git status --porcelain").out, "");
}

/// The report contains notes about the tree.
TEST_F(ValidateCommand, TreesTellWhatTheyLeftOut) {
    hub.add_submodule("partner");
    hub.write("inner/.git/HEAD", "ref: refs/heads/main\n");
    hub.write("inner/.git/config", "[core]\n\trepositoryformatversion = 0\n");
    fs::create_directories(hub.path() / "inner/.git/objects");
    fs::create_directories(hub.path() / "inner/.git/refs");
    hub.write("line\nbreak.onnx", "x");
    const ProgramResult result = validate({"--verbose"});
    EXPECT_EQ(result.status, 0) << result.out;
    EXPECT_THAT(result.out, HasSubstr("note[submodule-left-out]"));
    EXPECT_THAT(result.out, HasSubstr("note[repository-left-out]"));
    EXPECT_THAT(result.out, HasSubstr("note[path-left-out]"));
}

}  // namespace
}  // namespace onnxhub::test
