// SPDX-License-Identifier: Apache-2.0
// Pull requests that hide what they break: validate uses the base's settings and git's records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "manifest/manifest.h"
#include "tests/support/git_home.h"
#include "tests/support/hub_builder.h"
#include "tests/support/hub_files.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

const char* const ignore_everything =
    "[[validate.ignore]]\nrule = \"tables\"\npath = \"**\"\nreason = \"trust me\"\n";

/// The healthy hub in a folder of a repository, with pointers only and the branch `base`.
class ChangeJudgement : public testing::Test {
protected:
    explicit ChangeJudgement(std::string folder = "") : prefix(folder.empty() ? "" : folder + "/") {
        for (const auto& [path, content] : healthy_hub().files) hub.write(prefix + path, content);
        hub.write(".github/workflows/validate.yml", "on: pull_request\n");
        hub.commit("A healthy hub");
        set_base();
    }

    /// Starts the branch of the change.
    void set_base() {
        base += "-";
        hub.branch(base);
    }

    std::string read(const std::string& path) { return read_file(hub.path() / (prefix + path)); }

    void edit(const std::string& path, const std::string& from, const std::string& to) {
        std::string text = read(path);
        const std::size_t at = text.find(from);
        ASSERT_NE(at, text.npos) << from;
        text.replace(at, from.size(), to);
        hub.write(prefix + path, text);
    }

    void edit_first_entry(const std::function<void(Entry&)>& change) {
        const std::string text = read(manifest_path);
        const ManifestDocument document = parse_document(text);
        Entry entry = *document.entries.front().entry;
        change(entry);
        edit(manifest_path, document.entries.front().text.copy(), entry_text(to_json(entry)));
    }

    ProgramResult onnxhub(std::vector<std::string> arguments) {
        return run_onnxhub(std::move(arguments), hub.path() / prefix);
    }

    Json report(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.begin(),
                         {"validate", "--changed-since", base, "--format", "json"});
        const ProgramResult result = onnxhub(arguments);
        Json parsed = Json::parse(result.out, nullptr, false);
        if (parsed.is_discarded()) {
            ADD_FAILURE() << result.err;
            return {{"findings", Json::array()}, {"notices", Json::array()}};
        }
        return parsed;
    }

    /// "rule file", of errors and warnings.
    std::vector<std::string> findings(std::vector<std::string> arguments = {}) {
        std::vector<std::string> texts;
        const Json found = report(std::move(arguments));
        for (const Json& finding : found.at("findings")) {
            texts.push_back(finding.at("rule").get<std::string>() + " " +
                            finding.value("file", std::string()));
        }
        return texts;
    }

    std::string prefix;
    std::string base = "base";  ///< the branch
    RepositoryBuilder hub;
};

class ChangeInSubfolder : public ChangeJudgement {
protected:
    ChangeInSubfolder() : ChangeJudgement("models") {}
};

const std::string ports_finding = std::string("ports-changed-without-model ") + manifest_path;

// ---- ports of models that stay the same

TEST_F(ChangeJudgement, RemovedPortsOfUnchangedBytesAreFound) {
    edit_first_entry([](Entry& entry) { entry.io_ports.reset(); });
    EXPECT_THAT(findings(), ElementsAre(ports_finding));
    EXPECT_EQ(onnxhub({"validate", "--changed-since", base}).status, 1);
    // Without a base, validate does not find this.
    EXPECT_EQ(onnxhub({"validate"}).status, 0);
}

TEST_F(ChangeJudgement, FalsifiedPortsOfUnchangedBytesAreFoundAndShown) {
    edit_first_entry([](Entry& entry) { entry.io_ports->inputs[0].name = "other"; });
    hub.commit("Falsify");
    const ProgramResult result = onnxhub({"validate", "--changed-since", base});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out,
                HasSubstr("input 0 is named \"x\" in the base, \"other\" in the entry"));
    EXPECT_THAT(onnxhub({"diff", base + "..HEAD"}).out,
                AllOf(HasSubstr("changed   text/large/large.onnx"),
                      HasSubstr("listed input x      float[4] -> (none)"),
                      HasSubstr("listed input other  (none) -> float[4]"),
                      HasSubstr("1 changed; 11 unchanged")));
}

TEST_F(ChangeJudgement, ALostEntryIsFoundWhereTheMainBranchRegenerates) {
    hub.write("onnxhub.toml", "[validate]\nstale_manifest = \"note\"\n").commit("Settings");
    set_base();
    hub.remove(manifest_path);
    hub.commit("Without the manifest");
    EXPECT_THAT(findings(), Contains(StartsWith("ports-changed-without-model text/large/README")));
}

