// SPDX-License-Identifier: Apache-2.0
// Writes a model of about the size asked for, a chain of dense layers with all ports declared:
// make_model FILE SIZE_MIB SEED [OPSET [BATCH [WEIGHTS_FILE]]]. BATCH names a symbolic first
// dimension. WEIGHTS_FILE takes the weights as external data. Streams its weights, so that it can
// pass 2 GiB in little memory.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Options {
    int opset = 13;
    std::string batch;         ///< empty: one
    std::string weights_file;  ///< beside the model; empty: weights are in the model
};

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

void set_float_matrix(onnx::ValueInfoProto& value, const std::string& name, int width,
                      const std::string& batch) {
    value.set_name(name);
    auto* type = value.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    auto* first = type->mutable_shape()->add_dim();
    if (batch.empty()) {
        first->set_dim_value(1);
    } else {
        first->set_dim_param(batch);
    }
    type->mutable_shape()->add_dim()->set_dim_value(width);
}

void add_node(onnx::GraphProto& graph, const char* op, const std::vector<std::string>& inputs,
              const std::string& output) {
    auto* node = graph.add_node();
    node->set_op_type(op);
    for (const std::string& input : inputs) node->add_input(input);
    node->add_output(output);
}

onnx::GraphProto graph_without_weights(const Plan& plan, const std::string& batch) {
    onnx::GraphProto graph;
    graph.set_name("dense_layers");
    set_float_matrix(*graph.add_input(), "x_0", plan.width, batch);
    set_float_matrix(*graph.add_output(), name_of("x", plan.layers), plan.width, batch);
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

/// An initializer whose data are in another file.
std::string external_initializer(const Plan& plan, int layer, std::uint64_t weight_bytes,
                                 const std::string& file) {
    onnx::GraphProto graph;
    auto* tensor = graph.add_initializer();
    tensor->set_name(name_of("weights", layer));
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_dims(plan.width);
    tensor->add_dims(plan.width);
    tensor->set_data_location(onnx::TensorProto::EXTERNAL);
    const auto set = [&](const char* key, const std::string& value) {
        auto* entry = tensor->add_external_data();
        entry->set_key(key);
        entry->set_value(value);
    };
    set("location", file);
    set("offset", std::to_string(static_cast<std::uint64_t>(layer) * weight_bytes));
    set("length", std::to_string(weight_bytes));
    return graph.SerializeAsString();
}

std::vector<float> random_weights(const Plan& plan, unsigned seed) {
    std::mt19937 random(seed);
    const float limit = 1.0F / std::sqrt(static_cast<float>(plan.width));
    std::uniform_real_distribution<float> spread(-limit, limit);
    std::vector<float> weights(static_cast<std::size_t>(plan.width) * plan.width);
    std::generate(weights.begin(), weights.end(), [&] { return spread(random); });
    return weights;
}

void write_weights(std::ostream& file, std::vector<float>& weights) {
    std::rotate(weights.begin(), weights.begin() + 1, weights.end());  // no two layers alike
    file.write(reinterpret_cast<const char*>(weights.data()),
               static_cast<std::streamsize>(weights.size() * sizeof(float)));
}

/// `external` takes the weights if the options name its file.
void write_model(std::ostream& file, std::ostream& external, const Plan& plan, unsigned seed,
                 const Options& options) {
    std::vector<float> weights = random_weights(plan, seed);
    const std::uint64_t weight_bytes = weights.size() * sizeof(float);
    const bool is_external = !options.weights_file.empty();

    onnx::ModelProto model;
    model.set_ir_version(7);
    model.set_producer_name("onnxhub-bench");
    model.add_opset_import()->set_version(options.opset);
    const std::string graph = graph_without_weights(plan, options.batch).SerializeAsString();
    std::vector<std::string> initializers;
    std::uint64_t graph_bytes = graph.size();
    for (int layer = 0; layer < plan.layers; ++layer) {
        initializers.push_back(
            is_external ? external_initializer(plan, layer, weight_bytes, options.weights_file)
                        : initializer_start(plan, layer, weight_bytes));
        graph_bytes += initializers.back().size() + (is_external ? 0 : weight_bytes);
    }

    file << model.SerializeAsString()
         << field_start(onnx::ModelProto::kGraphFieldNumber, graph_bytes) << graph;
    for (const std::string& initializer : initializers) {
        file << initializer;
        write_weights(is_external ? external : file, weights);
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 4 || argc > 7) {
            throw std::invalid_argument(
                "usage: make_model FILE SIZE_MIB SEED [OPSET [BATCH [WEIGHTS_FILE]]]");
        }
        Options options;
        if (argc > 4) options.opset = std::stoi(argv[4]);
        if (argc > 5) options.batch = argv[5];
        if (argc > 6) options.weights_file = argv[6];
        std::ofstream file(argv[1], std::ios::binary), external;
        if (!options.weights_file.empty()) {
            external.open(std::filesystem::path(argv[1]).parent_path() / options.weights_file,
                          std::ios::binary);
        }
        write_model(file, external, plan_for(std::max(1, std::stoi(argv[2]))),
                    static_cast<unsigned>(std::stoul(argv[3])), options);
        if (!file.flush()) throw std::runtime_error(std::string(argv[1]) + ": can't be written");
    } catch (const std::exception& error) {
        std::cerr << "make_model: error: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
