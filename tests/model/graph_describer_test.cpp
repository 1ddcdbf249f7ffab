// SPDX-License-Identifier: Apache-2.0
#include "model/graph_describer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "manifest/json.h"
#include "model/graph_document.h"
#include "tests/support/model_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = GraphValue::Kind;

GraphDescription described(const std::string& bytes,
                           std::uint64_t limit = graph_description_limit) {
    auto result = describe_graph(*memory_source(bytes), limit);
    if (const auto* error = std::get_if<SkeletonError>(&result)) {
        ADD_FAILURE() << error->reason;
        return {};
    }
    return std::get<GraphDescription>(std::move(result));
}

/// The names of the values that a node reads or writes; "-": an absent one.
std::vector<std::string> names(const DescribedGraph& graph,
                               const std::vector<std::optional<std::size_t>>& slots) {
    std::vector<std::string> result;
    for (const auto& slot : slots) result.push_back(slot ? graph.values.at(*slot).name : "-");
    return result;
}

const GraphValue* value_named(const DescribedGraph& graph, const std::string& name) {
    for (const GraphValue& value : graph.values) {
        if (value.name == name) return &value;
    }
    return nullptr;
}

onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const std::string& name,
                                    onnx::AttributeProto::AttributeType type) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
}

/// A field of a protobuf message: https://protobuf.dev/programming-guides/encoding/
std::string field(int number, const std::string& content) {
    std::string bytes(1, static_cast<char>(number << 3 | 2));
    std::size_t rest = content.size();
    for (; rest >= 128; rest >>= 7) bytes += static_cast<char>(rest % 128 + 128);
    return bytes + static_cast<char>(rest) + content;
}

/// A node with a subgraph that reads `read` and writes `written`.
onnx::NodeProto& add_if(onnx::GraphProto& graph, const std::string& read,
                        const std::string& written) {
    auto& node = *graph.add_node();
    node.set_op_type("If");
    auto& body = *add_attribute(node, "then_branch", onnx::AttributeProto::GRAPH).mutable_g();
    auto& inner = *body.add_node();
    inner.set_op_type("Relu");
    inner.add_input(read);
    inner.add_output(written);
    body.add_output()->set_name(written);
    return node;
}

TEST(GraphDescription, HasNodesWithTheirValues) {
    const auto model = described(ModelBuilder()
                                     .input("x", {1, std::string("N")})
                                     .initializer("w", {4, 2})
                                     .node("MatMul", {"x", "w"}, {"y"})
                                     .node("Clip", {"y", "", "x"}, {"z"}, "custom")
                                     .output("z", {})
                                     .bytes());
    ASSERT_EQ(model.graphs.size(), 1u);
    const DescribedGraph& graph = model.graphs[0];
    ASSERT_EQ(graph.nodes.size(), 2u);
    EXPECT_EQ(graph.nodes[0].op_type, "MatMul");
    EXPECT_EQ(graph.nodes[1].domain, "custom");
    EXPECT_THAT(names(graph, graph.nodes[0].inputs), ElementsAre("x", "w"));
    EXPECT_THAT(names(graph, graph.nodes[1].inputs), ElementsAre("y", "-", "x"));
    EXPECT_THAT(names(graph, graph.nodes[1].outputs), ElementsAre("z"));
    ASSERT_THAT(graph.inputs, testing::SizeIs(1));
    EXPECT_EQ(graph.values[graph.inputs[0]].name, "x");
    EXPECT_EQ(graph.values[graph.inputs[0]].kind, Kind::input);
    EXPECT_EQ(graph.values[graph.inputs[0]].shape, (Shape{std::int64_t{1}, std::string("N")}));
    EXPECT_EQ(graph.values[graph.outputs.at(0)].name, "z");
    EXPECT_EQ(value_named(graph, "w")->kind, Kind::initializer);
    EXPECT_EQ(value_named(graph, "w")->type, "tensor(float)");
    EXPECT_EQ(value_named(graph, "w")->shape, (Shape{std::int64_t{4}, std::int64_t{2}}));
    EXPECT_EQ(left_out_text(model), "");
}

TEST(GraphDescription, AttributesAreShort) {
    ModelBuilder builder;
    builder.node("X", {}, {"y"});
    auto& node = *builder.proto().mutable_graph()->mutable_node(0);
    add_attribute(node, "i", onnx::AttributeProto::INT).set_i(-3);
    add_attribute(node, "f", onnx::AttributeProto::FLOAT).set_f(0.1F);
    add_attribute(node, "s", onnx::AttributeProto::STRING).set_s("NOTSET");
    auto& few = add_attribute(node, "few", onnx::AttributeProto::INTS);
    auto& many = add_attribute(node, "many", onnx::AttributeProto::INTS);
    for (int i = 0; i < 300; ++i) {
        if (i < 2) few.add_ints(i);
        many.add_ints(i);
    }
    auto& huge = add_attribute(node, "huge", onnx::AttributeProto::FLOATS);
    for (int i = 0; i < 5000; ++i) huge.add_floats(1);
    add_attribute(node, "strings", onnx::AttributeProto::STRINGS).add_strings("a\"b");
    auto& tensor = *add_attribute(node, "t", onnx::AttributeProto::TENSOR).mutable_t();
    tensor.set_data_type(7);
    tensor.add_dims(2);
    tensor.add_int64_data(5);
    tensor.add_int64_data(6);
    add_attribute(node, "r", onnx::AttributeProto::INT).set_ref_attr_name("outside");
    const GraphDescription model = described(builder.bytes());
    std::vector<std::string> texts;
    for (const GraphAttribute& attribute : model.graphs.at(0).nodes.at(0).attributes) {
        texts.push_back(attribute.type + " " + attribute.name + " " + attribute.value);
    }
    EXPECT_THAT(texts,
                ElementsAre("int i -3", "float f 0.1", "string s NOTSET", "ints few [0, 1]",
                            "ints many [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, …] "
                            "(300 numbers)",
                            "floats huge … (20000 bytes)", "strings strings [\"a\"b\"]",
                            "tensor t int64[2] = [5, 6]", "reference r outside"));
}

