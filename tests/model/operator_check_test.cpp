// SPDX-License-Identifier: Apache-2.0
#include "model/operator_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/byte_source.h"
#include "tests/support/model_builder.h"

namespace onnxhub::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

OperatorReport check(const ModelBuilder& model) {
    const auto skeleton = read_skeleton(*memory_source(model.bytes()));
    if (const auto* error = std::get_if<SkeletonError>(&skeleton)) {
        throw std::runtime_error(error->reason);
    }
    return check_operators(std::get<OnnxSkeleton>(skeleton));
}

std::vector<std::string> findings(const ModelBuilder& model) {
    std::vector<std::string> texts;
    for (const OperatorFinding& finding : check(model).findings) {
        texts.push_back(finding.node + "|" + finding.message +
                        (finding.count > 1 ? " x" + std::to_string(finding.count) : ""));
    }
    return texts;
}

ModelBuilder relu() {
    ModelBuilder model;
    model.input("x", {1, 4}).node("Relu", {"x"}, {"y"}).output("y", {1, 4});
    return model;
}

TEST(OperatorCheck, AValidModelHasNoFindings) {
    const OperatorReport report = check(relu());
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_EQ(report.node_count, 1u);
    EXPECT_EQ(report.first_error(), nullptr);
}

TEST(OperatorCheck, EqualFindingsAreOneWithACount) {
    ModelBuilder model;
    model.input("x", {1, 4});
    std::string last = "x";
    for (int i = 0; i < 5; ++i) {
        const std::string next = "v" + std::to_string(i);
        model.node("Conf", {last}, {next});
        last = next;
    }
    model.output(last, {1, 4});
    EXPECT_THAT(findings(model),
                ElementsAre("node 1 (Conf)|uses an operator that does not exist x5"));
}

TEST(OperatorCheck, TypesFollowTheNodes) {
    ModelBuilder model;
    model.input("x", {4}).input("i", {4}, 7).node("Relu", {"x"}, {"a"});
    model.node("Add", {"a", "i"}, {"y"}).output("y", {4});
    EXPECT_THAT(findings(model),
                ElementsAre("node 2 (Add)|has the input \"i\" of type tensor(int64), but another "
                            "input has the type tensor(float), and the operator takes equal "
                            "types"));
}

TEST(OperatorCheck, StatedTypesMustBeTheRealOnes) {
    ModelBuilder model;
    model.input("x", {4}).node("Relu", {"x"}, {"y"}).output("y", {4}, 7);
    EXPECT_THAT(findings(model),
                ElementsAre("node 1 (Relu)|produces \"y\" of type tensor(float), but the graph "
                            "states tensor(int64)"));
}

TEST(OperatorCheck, CastStatesTheTypeOfItsOutput) {
    ModelBuilder model;
    model.input("x", {4}).node("Cast", {"x"}, {"i"}).node("Relu", {"i"}, {"y"}).output("y", {4});
    auto* to = model.proto().mutable_graph()->mutable_node(0)->add_attribute();
    to->set_name("to");
    to->set_type(onnx::AttributeProto::INT);
    to->set_i(onnx::TensorProto::STRING);
    EXPECT_THAT(findings(model),
                ElementsAre(HasSubstr("of type tensor(string), which the operator does not take "
                                      "as \"X\"")));
}

TEST(OperatorCheck, NamesOfOuterGraphsAreKnownInSubgraphs) {
    ModelBuilder model;
    model.input("c", {}, 9).input("x", {4}).node("If", {"c"}, {"y"}).output("y", {4});
    for (const char* branch : {"then_branch", "else_branch"}) {
        auto* attribute = model.proto().mutable_graph()->mutable_node(0)->add_attribute();
        attribute->set_name(branch);
        attribute->set_type(onnx::AttributeProto::GRAPH);
        auto* graph = attribute->mutable_g();
        graph->set_name(branch);
        auto* node = graph->add_node();
        node->set_op_type("Relu");
        node->add_input("x");
        node->add_output("z");
        graph->add_output()->set_name("z");
    }
    EXPECT_THAT(findings(model), IsEmpty());
    model.proto()
        .mutable_graph()
        ->mutable_node(0)
        ->mutable_attribute(1)
        ->mutable_g()
        ->mutable_node(0)
        ->set_input(0, "y");
    EXPECT_THAT(findings(model),
                ElementsAre(testing::StartsWith(
                    "node 1 (Relu) of \"else_branch\" in node 1|uses \"y\", which it or a later")));
}

