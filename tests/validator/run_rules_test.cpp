// SPDX-License-Identifier: Apache-2.0
#include "validator/run_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "base/process.h"
#include "tests/support/archive_builder.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/hub_files.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"
#include "validator/hub_validation.h"
#include "validator/report.h"
#include "validator/report_reader.h"
#include "validator/validate.h"
#include "validator/verdict_cache.h"

namespace onnxhub::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* run_victim = "vision/digits/model/mnist-12.onnx";
constexpr std::size_t models_with_data = 11;  // of healthy_hub()

const std::string right_answer = "return [numpy.zeros((1, 2), 'f4')]";

class RunRulesTest : public testing::Test {
protected:
    void SetUp() override {
        if (!has_numpy()) GTEST_SKIP() << "python3-numpy is not installed";
    }

    ValidationReport validate_with(const FakeRuntime& fake, bool keeps_verdicts = false) {
        RunTool tool{ModelRuntime::find(fake.program(), process_environment)};
        tool.limits.time = std::chrono::seconds(20);
        if (keeps_verdicts) tool.verdicts = state.path() / "verdicts";
        const MemoryTree tree = hub.tree();
        Diagnostics problems;
        const Settings settings =
            parse_settings(hub.files.at("onnxhub.toml"), "onnxhub.toml", problems);
        const auto read = read_hub_state(tree, settings, {manifest_path, hub.manifest()}, {});
        ValidateOptions options;
        options.selection = RuleSelection({"run"}, {});
        options.run = &tool;
        options.jobs = 2;
        return validate(*read, options);
    }

    /// What is different for the model at `run_victim`.
    std::string for_victim(const std::string& code) const {
        const std::string pointer = hub.files.at(run_victim);
        const std::string sha = pointer.substr(pointer.find("sha256:") + 7, 64);
        return "import hashlib\nif hashlib.sha256(self.model).hexdigest() == '" + sha + "':\n    " +
               code + "\n";
    }

    HubFiles hub = healthy_hub();
    TemporaryFolder state;
};

std::vector<std::string> rules_and_files(const ValidationReport& report) {
    std::vector<std::string> found;
    for (const Finding& finding : report.findings) {
        found.push_back(finding.rule + " " + finding.file);
    }
    return found;
}

std::map<std::string, std::size_t> outcomes_of(const ValidationReport& report) {
    std::map<std::string, std::size_t> counts;
    for (const ModelRunResult& run : report.runs.models) ++counts[run.outcome];
    return counts;
}

TEST_F(RunRulesTest, ModelsWithTestDataAreRun) {
    const ValidationReport report = validate_with(FakeRuntime(right_answer));
    EXPECT_THAT(rules_and_files(report), IsEmpty());
    EXPECT_EQ(report.runs.runtime, "onnxruntime 9.9.9");
    EXPECT_EQ(outcomes_of(report),
              (std::map<std::string, std::size_t>{{"passed", models_with_data}}));
}

TEST_F(RunRulesTest, AWrongOutputIsOneFindingOfItsModel) {
    const ValidationReport report =
        validate_with(FakeRuntime(for_victim("return [numpy.ones((1, 2), 'f4')]") + right_answer));
    ASSERT_THAT(rules_and_files(report),
                ElementsAre(std::string("run-output-differs ") + run_victim));
    EXPECT_EQ(
        report.findings[0].message,
        "onnxruntime 9.9.9 gives another result: with m/test_data_set_0, the output y is 1 at "
        "[0, 0], not 0 (2 of 2 numbers differ)");
    EXPECT_EQ(report.findings[0].about, "vision/digits/model/mnist-12.tar.gz");
    EXPECT_EQ(outcomes_of(report).at("failed"), 1u);
    EXPECT_EQ(outcomes_of(report).at("passed"), models_with_data - 1);
}

TEST_F(RunRulesTest, ACrashOrAHangCostsOneFinding) {
    ValidationReport report = validate_with(FakeRuntime(for_victim("os.abort()") + right_answer));
    EXPECT_THAT(rules_and_files(report), ElementsAre(std::string("run-crashed ") + run_victim));
    EXPECT_EQ(outcomes_of(report).at("passed"), models_with_data - 1);
    report = validate_with(FakeRuntime(for_victim("while True: time.sleep(1)") + right_answer));
    EXPECT_THAT(rules_and_files(report), ElementsAre(std::string("run-crashed ") + run_victim));
    EXPECT_THAT(report.findings[0].message, HasSubstr("it took longer than 20 s"));
    EXPECT_EQ(outcomes_of(report).at("passed"), models_with_data - 1);
}

