// SPDX-License-Identifier: Apache-2.0
#include "model/worker/compose_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>

#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// "image" → "pixels" → "scaled"
ModelBuilder preprocessing(std::int64_t opset = 13, std::int64_t ir_version = 7) {
    ModelBuilder model(opset, ir_version);
    model.input("image", {"N", 3}).node("Neg", {"image"}, {"pixels"});
    model.node("Abs", {"pixels"}, {"scaled"}).output("scaled", {"N", 3});
    model.proto().mutable_graph()->set_name("pre");
    return model;
}

/// "data" → "hidden" → "scores"
ModelBuilder network(std::int64_t opset = 13, std::int64_t ir_version = 7) {
    ModelBuilder model(opset, ir_version);
    model.input("data", {1, 3}).initializer("w", {3, 2});
    model.node("MatMul", {"data", "w"}, {"hidden"}).node("Relu", {"hidden"}, {"scores"});
    model.output("scores", {1, 2});
    model.proto().mutable_graph()->set_name("net");
    return model;
}

template <typename Elements>
std::vector<std::string> names(const Elements& elements) {
    std::vector<std::string> found;
    for (const auto& element : elements) found.push_back(element.name());
    return found;
}

std::vector<std::string> nodes(const onnx::ModelProto& model) {
    std::vector<std::string> found;
    for (const auto& node : model.graph().node()) {
        std::string text = node.op_type();
        for (const std::string& input : node.input()) text += " " + input;
        text += " →";
        for (const std::string& output : node.output()) text += " " + output;
        found.push_back(text);
    }
    return found;
}