TEST(OperatorCheck, FunctionsOfTheModelAreItsOwnOperators) {
    ModelBuilder model;
    model.input("x", {4}).node("Twice", {"x"}, {"y"}, "local").output("y", {4});
    auto* import = model.proto().add_opset_import();
    import->set_domain("local");
    import->set_version(1);
    auto* function = model.proto().add_functions();
    function->set_name("Twice");
    function->set_domain("local");
    function->add_input("a");
    function->add_output("b");
    auto* opset = function->add_opset_import();
    opset->set_domain("");
    opset->set_version(13);
    auto* node = function->add_node();
    node->set_op_type("Add");
    node->add_input("a");
    node->add_input("a");
    node->add_output("b");
    const OperatorReport report = check(model);
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_THAT(report.unknown_domains, IsEmpty());
    EXPECT_EQ(report.node_count, 2u);

    node->set_op_type("Conf");
    model.proto().mutable_graph()->mutable_node(0)->add_input("x");
    EXPECT_THAT(findings(model),
                ElementsAre("node 1 (Twice)|has 2 inputs, and the function has 1",
                            "node 1 (Conf) of the function \"Twice\"|uses an operator that does "
                            "not exist"));
}

TEST(OperatorCheck, UnknownDomainsAreListed) {
    ModelBuilder model;
    model.input("x", {4}).node("FusedConv", {"x"}, {"y"}, "com.microsoft").output("y", {4});
    EXPECT_THAT(findings(model),
                ElementsAre(HasSubstr("nodes use the domain \"com.microsoft\", but the model")));
    auto* import = model.proto().add_opset_import();
    import->set_domain("com.microsoft");
    import->set_version(1);
    const OperatorReport report = check(model);
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_THAT(report.unknown_domains,
                ElementsAre(Pair("com.microsoft", ElementsAre("FusedConv"))));
}

TEST(OperatorCheck, OpsetsNewerThanTheFactsAreToldAndNotChecked) {
    ModelBuilder model(1000, 100);
    model.input("x", {4}).node("Novel", {"x"}, {"a"}).node("Relu", {"a", "a"}, {"y"});
    model.output("y", {4});
    const OperatorReport report = check(model);
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_THAT(report.newer_opsets, ElementsAre(Pair("", 1000)));
}

TEST(OperatorCheck, OldModelsWithoutImportsHaveOpset1) {
    ModelBuilder model(1, 2);
    model.input("x", {4}).node("Relu", {"x"}, {"y"}).output("y", {4});
    model.proto().clear_opset_import();
    EXPECT_THAT(findings(model), IsEmpty());
    model.proto().set_ir_version(3);
    EXPECT_THAT(
        findings(model),
        ElementsAre(HasSubstr("nodes use the domain ai.onnx, but the model does not import")));
}

/// The skeleton leaves large data out, and states its size.
TEST(OperatorCheck, SizesOfLargeTensorsAreChecked) {
    ModelBuilder model = relu();
    model.initializer("w", {100, 1000});
    EXPECT_THAT(findings(model), IsEmpty());
    model.proto().mutable_graph()->mutable_initializer(0)->set_dims(0, 101);
    EXPECT_THAT(findings(model),
                ElementsAre("|the tensor \"w\" has 400000 bytes of data, and its dimensions and "
                            "type need 404000"));
}