TEST_F(RunRulesTest, ARefusalIsAFindingAndMissingSupportIsNone) {
    ValidationReport report = validate_with(
        FakeRuntime(right_answer, for_victim("raise ValueError('the graph is invalid')")));
    EXPECT_THAT(rules_and_files(report), ElementsAre(std::string("run-failed ") + run_victim));
    report = validate_with(
        FakeRuntime(right_answer, for_victim("raise ValueError('NOT_IMPLEMENTED: Foo(1)')")));
    EXPECT_THAT(rules_and_files(report), IsEmpty());
    EXPECT_EQ(outcomes_of(report).at("inconclusive"), 1u);
    const auto skipped =
        std::ranges::find(report.unchecked, "run-output-differs", &Unchecked::rule);
    ASSERT_NE(skipped, report.unchecked.end());
    EXPECT_EQ(skipped->count, 1u);
    EXPECT_THAT(skipped->reason, HasSubstr("inconclusive"));
}

TEST_F(RunRulesTest, TolerancesOfTheSettingsCount) {
    const FakeRuntime fake(for_victim("return [numpy.full((1, 2), 0.5, 'f4')]") + right_answer);
    hub.files["onnxhub.toml"] += "[[validate.tolerance]]\npath = \"vision/**\"\natol = 0.6\n";
    EXPECT_THAT(rules_and_files(validate_with(fake)), IsEmpty());
    hub.files["onnxhub.toml"] +=
        "[[validate.tolerance]]\npath = \"**/mnist-12.onnx\"\natol = 0.4\n";
    EXPECT_THAT(rules_and_files(validate_with(fake)), SizeIs(1));
}

TEST_F(RunRulesTest, UnchangedModelsAreNotRunAgain) {
    const FakeRuntime right(right_answer);
    EXPECT_EQ(outcomes_of(validate_with(right, true)).at("passed"), models_with_data);
    // Would fail if it ran.
    const FakeRuntime broken("os.abort()");
    ValidationReport report = validate_with(broken, true);
    EXPECT_THAT(rules_and_files(report), IsEmpty());
    for (const ModelRunResult& run : report.runs.models) EXPECT_TRUE(run.is_cached) << run.model;

    // Another runtime, model, test data or tolerance is run.
    EXPECT_EQ(
        outcomes_of(validate_with(FakeRuntime("os.abort()", "pass", "9.9.10"), true)).at("failed"),
        models_with_data);
    hub.put_in_lfs(run_victim, ModelBuilder(12)
                                   .input("x", {1, 4})
                                   .initializer("v", {4, 2})
                                   .node("MatMul", {"x", "v"}, {"y"})
                                   .output("y", {1, 2})
                                   .bytes());
    hub.regenerate();
    EXPECT_EQ(outcomes_of(validate_with(broken, true)).at("failed"), 1u);
    hub.files["onnxhub.toml"] += "[[validate.tolerance]]\npath = \"vision/digits/**\"\natol = 1\n";
    EXPECT_EQ(outcomes_of(validate_with(broken, true)).at("failed"), 4u);
}

TEST_F(RunRulesTest, CrashesAreNotKept) {
    const FakeRuntime crashing(for_victim("os.abort()") + right_answer);
    EXPECT_EQ(outcomes_of(validate_with(crashing, true)).at("failed"), 1u);
    EXPECT_EQ(outcomes_of(validate_with(FakeRuntime(right_answer), true)).at("passed"),
              models_with_data);
}

TEST_F(RunRulesTest, ModelsThatAreNotDownloadedAreCounted) {
    hub.objects.clear();
    const ValidationReport report = validate_with(FakeRuntime("os.abort()"));
    EXPECT_THAT(report.runs.models, IsEmpty());
    const auto skipped =
        std::ranges::find(report.unchecked, "run-output-differs", &Unchecked::rule);
    ASSERT_NE(skipped, report.unchecked.end());
    EXPECT_EQ(skipped->count, models_with_data);
    EXPECT_EQ(skipped->reason, "not downloaded");
}