TEST_F(ChangeJudgement, PortsMayBeCorrectedWhereTheGraphIsHere) {
    edit_first_entry([](Entry& entry) { entry.io_ports->inputs[0].name = "wrong"; });
    hub.commit("Wrong ports");
    set_base();
    edit_first_entry([](Entry& entry) { entry.io_ports->inputs[0].name = "x"; });
    EXPECT_THAT(findings(), ElementsAre(ports_finding));
    for (const std::string& object : healthy_hub().objects) hub.add_lfs_object(object);
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ChangeJudgement, NewPortsAndNewBytesAreNoLoss) {
    edit_first_entry([](Entry& entry) { entry.io_ports.reset(); });
    hub.commit("Without ports");
    set_base();
    edit_first_entry([](Entry& entry) { entry.io_ports = IoPorts{}; });
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ChangeJudgement, AMovedModelKeepsItsPorts) {
    const std::string from = "text/large/large.onnx";
    hub.write("text/large/moved.onnx", read(from)).remove(from);
    edit("text/large/README.md", "large.onnx", "moved.onnx");
    edit_first_entry([](Entry& entry) { entry.model_path = "text/large/moved.onnx"; });
    EXPECT_THAT(findings(), IsEmpty());
    edit_first_entry([](Entry& entry) { entry.io_ports.reset(); });
    EXPECT_THAT(findings(), ElementsAre(ports_finding));
}

// ---- the base decides

TEST_F(ChangeJudgement, ItsOwnIgnoresDoNotCount) {
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    hub.write("onnxhub.toml", ignore_everything);
    hub.commit("Grade myself");
    EXPECT_THAT(findings(), UnorderedElementsAre(StartsWith("entry-name-differs"),
                                                 "checks-changed onnxhub.toml"));
    EXPECT_EQ(onnxhub({"validate", "--changed-since", base}).status, 1);
}

TEST_F(ChangeJudgement, ItsOwnLevelsDoNotCount) {
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    hub.write("onnxhub.toml", "[validate]\nstale_manifest = \"note\"\n");
    EXPECT_THAT(findings(), Contains(StartsWith("entry-name-differs")));
    EXPECT_EQ(onnxhub({"validate", "--changed-since", base}).status, 1);
}

TEST_F(ChangeJudgement, IgnoresOfTheBaseCount) {
    hub.write("onnxhub.toml", ignore_everything).commit("Ignore");
    set_base();
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    hub.remove("onnxhub.toml");
    const Json found = report();
    EXPECT_EQ(found.at("findings").size(), 1u);  // checks-changed
    EXPECT_THAT(found.at("notices").get<std::vector<std::string>>(),
                Contains(HasSubstr(" ignored by onnxhub.toml of the base")));
}

TEST_F(ChangeJudgement, OldDebtStaysOldWhenAnIgnoreIsNew) {
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    hub.commit("Existing findings");
    set_base();
    hub.write("onnxhub.toml", ignore_everything);
    EXPECT_THAT(findings(), ElementsAre("checks-changed onnxhub.toml"));
}

TEST_F(ChangeJudgement, SettingsOfTheBaseThatAreBrokenIgnoreNothing) {
    hub.write("onnxhub.toml", "[validate\n").commit("Broken");
    set_base();
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    hub.write("onnxhub.toml", ignore_everything);
    EXPECT_THAT(findings(), UnorderedElementsAre(StartsWith("entry-name-differs"),
                                                 "checks-changed onnxhub.toml"));
}

TEST_F(ChangeJudgement, ANamedSettingsFileIsTheBasesToo) {
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    hub.write("ci/settings.toml", ignore_everything);
    hub.commit("Settings of mine");
    EXPECT_THAT(
        findings({"--settings", "ci/settings.toml"}),
        UnorderedElementsAre(StartsWith("entry-name-differs"), "checks-changed ci/settings.toml"));
    // The user controls a file outside the hub.
    const TemporaryFolder outside;
    write_file(outside.path() / "settings.toml", ignore_everything);
    EXPECT_THAT(findings({"--settings", (outside.path() / "settings.toml").string()}), IsEmpty());
}

TEST_F(ChangeJudgement, ItsOwnBaselineDoesNotCount) {
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    ASSERT_EQ(onnxhub({"validate", "--write-baseline", "known.json"}).status, 0);
    // The user controls a file that is in no commit.
    EXPECT_THAT(findings({"--baseline", "known.json"}), IsEmpty());
    hub.commit("Known, I say");
    EXPECT_THAT(
        findings({"--baseline", "known.json"}),
        UnorderedElementsAre(StartsWith("entry-name-differs"), "checks-changed known.json"));
    set_base();
    edit(manifest_path, "\"SVHN\"", "\"SVNH\"");
    hub.remove("known.json");
    EXPECT_THAT(
        findings({"--baseline", "known.json"}),
        UnorderedElementsAre(StartsWith("entry-name-differs"), "checks-changed known.json"));
}

TEST_F(ChangeJudgement, OfWorkflowsIsReported) {
    hub.write(".github/workflows/validate.yml", "on: push\n");
    hub.write(".github/workflows/new.yml", "on: push\n");
    hub.write(".gitlab-ci.yml", "validate: {}\n");
    EXPECT_THAT(findings(), UnorderedElementsAre("checks-changed .github/workflows/validate.yml",
                                                 "checks-changed .github/workflows/new.yml",
                                                 "checks-changed .gitlab-ci.yml"));
    EXPECT_EQ(onnxhub({"validate", "--changed-since", base}).status, 0);
    hub.commit("Workflows");
    EXPECT_THAT(findings({"--rev", "HEAD"}), Contains("checks-changed .github/workflows/new.yml"));
}

