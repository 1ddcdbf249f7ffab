// SPDX-License-Identifier: Apache-2.0
#include "validator/operator_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "tests/support/model_builder.h"
#include "validator/model_rules.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Finding> findings_of(const ModelBuilder& model) {
    return report_on_model("m.onnx", *memory_source(model.bytes()), nullptr).findings;
}

ModelBuilder valid_model(std::int64_t opset = 13) {
    ModelBuilder model(opset);
    model.input("x", {1, 4}).node("Relu", {"x"}, {"y"}).output("y", {1, 4});
    return model;
}

onnx::NodeProto& node_of(ModelBuilder& model) {
    return *model.proto().mutable_graph()->mutable_node(0);
}

void set_operator(ModelBuilder& model, const std::string& name) {
    node_of(model).set_op_type(name);
}

void add_attribute(ModelBuilder& model, const std::string& name) {
    auto* attribute = node_of(model).add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(0);
}

struct OperatorCase {
    const char* rule;
    std::function<void(ModelBuilder&)> damage;
    std::int64_t opset = 13;
};

const std::vector<OperatorCase>& operator_cases() {
    static const std::vector<OperatorCase> cases{
        {"operator-unknown", [](ModelBuilder& m) { set_operator(m, "Rely"); }},
        {"operator-too-new", [](ModelBuilder& m) { set_operator(m, "Mish"); }},
        {"operator-removed", [](ModelBuilder& m) { set_operator(m, "Upsample"); }},
        {"operator-input-count", [](ModelBuilder& m) { node_of(m).add_input("x"); }},
        {"operator-input-missing", [](ModelBuilder& m) { node_of(m).set_input(0, ""); }},
        {"operator-output-count", [](ModelBuilder& m) { node_of(m).add_output("z"); }},
        {"operator-attribute-unknown", [](ModelBuilder& m) { add_attribute(m, "axis"); }},
        {"operator-attribute-type",
         [](ModelBuilder& m) {
             set_operator(m, "LeakyRelu");
             add_attribute(m, "alpha");
         }},
        {"operator-attribute-missing", [](ModelBuilder& m) { set_operator(m, "Concat"); }},
        {"operator-value-type",
         [](ModelBuilder& m) {
             auto* type = m.proto().mutable_graph()->mutable_input(0)->mutable_type();
             type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::STRING);
         }},
        {"graph-name-undefined", [](ModelBuilder& m) { node_of(m).set_input(0, "z"); }},
        {"graph-name-used-early", [](ModelBuilder& m) { node_of(m).set_input(0, "y"); }},
        {"graph-name-repeated", [](ModelBuilder& m) { m.node("Abs", {"x"}, {"y"}); }},
        {"graph-tensor-size",
         [](ModelBuilder& m) {
             m.initializer("w", {4});
             m.proto().mutable_graph()->mutable_initializer(0)->set_dims(0, 5);
         }},
        {"opset-not-imported", [](ModelBuilder& m) { node_of(m).set_domain("ai.onnx.ml"); }},
        {"operator-domain-unknown",
         [](ModelBuilder& m) {
             node_of(m).set_domain("com.microsoft");
             m.proto().add_opset_import()->set_domain("com.microsoft");
             m.proto().mutable_opset_import(1)->set_version(1);
         }},
        {"opset-unchecked", [](ModelBuilder&) {}, 1000},
    };
    return cases;
}

TEST(OperatorRules, EachFiresAlone) {
    EXPECT_THAT(findings_of(valid_model()), IsEmpty());
    std::set<std::string_view> fired;
    for (const OperatorCase& one : operator_cases()) {
        SCOPED_TRACE(one.rule);
        ModelBuilder model = valid_model(one.opset);
        one.damage(model);
        const auto findings = findings_of(model);
        ASSERT_EQ(findings.size(), 1u);
        EXPECT_EQ(findings[0].rule, one.rule);
        EXPECT_EQ(findings[0].file, "m.onnx");
        EXPECT_FALSE(findings[0].hint.empty());
        fired.insert(one.rule);
    }
    for (const RuleInfo& rule : operator_rules()) EXPECT_TRUE(fired.contains(rule.id)) << rule.id;
}

TEST(OperatorRules, SettingsAcceptDomains) {
    OperatorReport report;
    report.unknown_domains["com.microsoft"] = {"FusedConv", "Gelu"};
    FindingList noted;
    report_operators("m.onnx", report, {}, noted);
    ASSERT_EQ(noted.findings().size(), 1u);
    EXPECT_EQ(noted.findings()[0].severity, Severity::note);
    EXPECT_THAT(noted.findings()[0].message, HasSubstr("not known: FusedConv, Gelu"));
    FindingList accepted;
    report_operators("m.onnx", report, {"com.microsoft"}, accepted);
    EXPECT_THAT(accepted.findings(), IsEmpty());
}

TEST(OperatorRules, RepeatedAndFurtherFindingsAreCounted) {
    OperatorReport report;
    report.findings.push_back({OperatorProblem::unknown_operator, "node 1 (X)", "is bad", 5});
    report.further_findings = 7;
    FindingList findings;
    report_operators("m.onnx", report, {}, findings);
    ASSERT_EQ(findings.findings().size(), 1u);
    EXPECT_EQ(findings.findings()[0].message,
              "node 1 (X) is bad (and 4 more); 7 further problems are not listed");
}

/// ONNX's checker would only repeat what is found here.
TEST(OperatorRules, TheCheckerIsNotAskedAboutModelsWithErrors) {
    struct Counting : ModelChecker {
        CheckVerdict check(const std::string&) override {
            ++calls;
            return {CheckOutcome::failed, "no"};
        }
        int calls = 0;
    } checker;
    ModelBuilder broken = valid_model();
    set_operator(broken, "Rely");
    report_on_model("m.onnx", *memory_source(broken.bytes()), &checker);
    EXPECT_EQ(checker.calls, 0);
    const auto report = report_on_model("m.onnx", *memory_source(valid_model().bytes()), &checker);
    EXPECT_EQ(checker.calls, 1);
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].rule, "checker-failed");
}

TEST(OperatorRules, AFileThatIsNoModelIsReported) {
    const auto report = report_on_model("m.onnx", *memory_source("<html>"), nullptr);
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].rule, "model-unreadable");
}

}  // namespace
}  // namespace onnxhub::test