/// The runtime reads the weights from copies beside a copy of the model.
TEST_F(RunRulesTest, WeightsInOtherFilesAreBesideTheModel) {
    const std::string archive = ArchiveBuilder()
                                    .file("m/large.onnx", "model")
                                    .file("m/test_data_set_0/input_0.pb", tensor_bytes(1, {4}, 16))
                                    .file("m/test_data_set_0/output_0.pb", tensor_bytes(1, {4}, 16))
                                    .gzip();
    hub.put_in_lfs("text/large/large.tar.gz", archive);
    std::string& readme = hub.files["text/large/README.md"];
    readme =
        "| Model | Download | Download (with sample test data) | ONNX version | Opset version |\n"
        "|-|-|-|-|-|\n| Large | [4 kB](large.onnx) | [4 kB](large.tar.gz) | 1.8 | 13 |\n";
    hub.regenerate();
    const std::string code =
        "if isinstance(self.model, str):\n"
        "    folder = os.path.dirname(self.model)\n"
        "    assert os.path.getsize(folder + '/large.data') == 4096\n"
        "    assert sorted(os.listdir(folder)) == ['large.data', 'large.onnx']\n"
        "    return [numpy.zeros(4, 'f4')]\n";
    const ValidationReport report = validate_with(FakeRuntime(code + right_answer));
    for (const ModelRunResult& run : report.runs.models) {
        EXPECT_EQ(run.outcome, "passed") << run.model << ": " << run.reason;
    }
    EXPECT_THAT(report.runs.models, SizeIs(models_with_data + 1));
}

TEST_F(RunRulesTest, ReportsListTheModels) {
    const ValidationReport report =
        validate_with(FakeRuntime(for_victim("return [numpy.ones((1, 2), 'f4')]") + right_answer));
    const std::string text = render(report, ReportFormat::text, {});
    EXPECT_THAT(text, HasSubstr("ran 11 models in onnxruntime 9.9.9: 10 passed, 1 failed, 0 "
                                "inconclusive; "));
    EXPECT_LT(text.find("  failed "), text.find("  passed "));
    const std::string markdown = render(report, ReportFormat::markdown, {});
    EXPECT_THAT(markdown, HasSubstr("### Models that were run"));
    EXPECT_THAT(markdown, HasSubstr("| Model | Outcome | Time | Largest difference | |"));
    const std::string json = render(report, ReportFormat::json, {});
    const auto parsed = parse_json(json);
    const auto read = parse_report(std::get<JsonDocument>(parsed).root);
    ASSERT_TRUE(std::holds_alternative<ValidationReport>(read)) << std::get<std::string>(read);
    const RunReport& again = std::get<ValidationReport>(read).runs;
    ASSERT_THAT(again.models, SizeIs(models_with_data));
    EXPECT_EQ(again.runtime, report.runs.runtime);
    for (std::size_t i = 0; i < again.models.size(); ++i) {
        EXPECT_EQ(again.models[i].model, report.runs.models[i].model);
        EXPECT_EQ(again.models[i].outcome, report.runs.models[i].outcome);
        EXPECT_EQ(again.models[i].reason, report.runs.models[i].reason);
        EXPECT_EQ(again.models[i].largest_difference, report.runs.models[i].largest_difference);
    }
}

/// A hub in a repository, and changes of it that are not committed.
class RunsOfAChangeTest : public RunRulesTest {
protected:
    void commit_hub() {
        write_hub();
        repository.commit("Add a hub");
    }

    /// Models that were run for the change since the commit.
    std::vector<std::string> runs_since_commit(const FakeRuntime& fake) {
        write_hub();
        const RunTool tool{ModelRuntime::find(fake.program(), process_environment)};
        ValidationTools tools;
        tools.run = &tool;
        ValidationRequest request;
        request.folder = repository.path();
        request.changed_since = "HEAD";
        request.select = {"run"};
        FetchObserver observer;
        report = validate_hub(request, tools, observer).report;
        std::vector<std::string> models;
        for (const ModelRunResult& run : report.runs.models) models.push_back(run.model);
        return models;
    }

    RepositoryBuilder repository;
    ValidationReport report;

private:
    void write_hub() {
        for (const auto& [path, content] : hub.files) repository.write(path, content);
        for (const std::string& object : hub.objects) repository.add_lfs_object(object);
    }
};

std::string other_model(int rows) {
    return ModelBuilder(12)
        .input("x", {1, 4})
        .initializer("v", {4, 2})
        .node("MatMul", {"x", "v"}, {"y"})
        .output("y", {1, 2})
        .node("Relu", {"x"}, {"z" + std::to_string(rows)})
        .bytes();
}