TEST_F(ChangeInSubfolder, OfWorkflowsAndSettingsIsReported) {
    hub.write(".github/workflows/validate.yml", "on: push\n");
    hub.write("models/onnxhub.toml", ignore_everything);
    edit(manifest_path, "\"GPT\"", "\"GTP\"");
    EXPECT_THAT(findings(), UnorderedElementsAre("checks-changed ", "checks-changed onnxhub.toml",
                                                 StartsWith("entry-name-differs")));
    EXPECT_THAT(onnxhub({"validate", "--changed-since", base}).out,
                HasSubstr(".github/workflows/validate.yml: the change edits a workflow"));
}

// ---- raw bytes where Git LFS is configured

TEST_F(ChangeJudgement, RawBytesAreFoundWhateverTheFilesTimes) {
    const std::string path = "vision/digits/model/mnist-12.onnx";
    const std::string model = healthy_hub().objects.front();
    hub.write(path, model).commit("Raw bytes");
    const auto found = Contains("pointer-raw-bytes " + path);
    EXPECT_THAT(findings(), found);
    set_old_time(hub.path() / path);
    EXPECT_THAT(findings(), found);
    hub.write(path, model);
    EXPECT_THAT(findings(), found);
    set_old_time(hub.path() / ".git/index");  // now git trusts no entry's times
    EXPECT_THAT(findings(), found);
    hub.write(path, healthy_hub().objects.back());  // not added: git has the bytes anyway
    EXPECT_THAT(findings(), found);
}

TEST_F(ChangeJudgement, APointerInGitThatNoAttributeCoversIsFoundWhateverTheFileIs) {
    const std::string path = "vision/digits/model/mnist-12.onnx";
    hub.write_lfs(path, healthy_hub().objects.front()).commit("Content here");
    hub.write(".gitattributes", "*.tar.gz filter=lfs\n*.data filter=lfs\n");
    EXPECT_THAT(findings(), Contains("lfs-not-covered " + path));
    set_old_time(hub.path() / path, 1);
    EXPECT_THAT(findings(), Contains("lfs-not-covered " + path));
}

TEST(FreshClone, RawBytesAreFound) {
    const GitHome home;
    write_file(home.path() / "m.onnx", small_model());
    const ProgramResult result = home.run(R"(set -e
        git init -q -b main hub; cd hub; mkdir v
        printf '| Model Class |\n|-|\n| [V](v) |\n' > README.md
        printf '| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n' > v/README.md
        printf '| M | [2 kB](m.onnx) | 1.8 | 13 |\n' >> v/README.md
        cp ../m.onnx v/m.onnx; git add .; git commit -qm Models
        echo '*.onnx filter=lfs' > .gitattributes; git add .gitattributes; git commit -qm LFS
        printf '[filter "lfs"]\n\tclean =\n\tsmudge =\n\tprocess =\n\trequired = false\n' >> ~/.gitconfig
        git clone -q . ../clone; cd ../clone
        "$ONNXHUB" generate -q; touch v/m.onnx
        "$ONNXHUB" validate --select pointers; echo "status $?")");
    EXPECT_THAT(result.out, HasSubstr("error[pointer-raw-bytes]")) << result.err;
}

// ---- conflicts in the manifest

TEST(ManifestConflict, TheAdviceKeepsAllPorts) {
    const GitHome home;
    const auto side = [](const char* name, const char* port) {
        Entry entry;
        entry.model = name;
        entry.model_path = std::string(name) + ".onnx";
        entry.onnx_version = "1.8";
        entry.opset_version = 13;
        entry.io_ports = IoPorts{{{port, {}, "tensor(float)"}}, {}};
        return manifest_text({entry_text(to_json(entry))});
    };
    write_file(home.path() / "ours", side("a", "from_ours"));
    write_file(home.path() / "theirs", side("b", "from_theirs"));
    const ProgramResult result = home.run(R"(set -e
        git init -q -b main hub; cd hub; F=ONNX_HUB_MANIFEST.json
        printf '[]' > $F; echo "$F merge=onnxhub" > .gitattributes; git add .; git commit -qm Empty
        git checkout -qb theirs; cp ../theirs $F; git commit -qam Theirs
        git checkout -q main; cp ../ours $F; git commit -qam Ours
        git merge -q theirs || true
        "$ONNXHUB" validate || true; "$ONNXHUB" generate || true
        PATH=$(dirname "$ONNXHUB"):$PATH
        onnxhub merge-driver --install
        git checkout --merge -- $F; cat $F)");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("`onnxhub merge-driver --install`"),
                                  HasSubstr("`git checkout --merge -- ONNX_HUB_MANIFEST.json`"),
                                  HasSubstr("from_ours"), HasSubstr("from_theirs")));
    EXPECT_THAT(result.out + result.err, Not(AnyOf(HasSubstr("remove it"), HasSubstr("removing"))));
}

}  // namespace
}  // namespace onnxhub::test
