// SPDX-License-Identifier: Apache-2.0
// Contradictory models: reading reports the contradictions and marks their ports unusable.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/model_graph.h"
#include "tests/support/model_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ModelGraph graph_of(const std::string& bytes) {
    auto result = read_model_graph(*memory_source(bytes), nullptr, {});
    if (const auto* error = std::get_if<SkeletonError>(&result)) {
        ADD_FAILURE() << error->reason;
        return {};
    }
    return std::get<ModelGraph>(std::move(result));
}

ModelBuilder relu() {
    ModelBuilder builder;
    builder.input("x", {1}).node("Relu", {"x"}, {"y"}).output("y", {1});
    return builder;
}

TEST(GraphContradictions, ASoundModelHasNone) {
    const ModelGraph graph = graph_of(relu().bytes());
    EXPECT_THAT(graph.contradictions, IsEmpty());
    EXPECT_FALSE(graph.has_contradictory_ports);
}

TEST(GraphContradictions, ElementTypesOnnxDoesNotDefine) {
    for (const int type : {0, 99, -1}) {
        ModelBuilder builder;
        builder.input("x", {1}, type).node("Relu", {"x"}, {"y"}).output("y", {1});
        const ModelGraph graph = graph_of(builder.bytes());
        EXPECT_THAT(
            graph.contradictions,
            ElementsAre(HasSubstr("input \"x\" has the element type " + std::to_string(type))));
        EXPECT_TRUE(graph.has_contradictory_ports);
    }
}

TEST(GraphContradictions, UndefinedElementsInsideOtherTypes) {
    ModelBuilder builder = relu();
    auto* output = builder.proto().mutable_graph()->add_output();
    output->set_name("s");
    output->mutable_type()
        ->mutable_sequence_type()
        ->mutable_elem_type()
        ->mutable_map_type()
        ->set_key_type(77);
    const ModelGraph graph = graph_of(builder.bytes());
    EXPECT_THAT(graph.contradictions, ElementsAre(HasSubstr("element type 77")));
    EXPECT_TRUE(graph.has_contradictory_ports);
}

TEST(GraphContradictions, AnInputWithoutAType) {
    ModelBuilder builder = relu();
    builder.proto().mutable_graph()->mutable_input(0)->clear_type();
    const ModelGraph graph = graph_of(builder.bytes());
    EXPECT_THAT(graph.contradictions, ElementsAre("the input \"x\" has no type"));
    EXPECT_TRUE(graph.has_contradictory_ports);
}

TEST(GraphContradictions, AnInputThatIsThereTwice) {
    const ModelGraph graph = graph_of(relu().input("x", {1}).bytes());
    EXPECT_THAT(graph.repeated_inputs, ElementsAre("the input \"x\" occurs twice"));
    EXPECT_THAT(graph.contradictions, IsEmpty());
    EXPECT_TRUE(graph.has_contradictory_ports);
}

TEST(GraphContradictions, ManyInputsThatAreThereTwice) {
    ModelBuilder builder = relu();
    for (int i = 0; i < 3; ++i) {
        for (int name = 0; name < 7; ++name) builder.input(std::to_string(name), {1});
    }
    const ModelGraph graph = graph_of(builder.bytes());
    ASSERT_THAT(graph.repeated_inputs, SizeIs(6));
    EXPECT_EQ(graph.repeated_inputs.front(), "the input \"0\" occurs twice");
    EXPECT_EQ(graph.repeated_inputs.back(), "2 more inputs occur twice");
}

TEST(GraphContradictions, NamesThatAreNotUtf8HaveAFlagAndMakePortsUseless) {
    ModelBuilder port;
    port.input("\xff", {1}).node("Relu", {"\xff"}, {"y"}).output("y", {1});
    EXPECT_TRUE(graph_of(port.bytes()).has_invalid_names);
    EXPECT_TRUE(graph_of(port.bytes()).has_contradictory_ports);
    ModelBuilder dimension;
    dimension.input("x", {std::string("\xff")}).node("Relu", {"x"}, {"y"}).output("y", {1});
    EXPECT_TRUE(graph_of(dimension.bytes()).has_contradictory_ports);
    ModelBuilder node = relu();
    node.node("Relu\xff", {"y"}, {"z"});
    EXPECT_TRUE(graph_of(node.bytes()).has_invalid_names);
    EXPECT_FALSE(graph_of(node.bytes()).has_contradictory_ports);
}

TEST(GraphContradictions, AnEmptyGraph) {
    const ModelGraph graph = graph_of(ModelBuilder().input("x", {1}).bytes());
    EXPECT_THAT(graph.contradictions, ElementsAre(HasSubstr("the graph is empty")));
    EXPECT_FALSE(graph.has_contradictory_ports);
}

TEST(GraphContradictions, GroupsWithAnotherEnd) {
    const auto with = [](const std::string& groups) { return graph_of(relu().bytes() + groups); };
    // Field 1000 begins a group (tag 8003), field 1000 or 1001 ends it (8004, 8012).
    EXPECT_THAT(with("\xc3\x3e\xc4\x3e").contradictions, IsEmpty());
    EXPECT_THAT(with("\xc3\x3e\xcc\x3e").contradictions, ElementsAre(HasSubstr("protobuf group")));
    std::string deep;
    for (int i = 0; i < 150; ++i) deep += "\xc3\x3e";
    for (int i = 0; i < 150; ++i) deep += "\xc4\x3e";
    EXPECT_THAT(with(deep).contradictions, ElementsAre(HasSubstr("protobuf group")));
    EXPECT_TRUE(std::holds_alternative<SkeletonError>(
        read_model_graph(*memory_source(relu().bytes() + "\xc3\x3e"), nullptr, {})));
}

TEST(GraphContradictions, ManyAreCountedAndLongNamesAreCut) {
    ModelBuilder builder = relu();
    for (int i = 0; i < 200; ++i) {
        builder.input(std::string(1000, 'n') + std::to_string(i), {1}, 99);
    }
    const ModelGraph graph = graph_of(builder.bytes());
    ASSERT_THAT(graph.contradictions, SizeIs(6));
    EXPECT_THAT(graph.contradictions.back(), HasSubstr("195 more"));
    for (const std::string& reason : graph.contradictions) EXPECT_LT(reason.size(), 250u);
}

}  // namespace
}  // namespace onnxhub
