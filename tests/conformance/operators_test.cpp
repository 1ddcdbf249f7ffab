// SPDX-License-Identifier: Apache-2.0
// Valid models of all opsets have no finding of the operator rules.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "manifest/json.h"
#include "model/operator_check.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

std::string findings_of(const OperatorReport& report) {
    std::string text;
    for (const OperatorFinding& finding : report.findings) {
        if (is_error(finding)) text += to_text(finding) + "\n";
    }
    return text;
}

struct Checked {
    std::size_t models = 0;
    std::uint64_t nodes = 0;
};

void expect_no_findings(const fs::path& path, Checked& checked) {
    const auto skeleton = read_skeleton(*open_file(path, path.string()));
    ASSERT_TRUE(std::holds_alternative<OnnxSkeleton>(skeleton)) << path;
    const OperatorReport report = check_operators(std::get<OnnxSkeleton>(skeleton));
    EXPECT_EQ(findings_of(report), "") << path;
    EXPECT_EQ(report.further_findings, 0u) << path;
    checked.models += 1;
    checked.nodes += report.node_count;
}

/// Paths of a ports.jsonl by whether ONNX Runtime loads the model.
std::map<std::string, bool> listed(const fs::path& list) {
    std::map<std::string, bool> models;
    std::ifstream lines(list);
    for (std::string line; std::getline(lines, line);) {
        const auto parsed = parse_json(line);
        if (!std::holds_alternative<JsonDocument>(parsed)) throw std::runtime_error(line);
        const JsonValue& model = std::get<JsonDocument>(parsed).root;
        models[*model.find("path")->string()] = !model.find("error");
    }
    return models;
}

class Operators : public testing::Test {
protected:
    void SetUp() override {
        const char* found = std::getenv("ONNXHUB_CORPUS");
        if (!found) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        corpus = found;
    }

    fs::path corpus;
};

TEST_F(Operators, OfTheCorpusAreRight) {
    Checked checked;
    for (const auto& [path, loads] : listed(corpus / "models/ports.jsonl")) {
        if (loads) expect_no_findings(corpus / "models" / path, checked);
    }
    EXPECT_GE(checked.models, 10u);
    EXPECT_GE(checked.nodes, 300u);
}

TEST_F(Operators, OfOnnxsNodeTestsAreRight) {
    const TemporaryFolder folder;
    const std::string archive = corpus / "onnx-node/node-tests.tar.gz";
    ASSERT_EQ(run_command({"tar", "-xzf", archive, "-C", folder.path()}, folder.path()).status, 0);
    Checked checked;
    for (const auto& file : fs::recursive_directory_iterator(folder.path())) {
        if (file.path().filename() == "model.onnx") expect_no_findings(file.path(), checked);
    }
    EXPECT_GE(checked.models, 600u);
    EXPECT_GE(checked.nodes, 600u);
}

TEST(OperatorsOfDebian, AreRight) {
    const char* data = std::getenv("ONNXHUB_ONNX_TESTDATA");
    const fs::path root = data ? data : "/usr/share/libonnx-testdata/data";
    if (!fs::exists(root)) GTEST_SKIP() << root << " does not exist: install libonnx-testdata";
    Checked checked;
    for (const auto& file : fs::recursive_directory_iterator(root)) {
        if (file.path().extension() == ".onnx") expect_no_findings(file.path(), checked);
    }
    EXPECT_GE(checked.models, 1000u);
}

}  // namespace
}  // namespace onnxhub::test
