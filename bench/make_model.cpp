// SPDX-License-Identifier: Apache-2.0
// Writes a model of about the size asked for, a chain of dense layers with all ports declared:
// make_model FILE SIZE_MIB SEED. Streams its weights, so that it can pass 2 GiB in little memory.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

/// Layers of WIDTH x WIDTH floats: 1 MiB each in small models, 4 MiB in large ones.
struct Plan {
    int width = 0;
    int layers = 0;
};

Plan plan_for(int size_mib) {
    if (size_mib < 4) return {512, size_mib};
    return {1024, size_mib / 4};
}

std::string name_of(const std::string& kind, int layer) {
    return kind + "_" + std::to_string(layer);
}

void set_float_matrix(onnx::ValueInfoProto& value, const std::string& name, int width) {
    value.set_name(name);
    auto* type = value.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape()->add_dim()->set_dim_value(1);
    type->mutable_shape()->add_dim()->set_dim_value(width);
}

void add_node(onnx::GraphProto& graph, const char* op, const std::vector<std::string>& inputs,
              const std::string& output) {
    auto* node = graph.add_node();
    node->set_op_type(op);
    for (const std::string& input : inputs) node->add_input(input);
    node->add_output(output);
}

onnx::GraphProto graph_without_weights(const Plan& plan) {
    onnx::GraphProto graph;
    graph.set_name("dense_layers");
    set_float_matrix(*graph.add_input(), "x_0", plan.width);
    set_float_matrix(*graph.add_output(), name_of("x", plan.layers), plan.width);
    for (int layer = 0; layer < plan.layers; ++layer) {
        const std::string product = name_of("product", layer);
        add_node(graph, "MatMul", {name_of("x", layer), name_of("weights", layer)}, product);
        add_node(graph, "Relu", {product}, name_of("x", layer + 1));
    }
    return graph;
}

/// A field of wire type 2 (length-delimited): its tag, its length, and then `size` bytes follow.
std::string field_start(int field, std::uint64_t size) {
    std::string bytes;
    google::protobuf::io::StringOutputStream text(&bytes);
    google::protobuf::io::CodedOutputStream coded(&text);
    coded.WriteTag(static_cast<std::uint32_t>(field) << 3 | 2);
    coded.WriteVarint64(size);
    coded.Trim();
    return bytes;
}

/// An initializer of the graph up to where its raw data begin.
std::string initializer_start(const Plan& plan, int layer, std::uint64_t weight_bytes) {
    onnx::TensorProto tensor;
    tensor.set_name(name_of("weights", layer));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(plan.width);
    tensor.add_dims(plan.width);
    const std::string head = tensor.SerializeAsString() +
                             field_start(onnx::TensorProto::kRawDataFieldNumber, weight_bytes);
    return field_start(onnx::GraphProto::kInitializerFieldNumber, head.size() + weight_bytes) +
           head;
}

std::vector<float> random_weights(const Plan& plan, unsigned seed) {
    std::mt19937 random(seed);
    const float limit = 1.0F / std::sqrt(static_cast<float>(plan.width));
    std::uniform_real_distribution<float> spread(-limit, limit);
    std::vector<float> weights(static_cast<std::size_t>(plan.width) * plan.width);
    std::generate(weights.begin(), weights.end(), [&] { return spread(random); });
    return weights;
}

void write_model(std::ostream& file, const Plan& plan, unsigned seed) {
    std::vector<float> weights = random_weights(plan, seed);
    const std::uint64_t weight_bytes = weights.size() * sizeof(float);

    onnx::ModelProto model;
    model.set_ir_version(7);
    model.set_producer_name("onnxhub-bench");
    model.add_opset_import()->set_version(13);
    const std::string graph = graph_without_weights(plan).SerializeAsString();
    std::uint64_t graph_bytes = graph.size();
    for (int layer = 0; layer < plan.layers; ++layer) {
        graph_bytes += initializer_start(plan, layer, weight_bytes).size() + weight_bytes;
    }

    file << model.SerializeAsString()
         << field_start(onnx::ModelProto::kGraphFieldNumber, graph_bytes) << graph;
    for (int layer = 0; layer < plan.layers; ++layer) {
        std::rotate(weights.begin(), weights.begin() + 1, weights.end());  // no two layers alike
        file << initializer_start(plan, layer, weight_bytes);
        file.write(reinterpret_cast<const char*>(weights.data()),
                   static_cast<std::streamsize>(weight_bytes));
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 4) throw std::invalid_argument("usage: make_model FILE SIZE_MIB SEED");
        std::ofstream file(argv[1], std::ios::binary);
        write_model(file, plan_for(std::max(1, std::stoi(argv[2]))),
                    static_cast<unsigned>(std::stoul(argv[3])));
        if (!file.flush()) throw std::runtime_error(std::string(argv[1]) + ": can't be written");
    } catch (const std::exception& error) {
        std::cerr << "make_model: error: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
