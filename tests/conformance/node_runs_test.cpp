// SPDX-License-Identifier: Apache-2.0
// `validate --run` on ONNX's own node tests, in ONNX Runtime's package for Node.js. node_runs.txt
// has every test that does not pass, with the reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "manifest/json.h"
#include "tests/support/archive_builder.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

/// Where `./dev` installs the package.
fs::path runtime_folder() {
    const char* named = std::getenv("ONNXHUB_RUNTIME");
    return named ? named : fs::path(ONNXHUB_SOURCE) / "build/onnxruntime";
}

/// A hub whose table lists models with their archives.
class RunHub {
public:
    void add(const std::string& name, const std::string& model, const std::string& archive) {
        write_file(folder_.path() / "nodes/model" / (name + ".onnx"), model);
        write_file(folder_.path() / "nodes/model" / (name + ".tar.gz"), archive);
        rows_ += "| " + name + " | [1 kB](model/" + name + ".onnx) | [1 kB](model/" + name +
                 ".tar.gz) | 1.22 | 1 |\n";
    }

    void add_folder(const fs::path& test) {
        const std::string name = test.filename().string();
        const std::string model = read_file(test / "model.onnx");
        ArchiveBuilder archive;
        archive.file(name + "/model.onnx", model);
        for (const auto& file : fs::directory_iterator(test / "test_data_set_0")) {
            archive.file(name + "/test_data_set_0/" + file.path().filename().string(),
                         read_file(file.path()));
        }
        add(name, model, archive.gzip());
    }

    /// Runs all models, with verdicts of their own.
    JsonValue run(int seconds = 120) {
        write_file(folder_.path() / "README.md",
                   "| Model Class |\n|-|\n| <b>[Nodes](nodes)</b> |\n");
        write_file(folder_.path() / "nodes/README.md",
                   "| Model | Download | Download (with sample test data) | ONNX version | Opset "
                   "version |\n|-|-|-|-|-|\n" +
                       rows_);
        const std::string state = "XDG_STATE_HOME=" + (state_.path() / "state").string();
        const ProgramResult result =
            run_command({"env", state, onnxhub_program(), "validate", "--run", "--runtime",
                         runtime_folder().string(), "--run-seconds", std::to_string(seconds),
                         "--select", "run", "--format", "json", "--fail-on", "never"},
                        folder_.path());
        EXPECT_EQ(result.status, 0) << result.err;
        auto parsed = parse_json(result.out);
        if (!std::holds_alternative<JsonDocument>(parsed)) throw std::runtime_error(result.out);
        return std::get<JsonDocument>(std::move(parsed)).root;
    }

private:
    TemporaryFolder folder_, state_;
    std::string rows_;
};

struct NodeRun {
    std::string outcome;
    std::string reason;
};

/// By the name of the test.
std::map<std::string, NodeRun> runs_in(const JsonValue& report) {
    std::map<std::string, NodeRun> runs;
    for (const JsonValue& run : *report.find("runs")->find("models")->array()) {
        const std::string name = fs::path(*run.find("model")->string()).stem().string();
        const JsonValue* reason = run.find("reason");
        runs[name] = {*run.find("outcome")->string(), reason ? *reason->string() : ""};
    }
    return runs;
}

struct Expectation {
    std::string outcome;
    std::string reason;  ///< a part of it
};

/// Lines of node_runs.txt: a section "## OUTCOME: part of the reason", then names of tests.
std::map<std::string, Expectation> expectations() {
    std::map<std::string, Expectation> expected;
    std::ifstream lines(fs::path(ONNXHUB_SOURCE) / "tests/conformance/node_runs.txt");
    Expectation section;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("## ")) {
            const std::size_t colon = line.find(": ");
            section = {line.substr(3, colon - 3), line.substr(colon + 2)};
        } else if (!line.empty() && !line.starts_with("#")) {
            std::istringstream names(line);
            for (std::string name; names >> name;) expected[name] = section;
        }
    }
    return expected;
}

class NodeRuns : public testing::Test {
protected:
    void SetUp() override {
        const char* found = std::getenv("ONNXHUB_CORPUS");
        if (!found) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        if (!fs::exists(runtime_folder() / "node_modules/onnxruntime-node/package.json")) {
            GTEST_SKIP() << "onnxruntime-node is not in " << runtime_folder()
                         << ": run ./dev setup";
        }
        const std::string archive = fs::path(found) / "onnx-node/node-tests.tar.gz";
        ASSERT_EQ(run_command({"tar", "-xzf", archive, "-C", tests.path()}, tests.path()).status,
                  0);
    }

    TemporaryFolder tests;
};

