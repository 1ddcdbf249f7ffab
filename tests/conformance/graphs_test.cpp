// SPDX-License-Identifier: Apache-2.0
// The JSON of real models has the nodes and connections that libonnx reads from the same files.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "model/graph_describer.h"
#include "model/graph_document.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A graph as text: a line for each node, its attributes and subgraphs, and for the ports.
using Lines = std::vector<std::string>;

std::string shown(const std::string& text) {
    return "<" + text + ">";
}

template <class Names>
std::string joined(const Names& names) {
    std::string text;
    for (const auto& name : names) text += shown(name);
    return text;
}

template <class Tensors>
void add_tensors(const Tensors& tensors, std::vector<std::string>& lines) {
    for (const auto& tensor : tensors) {
        std::string line = "initializer " + shown(tensor.name()) + " [";
        for (const auto dimension : tensor.dims()) line += std::to_string(dimension) + " ";
        lines.push_back(line + "]");
    }
}

Lines lines_of(const onnx::GraphProto& graph);

template <class Nodes>
void add_nodes(const Nodes& nodes, Lines& lines) {
    for (const onnx::NodeProto& node : nodes) {
        lines.push_back("node " + shown(node.domain()) + shown(node.op_type()) +
                        shown(node.name()) + " " + joined(node.input()) + " -> " +
                        joined(node.output()));
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            lines.push_back("attribute " + shown(attribute.name()));
            if (attribute.has_g()) {
                for (const auto& line : lines_of(attribute.g())) lines.push_back("  " + line);
            }
            for (const auto& inner : attribute.graphs()) {
                for (const auto& line : lines_of(inner)) lines.push_back("  " + line);
            }
        }
    }
}

/// As libonnx reads it.
Lines lines_of(const onnx::GraphProto& graph) {
    Lines lines;
    add_nodes(graph.node(), lines);
    for (const auto& input : graph.input()) lines.push_back("input " + shown(input.name()));
    for (const auto& output : graph.output()) lines.push_back("output " + shown(output.name()));
    Lines tensors;
    add_tensors(graph.initializer(), tensors);
    std::ranges::sort(tensors);
    lines.insert(lines.end(), tensors.begin(), tensors.end());
    return lines;
}

std::string name_at(const Json& graph, const Json& index) {
    return index.is_null() ? "" : graph.at("values").at(index.get<std::size_t>()).at("name");
}

std::string names_at(const Json& graph, const Json& indices) {
    std::string text;
    for (const Json& index : indices) text += shown(name_at(graph, index));
    return text;
}

/// An outer value has the name that it has outside.
void expect_right_places(const Json& model, const Json& graph) {
    for (const Json& value : graph.at("values")) {
        if (!value.contains("outer")) continue;
        const Json& outside = model.at("graphs").at(value["outer"].at(0).get<std::size_t>());
        EXPECT_EQ(name_at(outside, value["outer"].at(1)), value.at("name"));
    }
}

/// As the document says.
Lines lines_of(const Json& model, const Json& graph) {
    Lines lines;
    expect_right_places(model, graph);
    for (const Json& node : graph.at("nodes")) {
        lines.push_back("node " + shown(node.value("domain", "")) + shown(node.at("op")) +
                        shown(node.value("name", "")) + " " + names_at(graph, node.at("inputs")) +
                        " -> " + names_at(graph, node.at("outputs")));
        for (const Json& attribute : node.value("attributes", Json::array())) {
            lines.push_back("attribute " + shown(attribute.at("name")));
            for (const Json& inner : attribute.value("graphs", Json::array())) {
                for (const auto& line :
                     lines_of(model, model.at("graphs").at(inner.get<std::size_t>()))) {
                    lines.push_back("  " + line);
                }
            }
        }
    }
    for (const Json& input : graph.at("inputs")) {
        lines.push_back("input " + shown(name_at(graph, input)));
    }
    for (const Json& output : graph.at("outputs")) {
        lines.push_back("output " + shown(name_at(graph, output)));
    }
    Lines tensors;
    for (const Json& value : graph.at("values")) {
        if (value.value("kind", "") != "initializer") continue;
        std::string line = "initializer " + shown(value.at("name")) + " [";
        for (const Json& dimension : value.at("shape")) {
            line += std::to_string(dimension.get<std::int64_t>()) + " ";
        }
        tensors.push_back(line + "]");
    }
    std::ranges::sort(tensors);
    lines.insert(lines.end(), tensors.begin(), tensors.end());
    return lines;
}

/// Functions have the nodes that libonnx reads.
void expect_functions(const onnx::ModelProto& expected, const Json& model) {
    ASSERT_EQ(model.at("functions").size(), static_cast<std::size_t>(expected.functions_size()));
    for (int i = 0; i < expected.functions_size(); ++i) {
        const Json& function = model["functions"][static_cast<std::size_t>(i)];
        EXPECT_EQ(function.at("name"), expected.functions(i).name());
        Lines nodes;
        add_nodes(expected.functions(i).node(), nodes);
        Lines found =
            lines_of(model, model.at("graphs").at(function.at("graph").get<std::size_t>()));
        std::erase_if(found, [](const std::string& line) {
            return line.starts_with("input ") || line.starts_with("output ");
        });
        EXPECT_EQ(found, nodes);
    }
}

void expect_same_graph(const fs::path& path) {
    SCOPED_TRACE(path);
    onnx::ModelProto expected;
    std::ifstream file(path, std::ios::binary);
    ASSERT_TRUE(expected.ParseFromIstream(&file));
    const auto described = describe_graph(*open_file(path, path.string()));
    ASSERT_TRUE(std::holds_alternative<GraphDescription>(described));
    const auto& description = std::get<GraphDescription>(described);
    EXPECT_EQ(left_out_text(description), "");
    const Json model = Json::parse(graph_json(description));
    EXPECT_EQ(lines_of(model, model.at("graphs").at(0)), lines_of(expected.graph()));
    expect_functions(expected, model);
}

std::size_t expect_same_graphs(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
        if (file.path().extension() != ".onnx") continue;
        expect_same_graph(file.path());
        ++count;
    }
    return count;
}

class Graphs : public testing::Test {
protected:
    void SetUp() override {
        const char* found = std::getenv("ONNXHUB_CORPUS");
        if (!found) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        corpus = found;
    }

    fs::path corpus;
};

TEST_F(Graphs, OfTheCorpusAreThoseOfLibonnx) {
    EXPECT_GE(expect_same_graphs(corpus / "models"), 12u);
}

TEST_F(Graphs, OfOnnxsNodeTestsAreThoseOfLibonnx) {
    const TemporaryFolder folder;
    const std::string archive = corpus / "onnx-node/node-tests.tar.gz";
    ASSERT_EQ(run_command({"tar", "-xzf", archive, "-C", folder.path()}, folder.path()).status, 0);
    EXPECT_GE(expect_same_graphs(folder.path()), 600u);
}

TEST(GraphsOfDebian, AreThoseOfLibonnx) {
    const char* data = std::getenv("ONNXHUB_ONNX_TESTDATA");
    const fs::path root = data ? data : "/usr/share/libonnx-testdata/data";
    if (!fs::exists(root)) GTEST_SKIP() << root << " does not exist: install libonnx-testdata";
    EXPECT_GE(expect_same_graphs(root), 1000u);
}

}  // namespace
}  // namespace onnxhub::test