std::string error(const onnx::ModelProto& one, const onnx::ModelProto& other) {
    try {
        compose_models(one, other);
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

TEST(ComposeModels, OutputsOfTheFirstBecomeInputsOfTheSecond) {
    const auto model = compose_models(preprocessing().proto(), network().proto());
    EXPECT_THAT(nodes(model), ElementsAre("Neg image → pixels", "Abs pixels → scaled",
                                          "MatMul scaled w → hidden", "Relu hidden → scores"));
    EXPECT_THAT(names(model.graph().input()), ElementsAre("image"));
    EXPECT_THAT(names(model.graph().output()), ElementsAre("scores"));
    EXPECT_THAT(names(model.graph().initializer()), ElementsAre("w"));
    EXPECT_EQ(model.graph().name(), "pre_net");
    EXPECT_EQ(model.opset_import(0).version(), 13);
}

TEST(ComposeModels, PortsWithoutAPartnerStay) {
    ModelBuilder two = network();
    two.input("mask", {1, 2});
    const auto model = compose_models(preprocessing().proto(), two.proto());
    EXPECT_THAT(names(model.graph().input()), ElementsAre("image", "mask"));
    ModelBuilder more = preprocessing();
    more.output("pixels", {"N", 3});
    const auto other = compose_models(more.proto(), network().proto());
    EXPECT_THAT(names(other.graph().output()), ElementsAre("pixels", "scores"));
}

TEST(ComposeModels, TheLowerOpsetIsBroughtUp) {
    for (const auto& [low, high] : {std::pair{12, 14}, std::pair{14, 12}}) {
        const auto model = compose_models(preprocessing(low).proto(), network(high).proto());
        EXPECT_EQ(model.opset_import(0).version(), 14);
        EXPECT_EQ(model.graph().node_size(), 4);
        EXPECT_NO_THROW(onnx::checker::check_model(model));
    }
}

TEST(ComposeModels, TheHigherIrVersionIsThatOfTheResult) {
    EXPECT_EQ(compose_models(preprocessing(13, 4).proto(), network(13, 8).proto()).ir_version(), 8);
    EXPECT_EQ(compose_models(preprocessing(13, 8).proto(), network(13, 4).proto()).ir_version(), 8);
}

TEST(ComposeModels, InitializersAmongTheInputsAreNotConnected) {
    ModelBuilder old(9, 3);
    old.input("w", {3, 2}).input("data", {1, 3}).initializer("w", {3, 2});
    old.node("MatMul", {"data", "w"}, {"scores"}).output("scores", {1, 2});
    const auto model = compose_models(preprocessing(9, 3).proto(), old.proto());
    EXPECT_THAT(names(model.graph().input()), ElementsAre("image", "w"));
    EXPECT_THAT(nodes(model), testing::Contains("MatMul scaled w → scores"));
}

TEST(ComposeModels, SubgraphsReadAConnectedInputToo) {
    ModelBuilder model(13);
    model.input("data", {1, 3}).input("on", {}, onnx::TensorProto::BOOL);
    auto& node = *model.proto().mutable_graph()->add_node();
    node.set_op_type("If");
    node.add_input("on");
    node.add_output("scores");
    for (const char* branch : {"then_branch", "else_branch"}) {
        ModelBuilder below(13);
        const std::string output = std::string(branch) + "_out";
        below.node("Relu", {"data"}, {output}).output(output, {1, 3});
        below.proto().mutable_graph()->set_name(branch);
        auto& attribute = *node.add_attribute();
        attribute.set_name(branch);
        attribute.set_type(onnx::AttributeProto::GRAPH);
        *attribute.mutable_g() = below.proto().graph();
    }
    model.output("scores", {1, 3});
    const auto composed = compose_models(preprocessing().proto(), model.proto());
    const auto& merged = composed.graph().node(2);
    EXPECT_EQ(merged.attribute(0).g().node(0).input(0), "scaled");
    EXPECT_EQ(merged.attribute(1).g().node(0).input(0), "scaled");
}

TEST(ComposeModels, AnInputHandedThroughKeepsItsName) {
    ModelBuilder model = network();
    model.output("data", {1, 3});
    const auto composed = compose_models(preprocessing().proto(), model.proto());
    EXPECT_THAT(names(composed.graph().output()), ElementsAre("scores", "data"));
    EXPECT_THAT(nodes(composed), testing::Contains("Identity scaled → data"));
}

TEST(ComposeModels, FunctionsMetadataAndSparseInitializersAreKept) {
    ModelBuilder one = preprocessing(15, 8);
    auto& function = *one.proto().add_functions();
    function.set_name("Twice");
    function.set_domain("mine");
    auto& property = *one.proto().add_metadata_props();
    property.set_key("author");
    property.set_value("me");
    ModelBuilder other = network(15, 8);
    auto& sparse = *other.proto().mutable_graph()->add_sparse_initializer();
    sparse.mutable_values()->set_name("s");
    sparse.mutable_values()->set_data_type(onnx::TensorProto::FLOAT);
    sparse.mutable_values()->add_dims(1);
    sparse.mutable_values()->add_float_data(1);
    sparse.mutable_indices()->set_data_type(onnx::TensorProto::INT64);
    sparse.mutable_indices()->add_dims(1);
    sparse.mutable_indices()->add_int64_data(0);
    sparse.add_dims(3);
    const auto composed = compose_models(one.proto(), other.proto());
    EXPECT_THAT(names(composed.functions()), ElementsAre("Twice"));
    EXPECT_EQ(composed.metadata_props(0).value(), "me");
    EXPECT_EQ(composed.graph().sparse_initializer_size(), 1);
}

TEST(ComposeModels, PortsThatDoNotFitAreNamedWithTheirTypes) {
    ModelBuilder wide = preprocessing();
    wide.proto().mutable_graph()->mutable_output(0)->Clear();
    ModelBuilder narrow(13);
    narrow.input("image", {"N", 4}).node("Abs", {"image"}, {"scaled"}).output("scaled", {"N", 4});
    EXPECT_THAT(error(narrow.proto(), network().proto()),
                AllOf(HasSubstr("scaled float[N,4]"), HasSubstr("data float[1,3]")));
    ModelBuilder integer(13);
    integer.input("image", {"N", 3}, 7).node("Abs", {"image"}, {"scaled"});
    integer.output("scaled", {"N", 3}, 7);
    EXPECT_THAT(error(integer.proto(), network().proto()), HasSubstr("int64[N,3]"));
    ModelBuilder flat(13);
    flat.input("image", {3}).node("Abs", {"image"}, {"scaled"}).output("scaled", {3});
    EXPECT_THAT(error(flat.proto(), network().proto()), HasSubstr("does not fit"));
}

TEST(ComposeModels, CollisionsAreErrors) {
    ModelBuilder same_edge(13);
    same_edge.input("image", {"N", 3}).node("Abs", {"image"}, {"hidden"});
    same_edge.node("Neg", {"hidden"}, {"scaled"}).output("scaled", {"N", 3});
    EXPECT_THAT(error(same_edge.proto(), network().proto()),
                HasSubstr("both models have edges called hidden; rename"));
    ModelBuilder same_weights = preprocessing();
    same_weights.initializer("w", {1});
    EXPECT_THAT(error(same_weights.proto(), network().proto()),
                HasSubstr("both models have initializers called w"));
    ModelBuilder one = preprocessing(15, 8), other = network(15, 8);
    for (ModelBuilder* model : {&one, &other}) {
        auto& property = *model->proto().add_metadata_props();
        property.set_key("author");
        property.set_value(model == &one ? "me" : "you");
    }
    EXPECT_THAT(error(one.proto(), other.proto()), HasSubstr("metadata differ in \"author\""));
    one = preprocessing(15, 8);
    other = network(15, 8);
    // The duplicate comes after other items.
    for (const auto& [name, domain] : {std::pair("G", "mine"), std::pair("F", "other")}) {
        auto& function = *one.proto().add_functions();
        function.set_name(name);
        function.set_domain(domain);
    }
    for (ModelBuilder* model : {&one, &other}) {
        auto& function = *model->proto().add_functions();
        function.set_name("F");
        function.set_domain("mine");
    }
    EXPECT_THAT(error(one.proto(), other.proto()), HasSubstr("have a function called F"));
}

TEST(ComposeModels, OtherDomainsMustAgree) {
    ModelBuilder one = preprocessing(), other = network();
    auto& import = *one.proto().add_opset_import();
    import.set_domain("ai.onnx.ml");
    import.set_version(2);
    EXPECT_EQ(compose_models(one.proto(), other.proto()).opset_import_size(), 2);
    *other.proto().add_opset_import() = import;
    other.proto().mutable_opset_import(1)->set_version(3);
    EXPECT_THAT(error(one.proto(), other.proto()), HasSubstr("opsets 2 and 3 of the domain"));
}

TEST(ComposeModels, WhatTheConverterWouldLoseIsRefused) {
    ModelBuilder one = preprocessing(14, 8);
    auto& function = *one.proto().add_functions();
    function.set_name("F");
    function.set_domain("mine");
    EXPECT_THAT(error(one.proto(), network(15, 8).proto()),
                HasSubstr("can't be converted to opset 15: it has functions"));
}

TEST(ComposeModels, BadModelsAreRefused) {
    EXPECT_THAT(error({}, network().proto()),
                HasSubstr("preprocessing model fails ONNX's checker"));
    EXPECT_THAT(error(preprocessing().proto(), {}), HasSubstr("network fails ONNX's checker"));
    ModelBuilder outside = network();
    outside.external_initializer("far", {2}, "weights.bin");
    EXPECT_THAT(error(preprocessing().proto(), outside.proto()), HasSubstr("has external data"));
    ModelBuilder no_input(13);
    no_input.initializer("c", {1, 2}).node("Abs", {"c"}, {"y"}).output("y", {1, 2});
    EXPECT_THAT(error(preprocessing().proto(), no_input.proto()), HasSubstr("nothing to connect"));
    ModelBuilder cyclic(13);
    cyclic.input("image", {1, 3}).node("Add", {"image", "scaled"}, {"scaled"});
    cyclic.output("scaled", {1, 3});
    EXPECT_THAT(error(cyclic.proto(), network().proto()), HasSubstr("checker"));
}

/// The result of onnx.compose for the same pair: nodes, inputs, outputs and initializers, one per
/// line.
constexpr const char* python = R"(
import onnx, sys
from onnx import compose
pre, net = onnx.load(sys.argv[1]), onnx.load(sys.argv[2])
weights = {t.name for t in net.graph.initializer}
inputs = [i.name for i in net.graph.input if i.name not in weights]
model = compose.merge_models(pre, net, io_map=list(zip([o.name for o in pre.graph.output], inputs)))
for n in model.graph.node: print("node", n.op_type, list(n.input), list(n.output))
for kind in ("input", "output", "initializer"):
    print(kind, [x.name for x in getattr(model.graph, kind)])
print(sorted({(o.domain, o.version) for o in model.opset_import}))  # it has them twice
)";

std::string python_list(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
    return "[" + text + "]";
}

std::string as_python_prints(const onnx::ModelProto& model) {
    std::string text;
    const auto list = [](const auto& elements) {
        return python_list({elements.begin(), elements.end()});
    };
    for (const auto& node : model.graph().node()) {
        text += "node " + node.op_type() + " " + list(node.input()) + " " + list(node.output());
        text += "\n";
    }
    text += "input " + python_list(names(model.graph().input())) + "\n";
    text += "output " + python_list(names(model.graph().output())) + "\n";
    text += "initializer " + python_list(names(model.graph().initializer())) + "\n[";
    for (const auto& import : model.opset_import()) {
        text += (text.ends_with('[') ? "('" : ", ('") + import.domain() + "', " +
                std::to_string(import.version()) + ")";
    }
    return text + "]\n";
}

TEST(ComposeModels, GivesWhatPythonsComposeGives) {
    test::TemporaryFolder folder;
    if (test::run_command({"/usr/bin/python3", "-c", "import onnx.compose"}, folder.path())
            .status != 0) {
        GTEST_SKIP() << "no python3 with the module onnx";
    }
    ModelBuilder two_inputs = network();
    two_inputs.input("mask", {1, 2});
    ModelBuilder two_outputs = preprocessing();
    two_outputs.output("pixels", {"N", 3});
    const std::pair<onnx::ModelProto, onnx::ModelProto> pairs[] = {
        {preprocessing().proto(), network().proto()},
        {preprocessing().proto(), two_inputs.proto()},
        {two_outputs.proto(), network().proto()},
    };
    for (const auto& [one, other] : pairs) {
        test::write_file(folder.path() / "pre.onnx", one.SerializeAsString());
        test::write_file(folder.path() / "net.onnx", other.SerializeAsString());
        const auto result = test::run_command(
            {"/usr/bin/python3", "-c", python, "pre.onnx", "net.onnx"}, folder.path());
        EXPECT_EQ(result.out, as_python_prints(compose_models(one, other))) << result.err;
    }
}

}  // namespace
}  // namespace onnxhub
