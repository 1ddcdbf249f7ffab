// SPDX-License-Identifier: Apache-2.0
#include "model/graph_drawing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/graph_describer.h"
#include "tests/support/model_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::HasSubstr;
using testing::Not;

GraphDescription drawable(const std::string& bytes) {
    return std::get<GraphDescription>(describe_graph(*memory_source(bytes)));
}

GraphDescription small() {
    return drawable(ModelBuilder()
                        .input("x", {1, 4})
                        .initializer("w", {4, 2})
                        .node("MatMul", {"x", "w"}, {"y"})
                        .node("Relu", {"y"}, {"z"})
                        .output("z", {1, 2})
                        .bytes());
}

/// Names that end quotes, comments and lines, or are code, in one of the languages.
const std::vector<std::string> hostile = {
    "\"];evil[label=\"", "--> evil", "a\nevil", "*/ evil //", "%% evil",  "\\",
    "\\N\\G\\l",         "&lt;",     "<br>",    "`evil`",     "end",      "##[warning]evil",
    "\x1b[31m",          "\u202e",   "#quot;",  "]\"]",       "{{evil}}", "::warning::evil"};

TEST(GraphDot, IsACompleteDrawing) {
    EXPECT_EQ(graph_dot(small()), R"(digraph model {
    node [shape=box, style="rounded,filled", fillcolor="#f3f3f3"];
    edge [fontsize=10];
    v0_0 [label="x\ntensor(float) 1×4", shape=ellipse, fillcolor="#d7e6f7"];
    n0_0 [label="MatMul\nw 4×2"];
    n0_1 [label="Relu"];
    o0_0 [label="z\ntensor(float) 1×2", shape=ellipse, fillcolor="#d7e6f7"];
    v0_0 -> n0_0 [label="1×4"];
    n0_0 -> n0_1;
    n0_1 -> o0_0 [label="1×2"];
}
)");
    EXPECT_EQ(drawn_edges(small()), 3u);
}

TEST(GraphMermaid, IsACompleteDrawing) {
    EXPECT_EQ(graph_mermaid(small()), R"(flowchart TD
    v0_0(["x<br>tensor(float) 1×4"])
    n0_0["MatMul<br>w 4×2"]
    n0_1["Relu"]
    o0_0(["z<br>tensor(float) 1×2"])
    v0_0 -->|"1×4"| n0_0
    n0_0 --> n0_1
    n0_1 -->|"1×2"| o0_0
)");
}

TEST(GraphDrawings, HaveSubgraphsWithTheirEdgesFromOutside) {
    ModelBuilder builder;
    builder.input("x", {1}).node("Relu", {"x"}, {"y"}).node("If", {"x"}, {"t"});
    auto& attribute = *builder.proto().mutable_graph()->mutable_node(1)->add_attribute();
    attribute.set_name("then_branch");
    attribute.set_type(onnx::AttributeProto::GRAPH);
    auto& inner = *attribute.mutable_g()->add_node();
    inner.set_op_type("Neg");
    inner.add_input("y");
    inner.add_input("nowhere");
    const GraphDescription model = drawable(builder.bytes());
    EXPECT_THAT(graph_dot(model),
                HasSubstr("subgraph cluster_1 {\n    label=\"If : then_branch\";\n"
                          "    n1_0 [label=\"Neg\"];\n"));
    EXPECT_THAT(graph_dot(model), HasSubstr("n0_0 -> n1_0"));
    EXPECT_THAT(graph_dot(model), HasSubstr("style=dashed"));
    EXPECT_THAT(graph_mermaid(model), HasSubstr("subgraph g1[\"If : then_branch\"]"));
}

TEST(GraphDrawings, HostileNamesStayText) {
    for (const std::string& name : hostile) {
        SCOPED_TRACE(name);
        ModelBuilder builder;
        builder.input(name, {1, name}).node(name, {name}, {"y"}, name).output("y", {name});
        auto& node = *builder.proto().mutable_graph()->mutable_node(0);
        node.set_name(name);
        auto& attribute = *node.add_attribute();
        attribute.set_name(name);
        attribute.set_s(name);
        const GraphDescription model = drawable(builder.bytes());
        const std::string dot = graph_dot(model);
        const std::string mermaid = graph_mermaid(model);
        EXPECT_EQ(std::ranges::count(dot, '\n'), 9) << dot;
        EXPECT_EQ(std::ranges::count(mermaid, '\n'), 6) << mermaid;
        EXPECT_THAT(dot, Not(HasSubstr("##[")));
        EXPECT_THAT(dot + mermaid, Not(HasSubstr("\x1b")));
        EXPECT_THAT(dot + mermaid, Not(HasSubstr("\u202e")));
    }
}

/// Reads the quoted strings of a drawing as Graphviz does: a backslash takes the next character.
std::vector<std::string> dot_strings(const std::string& dot) {
    std::vector<std::string> strings;
    bool is_open = false;
    for (std::size_t i = 0; i < dot.size(); ++i) {
        if (dot[i] == '"') {
            is_open = !is_open;
            if (is_open) strings.emplace_back();
        } else if (is_open) {
            strings.back() += dot[i];
            if (dot[i] == '\\') strings.back() += dot[++i];
        }
    }
    EXPECT_FALSE(is_open);
    return strings;
}

TEST(GraphDot, QuotesAndBackslashesAreEscaped) {
    const auto model = drawable(ModelBuilder().node("\\N\"&", {}, {}).bytes());
    const auto strings = dot_strings(graph_dot(model));
    EXPECT_THAT(strings, testing::Contains("\\\\N\\\"&amp;"));
}

TEST(GraphMermaid, OnlyHarmlessCharactersAreNotEscaped) {
    const auto model = drawable(ModelBuilder().node("a<b>\"c\"`#;-|{}&ü", {}, {}).bytes());
    EXPECT_THAT(graph_mermaid(model),
                HasSubstr("n0_0[\"a#60;b#62;#34;c#34;#96;#35;#59;#45;#124;#123;#125;#38;ü\"]"));
}

TEST(GraphDrawings, SayWhatIsLeftOut) {
    ModelBuilder builder;
    for (int i = 0; i < 1000; ++i) builder.node("Relu", {}, {"y" + std::to_string(i)});
    const auto model =
        std::get<GraphDescription>(describe_graph(*memory_source(builder.bytes()), 10'000));
    EXPECT_THAT(graph_dot(model), HasSubstr("\n    // left out: "));
    EXPECT_THAT(graph_mermaid(model), HasSubstr("\n    %% left out: "));
}

}  // namespace
}  // namespace onnxhub
