// SPDX-License-Identifier: Apache-2.0
#include "model/model_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/local_inference.h"
#include "tests/support/model_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::ElementsAre;

/// Inference in this process that counts how often it is asked.
class CountingInference : public ShapeInference {
public:
    InferenceResult infer(const std::string& model,
                          const std::vector<std::string>& tensors) override {
        ++calls;
        return test::infer_shapes_here(model, tensors);
    }
    int calls = 0;
};

ModelGraph read_graph(const std::string& bytes, ShapeInference* inference = nullptr,
                      const std::vector<std::string>& tensors = {}) {
    auto result = read_model_graph(*memory_source(bytes), inference, tensors);
    if (const auto* error = std::get_if<SkeletonError>(&result)) {
        ADD_FAILURE() << error->reason;
        return {};
    }
    return std::get<ModelGraph>(std::move(result));
}

const std::monostate unknown;

TEST(ModelGraph, DimensionsAreNumbersNamesOrUnknown) {
    const ModelGraph graph =
        read_graph(ModelBuilder()
                       .input("x", {1, std::string("batch"), unknown, std::string(""), 0, -1})
                       .bytes());
    EXPECT_EQ(graph.ports.inputs.at(0).shape, (Shape{std::int64_t{1}, std::string("batch"), unknown,
                                                     unknown, std::int64_t{0}, std::int64_t{-1}}));
}

TEST(ModelGraph, InitializersAreNoInputs) {
    ModelBuilder builder;
    builder.input("x", {1}).input("w", {2}).input("s", {3}).initializer("w", {2});
    builder.proto().mutable_graph()->add_sparse_initializer()->mutable_values()->set_name("s");
    const ModelGraph graph = read_graph(builder.bytes());
    ASSERT_EQ(graph.ports.inputs.size(), 1u);
    EXPECT_EQ(graph.ports.inputs[0].name, "x");
}

TEST(ModelGraph, TypesAreSpelledAsOnnxRuntimeDoes) {
    ModelBuilder builder;
    const auto add = [&]() -> onnx::TypeProto& {
        auto* value = builder.proto().mutable_graph()->add_input();
        value->set_name("v" + std::to_string(builder.proto().graph().input_size()));
        return *value->mutable_type();
    };
    add().mutable_sparse_tensor_type()->set_elem_type(1);
    add().mutable_sequence_type()->mutable_elem_type()->mutable_tensor_type()->set_elem_type(2);
    auto& map = *add().mutable_map_type();
    map.set_key_type(7);
    map.mutable_value_type()->mutable_tensor_type()->set_elem_type(1);
    add()
        .mutable_optional_type()
        ->mutable_elem_type()
        ->mutable_sequence_type()
        ->mutable_elem_type()
        ->mutable_tensor_type()
        ->set_elem_type(1);
    for (const int element : {8, 16, 17, 23, 26, 999}) {
        add().mutable_tensor_type()->set_elem_type(element);
    }
    std::vector<std::string> types;
    for (const Port& port : read_graph(builder.bytes()).ports.inputs) types.push_back(port.type);
    EXPECT_THAT(types, ElementsAre("sparse_tensor(float)", "seq(tensor(uint8))",
                                   "map(int64,tensor(float))", "optional(seq(tensor(float)))",
                                   "tensor(string)", "tensor(bfloat16)", "tensor(float8e4m3fn)",
                                   "tensor(float4e2m1)", "tensor(int2)", "tensor(undefined)"));
}

TEST(ModelGraph, InferenceIsNotAskedWhenAllOutputsAreKnown) {
    CountingInference inference;
    read_graph(ModelBuilder().input("x", {std::string("n")}).output("y", {4}).bytes(), &inference);
    EXPECT_EQ(inference.calls, 0);
}

TEST(ModelGraph, InferredNumbersReplaceNamesAndUnknownsOnly) {
    CountingInference inference;
    const ModelGraph graph =
        read_graph(ModelBuilder()
                       .input("x", {std::string("batch"), 8})
                       .initializer("w", {8, 3})
                       .node("MatMul", {"x", "w"}, {"y"})
                       .output("y", {std::string("rows"), std::string("columns")})
                       .bytes(),
                   &inference);
    EXPECT_EQ(inference.calls, 1);
    EXPECT_EQ(graph.ports.outputs.at(0).shape, (Shape{std::string("rows"), std::int64_t{3}}));
}

TEST(ModelGraph, OutputWithoutShapeTakesNumbersButNoNamesOfInference) {
    CountingInference inference;
    const ModelGraph graph = read_graph(ModelBuilder()
                                            .input("x", {std::string("batch"), 8})
                                            .node("Relu", {"x"}, {"y"})
                                            .output_without_shape("y")
                                            .bytes(),
                                        &inference);
    EXPECT_EQ(graph.ports.outputs.at(0).shape, (Shape{unknown, std::int64_t{8}}));
}

TEST(ModelGraph, WhereInferenceFailsDeclaredPortsStand) {
    class Failing : public ShapeInference {
        InferenceResult infer(const std::string&, const std::vector<std::string>&) override {
            return InferenceFailure{true, "it died"};
        }
    } inference;
    const ModelGraph graph =
        read_graph(ModelBuilder().output("y", {std::string("n"), 2}).bytes(), &inference);
    EXPECT_EQ(graph.ports.outputs.at(0).shape, (Shape{std::string("n"), std::int64_t{2}}));
    ASSERT_TRUE(graph.inference_failure);
    EXPECT_EQ(graph.inference_failure->reason, "it died");
}