TEST(OperatorCheck, SizesOfSmallTensorsAreChecked) {
    const auto with_tensor = [](const auto& change) {
        ModelBuilder model = relu();
        auto* tensor = model.proto().mutable_graph()->add_initializer();
        tensor->set_name("t");
        tensor->set_data_type(onnx::TensorProto::FLOAT);
        tensor->add_dims(2);
        change(*tensor);
        return findings(model);
    };
    using Tensor = onnx::TensorProto;
    EXPECT_THAT(with_tensor([](Tensor& t) { t.set_raw_data(std::string(8, '\0')); }), IsEmpty());
    EXPECT_THAT(with_tensor([](Tensor& t) { t.add_float_data(1), t.add_float_data(2); }),
                IsEmpty());
    EXPECT_THAT(with_tensor([](Tensor& t) { t.set_dims(0, 0); }), IsEmpty());
    EXPECT_THAT(with_tensor([](Tensor& t) { t.set_data_location(Tensor::EXTERNAL); }), IsEmpty());
    EXPECT_THAT(with_tensor([](Tensor&) {}), ElementsAre(HasSubstr("has 0 values, and its")));
    EXPECT_THAT(with_tensor([](Tensor& t) { t.set_dims(0, -1); }),
                ElementsAre(HasSubstr("has dimensions that no tensor can have")));
    EXPECT_THAT(with_tensor([](Tensor& t) {
                    t.set_dims(0, INT64_MAX);
                    t.add_dims(INT64_MAX);
                }),
                ElementsAre(HasSubstr("has dimensions that no tensor can have")));
    EXPECT_THAT(with_tensor([](Tensor& t) { t.set_data_type(99); }),
                ElementsAre(HasSubstr("has the element type 99, which ONNX does not define")));
    EXPECT_THAT(with_tensor([](Tensor& t) {
                    t.set_data_type(Tensor::STRING);
                    t.set_raw_data("ab");
                }),
                ElementsAre(HasSubstr("stores strings as raw data")));
    constexpr int int4 = 22;
    EXPECT_THAT(with_tensor([](Tensor& t) {
                    t.set_data_type(int4);
                    t.set_dims(0, 3);
                    t.set_raw_data("ab");
                }),
                IsEmpty());
}

TEST(OperatorCheck, HostileNamesAreCutAndValidUtf8) {
    ModelBuilder model = relu();
    auto* node = model.proto().mutable_graph()->mutable_node(0);
    node->set_op_type(std::string(10'000, 'A') + "\xff\x1b[31m");
    node->set_name("a\x1b]0;b\xff");
    const std::string text = findings(model).at(0);
    EXPECT_LT(text.size(), 400u);
    EXPECT_EQ(text.find('\x1b'), text.npos);
    EXPECT_EQ(text.find('\xff'), text.npos);
}

TEST(OperatorCheck, ManyFindingsAreCounted) {
    ModelBuilder model;
    model.input("x", {4});
    for (int i = 0; i < 1000; ++i) {
        model.node("Op" + std::to_string(i), {"x"}, {"y" + std::to_string(i)});
    }
    model.output("y0", {4});
    const OperatorReport report = check(model);
    EXPECT_EQ(report.findings.size(), operator_finding_limit);
    EXPECT_EQ(report.further_findings, 1000 - operator_finding_limit);
    EXPECT_EQ(report.first_error(), &report.findings.front());
}

OperatorReport check_bytes(const std::string& bytes) {
    OnnxSkeleton skeleton;
    skeleton.model = bytes;
    return check_operators(skeleton);
}

/// A field with a message: its number, a length in two bytes, and the message.
std::string message_field(int number, const std::string& message) {
    std::string field(1, static_cast<char>(number << 3 | 2));
    field += static_cast<char>((message.size() & 0x7f) | 0x80);
    field += static_cast<char>(message.size() >> 7);
    return field + message;
}

constexpr int graph_field = 7;      // of ModelProto
constexpr int attribute_field = 5;  // of NodeProto
constexpr int node_field = 1;       // of GraphProto

/// Protobuf merges a message that occurs more than once.
TEST(OperatorCheck, AGraphInTwoPartsIsOne) {
    ModelBuilder first, second;
    first.input("x", {4}).node("Relu", {"x"}, {"a"});
    second.node("Relu", {"a"}, {"y"}).node("Conf", {"a"}, {"z"}).output("y", {4});
    second.proto().clear_opset_import();
    const OperatorReport report = check_bytes(first.bytes() + second.bytes());
    EXPECT_EQ(report.node_count, 3u);
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].node, "node 3 (Conf)");
}