TEST_F(NodeRuns, PassOrHaveAKnownReason) {
    RunHub hub;
    std::size_t count = 0;
    for (const auto& test : fs::directory_iterator(tests.path())) {
        if (!fs::exists(test.path() / "model.onnx")) continue;
        hub.add_folder(test.path());
        ++count;
    }
    const auto runs = runs_in(hub.run());
    EXPECT_EQ(runs.size(), count);
    EXPECT_GE(count, 600u);
    auto expected = expectations();
    std::map<std::string, std::size_t> outcomes;
    for (const auto& [name, run] : runs) {
        ++outcomes[run.outcome];
        const auto found = expected.find(name);
        if (found == expected.end()) {
            EXPECT_EQ(run.outcome, "passed") << name << ": " << run.reason;
            continue;
        }
        EXPECT_EQ(run.outcome, found->second.outcome) << name << ": " << run.reason;
        EXPECT_THAT(run.reason, HasSubstr(found->second.reason)) << name;
        expected.erase(found);
    }
    for (const auto& [name, expectation] : expected) ADD_FAILURE() << name << " was not run";
    RecordProperty("passed", static_cast<int>(outcomes["passed"]));
    RecordProperty("failed", static_cast<int>(outcomes["failed"]));
    RecordProperty("inconclusive", static_cast<int>(outcomes["inconclusive"]));
}

/// A loop of 2^62 rounds.
std::string endless_model() {
    ModelBuilder model(13);
    model.input("x", {1}).output("y", {1});
    auto& graph = *model.proto().mutable_graph();
    const auto constant = [&](const std::string& name, int type, std::int64_t value) {
        auto* tensor = graph.add_initializer();
        tensor->set_name(name);
        tensor->set_data_type(type);
        if (type == onnx::TensorProto::BOOL) {
            tensor->add_int32_data(1);
        } else {
            tensor->add_int64_data(value);
        }
    };
    constant("rounds", onnx::TensorProto::INT64, std::int64_t{1} << 62);
    constant("always", onnx::TensorProto::BOOL, 1);
    model.node("Loop", {"rounds", "always", "x"}, {"y"});
    auto* body = graph.mutable_node(0)->add_attribute();
    body->set_name("body");
    body->set_type(onnx::AttributeProto::GRAPH);
    auto* inner = body->mutable_g();
    inner->set_name("body");
    ModelBuilder ports(13);
    ports.input("i", {}, onnx::TensorProto::INT64).input("go", {}, onnx::TensorProto::BOOL);
    ports.input("v", {1}).node("Identity", {"go"}, {"on"}).node("Relu", {"v"}, {"w"});
    ports.output("on", {}, onnx::TensorProto::BOOL).output("w", {1});
    *inner = ports.proto().graph();
    inner->set_name("body");
    return model.bytes();
}

std::string one_float(float value) {
    onnx::TensorProto tensor;
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(1);
    tensor.add_float_data(value);
    return tensor.SerializeAsString();
}

std::string archive_with(const std::string& model, float expected) {
    return ArchiveBuilder()
        .file("m/model.onnx", model)
        .file("m/test_data_set_0/input_0.pb", one_float(1))
        .file("m/test_data_set_0/output_0.pb", one_float(expected))
        .gzip();
}

/// Each costs one finding, and the models beside it pass.
TEST_F(NodeRuns, AWrongOutputAndAHangAreFoundAndTheOthersPass) {
    const std::string right =
        ModelBuilder(13).input("x", {1}).node("Relu", {"x"}, {"y"}).output("y", {1}).bytes();
    RunHub hub;
    hub.add("right", right, archive_with(right, 1));
    hub.add("wrong", right, archive_with(right, 2));
    hub.add("endless", endless_model(), archive_with(endless_model(), 1));
    const JsonValue report = hub.run(30);
    const auto runs = runs_in(report);
    EXPECT_EQ(runs.at("right").outcome, "passed") << runs.at("right").reason;
    EXPECT_EQ(runs.at("wrong").outcome, "failed");
    EXPECT_THAT(runs.at("wrong").reason, HasSubstr("the output y is 1 at [0], not 2"));
    EXPECT_EQ(runs.at("endless").outcome, "failed");
    EXPECT_THAT(runs.at("endless").reason, HasSubstr("it took longer than"));
    std::multiset<std::string> rules;
    for (const JsonValue& finding : *report.find("findings")->array()) {
        rules.insert(*finding.find("rule")->string());
    }
    EXPECT_EQ(rules, (std::multiset<std::string>{"run-crashed", "run-output-differs"}));
}

}  // namespace
}  // namespace onnxhub::test