TEST_F(RunsOfAChangeTest, UnchangedModelsAreNotRun) {
    commit_hub();
    const FakeRuntime broken("os.abort()");  // would be a finding
    EXPECT_THAT(runs_since_commit(broken), IsEmpty());
    EXPECT_THAT(report.findings, IsEmpty());
    hub.files["README.md"] += "\nMore text.\n";
    EXPECT_THAT(runs_since_commit(broken), IsEmpty());
}

TEST_F(RunsOfAChangeTest, AChangedModelOrArchiveIsRun) {
    commit_hub();
    hub.put_in_lfs(run_victim, other_model(1));
    hub.regenerate();
    EXPECT_THAT(runs_since_commit(FakeRuntime(right_answer)), ElementsAre(run_victim));
    EXPECT_THAT(rules_and_files(report), IsEmpty());
    EXPECT_THAT(runs_since_commit(FakeRuntime("os.abort()")), ElementsAre(run_victim));
    EXPECT_THAT(rules_and_files(report), ElementsAre(std::string("run-crashed ") + run_victim));

    repository.commit("Change a model");
    hub.put_in_lfs("vision/digits/model/mnist-8.tar.gz",
                   archive_of(other_model(2), {1, 4}, {1, 2}));
    EXPECT_THAT(runs_since_commit(FakeRuntime("os.abort()")),
                ElementsAre("vision/digits/model/mnist-8.onnx"));
    EXPECT_THAT(rules_and_files(report),
                ElementsAre("run-crashed vision/digits/model/mnist-8.onnx"));
}

/// Files that were in the base without a row or an entry.
TEST_F(RunsOfAChangeTest, ANewRowIsRun) {
    const HubFiles whole = hub;
    std::string& table = hub.files.at("vision/digits/README.md");
    const std::string link = "(model/mnist-12.tar.gz)";
    ASSERT_NE(table.find(link), table.npos);
    table.replace(table.find(link), link.size(), "");
    hub.regenerate();
    commit_hub();
    hub = whole;
    EXPECT_THAT(runs_since_commit(FakeRuntime(right_answer)), ElementsAre(run_victim));
}

TEST_F(RunsOfAChangeTest, TolerancesAreThoseOfTheBase) {
    commit_hub();
    hub.put_in_lfs(run_victim, other_model(1));
    hub.regenerate();
    const std::string settings = hub.files["onnxhub.toml"];
    const std::string tolerance = "[[validate.tolerance]]\npath = \"**\"\natol = 0.6\n";
    hub.files["onnxhub.toml"] = settings + tolerance;
    const FakeRuntime fake("return [numpy.full((1, 2), 0.5, 'f4')]");
    runs_since_commit(fake);
    EXPECT_THAT(rules_and_files(report),
                ElementsAre(std::string("run-output-differs ") + run_victim));

    repository.commit("Set a tolerance");
    hub.put_in_lfs(run_victim, other_model(2));
    hub.regenerate();
    EXPECT_THAT(runs_since_commit(fake), ElementsAre(run_victim));
    EXPECT_THAT(rules_and_files(report), IsEmpty());
}

TEST(VerdictCacheTest, OnlyWhatItWroteCounts) {
    const TemporaryFolder folder;
    const VerdictCache cache(folder.path() / "verdicts");
    const Sha256 key = sha256_of("key");
    EXPECT_FALSE(cache.find(key));
    const RunVerdict verdict{RunOutcome::differs, "with é", 0.25, 1.5};
    cache.keep(key, verdict);
    EXPECT_EQ(cache.find(key), verdict);
    cache.keep(sha256_of("crash"), {RunOutcome::crashed, "", 0, 0});
    EXPECT_FALSE(cache.find(sha256_of("crash")));
    const std::filesystem::path file = folder.path() / "verdicts" / (to_hex(key) + ".json");
    for (const char* other : {"", "{}", "[1]", R"({"version": 2, "outcome": "passed"})",
                              R"({"version": 1, "outcome": "good", "largest_difference": "0"})"}) {
        write_file(file, other);
        EXPECT_FALSE(cache.find(key)) << other;
    }
    EXPECT_FALSE(VerdictCache(std::nullopt).find(key));
}

}  // namespace
}  // namespace onnxhub::test