TEST(ModelGraph, WantedTensorsGetTheirShapes) {
    CountingInference inference;
    const ModelGraph graph = read_graph(ModelBuilder()
                                            .input("x", {2, 8})
                                            .node("Relu", {"x"}, {"inner"})
                                            .node("Relu", {"inner"}, {"y"})
                                            .output("y", {2, 8})
                                            .bytes(),
                                        &inference, {"inner", "nowhere"});
    EXPECT_EQ(graph.tensors.at("inner"), (Shape{std::int64_t{2}, std::int64_t{8}}));
    EXPECT_FALSE(graph.tensors.contains("nowhere"));
}

TEST(ModelGraph, NamesThatAreNotUtf8GetReplacementCharacters) {
    const ModelGraph graph = read_graph(ModelBuilder().input("x\xff", {1}).bytes());
    EXPECT_TRUE(graph.has_invalid_names);
    EXPECT_EQ(graph.ports.inputs.at(0).name, "x\xef\xbf\xbd");
}

TEST(ModelGraph, NodesAndParametersAreCountedInSubgraphsToo) {
    ModelBuilder builder;
    builder.initializer("w", {2, 3}).node("If", {"c"}, {"y"});
    *builder.proto().mutable_graph()->mutable_node(0)->add_attribute()->mutable_g() =
        ModelBuilder()
            .initializer("v", {4})
            .node("Scaler", {"a"}, {"b"}, "ai.onnx.ml")
            .proto()
            .graph();
    const ModelGraph graph = read_graph(builder.bytes());
    EXPECT_EQ(graph.node_count, 2u);
    EXPECT_EQ(graph.parameter_count, 10u);
    EXPECT_EQ(op_counts(graph).at("ai.onnx.ml.Scaler"), 1u);
    EXPECT_EQ(op_counts(graph).at("If"), 1u);
}

TEST(ModelGraph, WeightsAreCountedByElementTypeWithConstants) {
    ModelBuilder builder(25);
    builder.initializer("w", {2, 3}).int64_initializer("i", {1, 2, 3}).node("Constant", {}, {"c"});
    auto* value = builder.proto().mutable_graph()->mutable_node(0)->add_attribute();
    value->set_name("value");
    value->mutable_t()->set_data_type(22);  // int4: two in a byte
    value->mutable_t()->add_dims(5);
    builder.node("Constant", {}, {"f"});
    auto* floats = builder.proto().mutable_graph()->mutable_node(1)->add_attribute();
    floats->set_name("value_floats");
    floats->add_floats(1);
    floats->add_floats(2);
    builder.node("Constant", {}, {"s"});
    auto* text = builder.proto().mutable_graph()->mutable_node(2)->add_attribute();
    text->set_name("value_string");
    text->set_s("abc");
    const ModelGraph graph = read_graph(builder.bytes());
    EXPECT_EQ(graph.weights.at("float"), (Weights{8, 32}));
    EXPECT_EQ(graph.weights.at("int64"), (Weights{3, 24}));
    EXPECT_EQ(graph.weights.at("int4"), (Weights{5, 3}));
    EXPECT_EQ(graph.weights.at("string"), (Weights{1, 0}));
    EXPECT_EQ(graph.weights.size(), 4u);
    EXPECT_EQ(graph.parameter_count, 17u);
}

TEST(ModelGraph, TheMainOpsetIsThatOfTheDefaultDomainOrTheFirstOne) {
    const auto opset = [](const std::vector<std::pair<std::string, int>>& imports) {
        ModelBuilder builder;
        builder.input("x", {1});
        builder.proto().clear_opset_import();
        for (const auto& [domain, version] : imports) {
            auto* import = builder.proto().add_opset_import();
            import->set_domain(domain);
            import->set_version(version);
        }
        const auto found = main_opset(read_graph(builder.bytes()));
        return found ? found->domain + " " + std::to_string(found->version) : "none";
    };
    EXPECT_EQ(opset({{"z", 3}, {"", 12}, {"a", 4}}), " 12");
    EXPECT_EQ(opset({{"z", 3}, {"ai.onnx", 12}}), " 12");
    EXPECT_EQ(opset({{"z", 3}, {"a", 4}}), "z 3");
    EXPECT_EQ(opset({}), "none");
}

TEST(ModelGraph, DimensionsThatOverflowCountAsMost) {
    ModelBuilder builder;
    auto* tensor = builder.proto().mutable_graph()->add_initializer();
    for (int i = 0; i < 3; ++i) tensor->add_dims(std::int64_t{1} << 40);
    EXPECT_EQ(read_graph(builder.bytes()).parameter_count,
              std::numeric_limits<std::uint64_t>::max());
}

TEST(ModelGraph, ModelsBeforeImportsHaveOpsetOne) {
    ModelBuilder builder(1, 2);
    builder.output("y", {1}).proto().clear_opset_import();
    EXPECT_EQ(read_graph(builder.bytes()).opsets.at(""), 1);
}

}  // namespace
}  // namespace onnxhub