TEST(OperatorCheck, ASubgraphInTwoPartsIsOne) {
    const auto branch = [](const char* input, const char* output) {
        onnx::AttributeProto attribute;
        attribute.set_name("then_branch");
        attribute.set_type(onnx::AttributeProto::GRAPH);
        auto* node = attribute.mutable_g()->add_node();
        node->set_op_type("Relu");
        node->add_input(input);
        node->add_output(output);
        return attribute.SerializeAsString();
    };
    onnx::NodeProto node;
    node.set_op_type("If");
    node.add_input("c");
    const std::string branches = branch("x", "a") + branch("a", "b") + branch("none", "d");
    const std::string with_branches =
        node.SerializeAsString() + message_field(attribute_field, branches);
    ModelBuilder model;
    model.input("c", {}, 9).input("x", {4});
    const OperatorReport report = check_bytes(
        model.bytes() + message_field(graph_field, message_field(node_field, with_branches)));
    EXPECT_EQ(report.node_count, 4u);
    ASSERT_FALSE(report.findings.empty());
    EXPECT_EQ(to_text(report.findings[0]),
              "node 3 (Relu) of \"then_branch\" in node 1 uses \"none\", which nothing produces");
}

TEST(OperatorCheck, AMalformedSkeletonHasAnEmptyReport) {
    ModelBuilder model = relu();
    model.node("Conf", {"y"}, {"z"});
    const std::string bytes = model.bytes();
    ASSERT_EQ(check_bytes(bytes).findings.size(), 1u);
    for (const std::string& wrong :
         {bytes + '\0',  // field 0
          bytes + message_field(graph_field,
                                "\x0a\x05"
                                "ab"),                                            // too short
          bytes + message_field(graph_field, message_field(node_field, "\x0f")),  // wire type 7
          bytes + message_field(graph_field, message_field(11, "\x12\x01\x0a"))}) {
        const OperatorReport report = check_bytes(wrong);
        EXPECT_THAT(report.findings, IsEmpty());
        EXPECT_EQ(report.node_count, 0u);
    }
}

/// Such fields are unknown ones for protobuf.
TEST(OperatorCheck, FieldsOfAnotherWireTypeAreSkipped) {
    const std::string node = "\x08\x01\x20\x07";  // input and op_type as numbers
    const std::string graph = message_field(graph_field, message_field(node_field, node));
    const OperatorReport report = check_bytes(relu().bytes() + graph);
    EXPECT_EQ(report.node_count, 2u);
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(to_text(report.findings[0]), "node 2 () uses an operator that does not exist");
}

/// Work grows with the number of nodes: deep scopes and long lists of names stay quick.
TEST(OperatorCheck, LargeGraphsAreChecked) {
    ModelBuilder model;
    model.input("x", {4});
    std::string last = "x";
    for (int i = 0; i < 100'000; ++i) {
        const std::string next = "v" + std::to_string(i);
        model.node("Relu", {last}, {next});
        last = next;
    }
    model.output(last, {4});
    const OperatorReport report = check(model);
    EXPECT_EQ(report.node_count, 100'000u);
    EXPECT_THAT(report.findings, IsEmpty());
}

}  // namespace
}  // namespace onnxhub::test