TEST(GraphDescription, SubgraphsReadValuesOfEnclosingGraphs) {
    ModelBuilder builder;
    builder.input("x", {1}).initializer("w", {1}).node("Relu", {"x"}, {"y"});
    auto& node = add_if(*builder.proto().mutable_graph(), "y", "t");
    auto& body = *node.mutable_attribute(0)->mutable_g();
    add_if(body, "w", "u");
    const auto model = described(builder.bytes());
    ASSERT_EQ(model.graphs.size(), 3u);
    EXPECT_THAT(model.graphs[0].nodes[1].attributes.at(0).graphs, ElementsAre(1u));
    EXPECT_THAT(model.graphs[1].nodes[1].attributes.at(0).graphs, ElementsAre(2u));
    const auto outside = [&](std::size_t graph, const std::string& name) -> std::string {
        const GraphValue* value = value_named(model.graphs[graph], name);
        if (!value || !value->outer) return "";
        EXPECT_EQ(value->kind, Kind::outer);
        return std::to_string(value->outer->graph) + " " +
               model.graphs[value->outer->graph].values[value->outer->value].name;
    };
    EXPECT_EQ(outside(1, "y"), "0 y");
    EXPECT_EQ(outside(2, "w"), "0 w");
    EXPECT_EQ(outside(1, "t"), "");
}

TEST(GraphDescription, AValueOfASubgraphHidesThatOfTheEnclosingGraph) {
    ModelBuilder builder;
    builder.input("x", {1}).node("Relu", {"x"}, {"y"});
    auto& body =
        *add_if(*builder.proto().mutable_graph(), "t", "y").mutable_attribute(0)->mutable_g();
    auto& later = *body.add_node();
    later.set_op_type("Neg");
    later.add_output("t");
    const auto model = described(builder.bytes());
    EXPECT_EQ(value_named(model.graphs.at(1), "y")->kind, Kind::inner);
    EXPECT_EQ(value_named(model.graphs.at(1), "t")->kind, Kind::inner);
}

TEST(GraphDescription, FunctionsAreGraphs) {
    ModelBuilder builder;
    builder.input("x", {1}).node("Twice", {"x"}, {"y"}, "mine");
    auto& function = *builder.proto().add_functions();
    function.set_name("Twice");
    function.set_domain("mine");
    function.add_input("a");
    function.add_output("b");
    auto& node = *function.add_node();
    node.set_op_type("Add");
    node.add_input("a");
    node.add_input("a");
    node.add_output("b");
    const auto model = described(builder.bytes());
    ASSERT_EQ(model.functions.size(), 1u);
    EXPECT_EQ(model.functions[0].name, "Twice");
    const DescribedGraph& body = model.graphs.at(model.functions[0].graph);
    EXPECT_EQ(body.values[body.inputs.at(0)].name, "a");
    EXPECT_THAT(names(body, body.nodes.at(0).inputs), ElementsAre("a", "a"));
    EXPECT_EQ(body.values[body.outputs.at(0)].name, "b");
}

TEST(GraphDescription, UnusedInitializersAreListed) {
    const auto model = described(ModelBuilder().input("x", {1}).initializer("w", {1}).bytes());
    ASSERT_NE(value_named(model.graphs.at(0), "w"), nullptr);
}

TEST(GraphDescription, SizeOfTheDocumentIsBoundedAndTheRestIsCounted) {
    ModelBuilder builder;
    builder.input("x", {1});
    std::string last = "x";
    for (int i = 0; i < 2000; ++i) {
        const std::string next = "value \"" + std::to_string(i) + "\"\n";
        builder.node("Relu", {last}, {next});
        last = next;
    }
    add_if(*builder.proto().mutable_graph(), "x", "t");
    const std::string whole = graph_json(described(builder.bytes()));
    for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{5000}, std::uint64_t{50'000},
                                      std::uint64_t{whole.size()}}) {
        const auto model = described(builder.bytes(), limit);
        EXPECT_LE(graph_json(model).size(), std::max<std::uint64_t>(limit, 5000));
        const DescribedGraph& graph = model.graphs.at(0);
        EXPECT_EQ(graph.nodes.size() + graph.left_out_nodes, 2001u);
        EXPECT_GT(graph.left_out_nodes, 0u) << limit;
        EXPECT_THAT(left_out_text(model), HasSubstr("nodes"));
    }
    EXPECT_EQ(described(builder.bytes(), whole.size() + json_size_of_frame + 4096)
                  .graphs[0]
                  .left_out_nodes,
              0u);
}

