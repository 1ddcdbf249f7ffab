// SPDX-License-Identifier: Apache-2.0
// Checks a graph of many nodes by the operator rules and prints the seconds of the fastest round:
//     check_graph NODES ROUNDS [FILE]
// With 0 rounds, it only makes and reads the model, so that the difference in instructions is the
// check. FILE: also writes the model there.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <variant>

#include "base/byte_source.h"
#include "model/onnx_skeleton.h"
#include "model/operator_check.h"

namespace {

void add_port(onnx::ValueInfoProto& port, const std::string& name) {
    port.set_name(name);
    auto* tensor = port.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    for (int i = 0; i < 2; ++i) tensor->mutable_shape()->add_dim()->set_dim_value(16);
}

void add_integer(onnx::NodeProto& node, const char* name, std::int64_t value) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
}

/// Operators with one and two inputs, with and without attributes, as in exported models.
std::string model_of(int nodes) {
    onnx::ModelProto model;
    model.set_ir_version(10);
    model.add_opset_import()->set_version(21);
    onnx::GraphProto& graph = *model.mutable_graph();
    add_port(*graph.add_input(), "v0");
    for (int i = 0; i < nodes; ++i) {
        onnx::NodeProto& node = *graph.add_node();
        const std::string before = "v" + std::to_string(i);
        node.set_name("node_" + std::to_string(i));
        node.add_input(before);
        node.add_output("v" + std::to_string(i + 1));
        switch (i % 5) {
            case 0:
                node.set_op_type("MatMul");
                node.add_input("v" + std::to_string(i / 2));
                break;
            case 1:
                node.set_op_type("Add");
                node.add_input("v" + std::to_string(i / 2));
                break;
            case 2:
                node.set_op_type("Softmax");
                add_integer(node, "axis", -1);
                break;
            case 3:
                node.set_op_type("LayerNormalization");
                node.add_input("v0");
                add_integer(node, "axis", -1);
                add_integer(node, "stash_type", 1);
                break;
            default:
                node.set_op_type("Relu");
        }
    }
    add_port(*graph.add_output(), "v" + std::to_string(nodes));
    return model.SerializeAsString();
}

}  // namespace

int main(int argc, char** argv) {
    using Clock = std::chrono::steady_clock;
    const bool is_usable = argc == 3 || argc == 4;
    const int nodes = is_usable ? std::atoi(argv[1]) : 0;
    const int rounds = is_usable ? std::atoi(argv[2]) : -1;
    if (nodes < 1 || rounds < 0) {
        std::cerr << "usage: check_graph NODES ROUNDS [FILE]\n";
        return 2;
    }
    const std::string model = model_of(nodes);
    if (argc == 4 && !(std::ofstream(argv[3], std::ios::binary) << model).flush()) {
        std::cerr << "check_graph: can't write " << argv[3] << '\n';
        return 2;
    }
    const auto read = onnxhub::read_skeleton(*onnxhub::memory_source(model));
    const auto* skeleton = std::get_if<onnxhub::OnnxSkeleton>(&read);
    if (!skeleton) return 1;
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < rounds; ++i) {
        const Clock::time_point begin = Clock::now();
        const onnxhub::OperatorReport report = onnxhub::check_operators(*skeleton);
        best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
        if (!report.findings.empty() || report.node_count != static_cast<std::uint64_t>(nodes)) {
            std::cerr << "check_graph: the graph is not checked, or has findings\n";
            return 1;
        }
    }
    std::cout << best << '\n';
    return 0;
}