TEST(GraphDescription, AMillionNodesAreBounded) {
    ModelBuilder builder;
    builder.node("Relu", {"x"}, {"a value of the graph"});
    const std::string node = field(1, builder.proto().graph().node(0).SerializeAsString());
    std::string nodes;
    constexpr std::size_t count = 1'000'000;
    for (std::size_t i = 0; i < count; ++i) nodes += node;
    const auto model = described(field(7, nodes));
    EXPECT_LE(graph_json(model).size(), graph_description_limit);
    EXPECT_EQ(model.graphs.at(0).nodes.size() + model.graphs[0].left_out_nodes, count);
    EXPECT_GT(model.graphs[0].left_out_nodes, 0u);
}

TEST(GraphDescription, DeepSubgraphsAreDescribedWithoutRecursion) {
    ModelBuilder builder;
    builder.input("x", {1});
    onnx::GraphProto* graph = builder.proto().mutable_graph();
    constexpr int depth = 27;
    for (int i = 0; i < depth; ++i) {
        graph = add_if(*graph, "x", "t").mutable_attribute(0)->mutable_g();
    }
    const auto model = described(builder.bytes());
    EXPECT_EQ(model.graphs.size(), depth + 1u);
    const GraphValue* value = value_named(model.graphs.back(), "x");
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->kind, Kind::outer);
}

TEST(GraphDescription, SubgraphsBelowTheDepthLimitAreReported) {
    // Protobuf would not read so deep a message, so its bytes are written here.
    std::string node;
    for (int i = 0; i < 60; ++i) node = field(5, field(6, field(1, node)));
    const auto result = described(field(7, field(1, node)));
    EXPECT_TRUE(result.is_cut_at_depth);
    EXPECT_THAT(left_out_text(result), HasSubstr("nested too deep"));
    EXPECT_THAT(graph_json(result), HasSubstr("\"below_depth_limit\":true"));
}

TEST(GraphDescription, LongAndInvalidNamesAreShortenedAsUtf8) {
    std::string name(graph_text_limit - 1, 'a');
    name += "ü and more";
    const auto model = described(ModelBuilder().node(name, {}, {"bad \xff byte"}).bytes());
    const GraphNode& node = model.graphs.at(0).nodes.at(0);
    EXPECT_EQ(node.op_type, std::string(graph_text_limit - 1, 'a') + "…");
    EXPECT_EQ(model.graphs[0].values.at(*node.outputs.at(0)).name, "bad \xef\xbf\xbd byte");
    EXPECT_EQ(model.shortened_texts, 1u);
}

TEST(GraphDescription, DifferentLongNamesStayDifferentValues) {
    const std::string long_name(2 * graph_text_limit, 'n');
    const auto model = described(
        ModelBuilder().node("A", {}, {long_name + "1"}).node("B", {long_name + "2"}, {}).bytes());
    const DescribedGraph& graph = model.graphs.at(0);
    EXPECT_NE(graph.nodes.at(0).outputs.at(0), graph.nodes.at(1).inputs.at(0));
}

TEST(GraphDescription, AttributesOfANodeAreBounded) {
    ModelBuilder builder;
    builder.node("X", {}, {"y"});
    for (std::size_t i = 0; i < node_attribute_limit + 5; ++i) {
        add_attribute(*builder.proto().mutable_graph()->mutable_node(0), "a" + std::to_string(i),
                      onnx::AttributeProto::INT);
    }
    const auto model = described(builder.bytes());
    EXPECT_EQ(model.graphs.at(0).nodes.at(0).attributes.size(), node_attribute_limit);
    EXPECT_EQ(model.left_out_attributes, 5u);
}

TEST(GraphDescription, OtherFilesAreRefused) {
    const auto result = describe_graph(*memory_source("<!DOCTYPE html>"));
    EXPECT_TRUE(std::holds_alternative<SkeletonError>(result));
}

TEST(GraphDocument, IsJsonThatKeepsEveryName) {
    const std::string nasty = "a\"\\\n\r\t\x01\x7f-->]]></script>\u2028##[x]";
    const auto parsed =
        parse_json(graph_json(described(ModelBuilder().node("Op", {nasty}, {"y"}).bytes())));
    ASSERT_TRUE(std::holds_alternative<JsonDocument>(parsed));
    const JsonValue& root = std::get<JsonDocument>(parsed).root;
    EXPECT_EQ(*root.find("format")->string(), "onnxhub.graph");
    EXPECT_EQ(root.find("version")->integer(), graph_document_version);
    const JsonValue& graph = root.find("graphs")->array()->at(0);
    EXPECT_EQ(*graph.find("values")->array()->at(0).find("name")->string(), nasty);
}

}  // namespace
}  // namespace onnxhub
