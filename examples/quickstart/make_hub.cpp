// SPDX-License-Identifier: Apache-2.0
// Writes three small models, and test data for one of them, into the directories of a hub:
// make_example_hub HUB_FOLDER
#include <onnx/onnx_pb.h>

#include <array>
#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/digest.h"
#include "repository/lfs_pointer.h"

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << bytes;
    if (!file.flush()) throw std::runtime_error(path.string() + ": can't be written");
}

onnx::ModelProto new_model(const std::string& name) {
    onnx::ModelProto model;
    model.set_ir_version(7);
    model.set_producer_name("onnxhub-quickstart");
    model.add_opset_import()->set_version(13);
    model.mutable_graph()->set_name(name);
    return model;
}

/// A float tensor. Its dimensions are numbers, or names if they are not fixed.
void set_type(onnx::ValueInfoProto& value, const std::string& name,
              const std::vector<std::string>& shape) {
    value.set_name(name);
    auto* tensor = value.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    for (const std::string& dimension : shape) {
        auto* dim = tensor->mutable_shape()->add_dim();
        if (dimension.find_first_not_of("0123456789") == dimension.npos) {
            dim->set_dim_value(std::stoll(dimension));
        } else {
            dim->set_dim_param(dimension);
        }
    }
}

onnx::TensorProto tensor(const std::string& name, const std::vector<std::int64_t>& dims,
                         const std::vector<float>& values) {
    onnx::TensorProto result;
    result.set_name(name);
    result.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t dim : dims) result.add_dims(dim);
    result.set_raw_data(values.data(), values.size() * sizeof(float));
    return result;
}

onnx::NodeProto& add_node(onnx::ModelProto& model, const std::string& op,
                          const std::vector<std::string>& inputs, const std::string& output) {
    auto* node = model.mutable_graph()->add_node();
    node->set_op_type(op);
    for (const std::string& input : inputs) node->add_input(input);
    node->add_output(output);
    return *node;
}

/// fahrenheit = celsius * 1.8 + 32
onnx::ModelProto temperature_model() {
    onnx::ModelProto model = new_model("celsius_to_fahrenheit");
    auto& graph = *model.mutable_graph();
    set_type(*graph.add_input(), "celsius", {"readings"});
    set_type(*graph.add_output(), "fahrenheit", {"readings"});
    *graph.add_initializer() = tensor("factor", {}, {1.8F});
    *graph.add_initializer() = tensor("offset", {}, {32.0F});
    add_node(model, "Mul", {"celsius", "factor"}, "scaled");
    add_node(model, "Add", {"scaled", "offset"}, "fahrenheit");
    return model;
}

/// A moving average over five samples. Shape inference finds the length of its output.
onnx::ModelProto smoothing_model() {
    onnx::ModelProto model = new_model("moving_average");
    auto& graph = *model.mutable_graph();
    set_type(*graph.add_input(), "samples", {"1", "1", "256"});
    set_type(*graph.add_output(), "smoothed", {"1", "1", "length"});
    *graph.add_initializer() = tensor("kernel", {1, 1, 5}, std::vector<float>(5, 0.2F));
    add_node(model, "Conv", {"samples", "kernel"}, "smoothed");
    return model;
}

constexpr std::size_t features = 4;
constexpr std::size_t classes = 3;
/// A linear classifier for small, medium and large flowers by four lengths in cm.
constexpr std::array<float, features * classes> weights{0.6F,  0.5F, -1.1F, 1.3F,  -0.3F, -1.0F,
                                                        -1.9F, 0.2F, 1.7F,  -0.9F, -0.8F, 1.7F};
constexpr std::array<float, classes> bias{0.3F, 1.6F, -1.9F};

onnx::ModelProto classifier_model() {
    onnx::ModelProto model = new_model("flower_classifier");
    auto& graph = *model.mutable_graph();
    set_type(*graph.add_input(), "lengths_cm", {"1", "4"});
    set_type(*graph.add_output(), "probabilities", {"1", "classes"});
    *graph.add_initializer() =
        tensor("weights", {features, classes}, {weights.begin(), weights.end()});
    *graph.add_initializer() = tensor("bias", {classes}, {bias.begin(), bias.end()});
    add_node(model, "Gemm", {"lengths_cm", "weights", "bias"}, "scores");
    auto* axis = add_node(model, "Softmax", {"scores"}, "probabilities").add_attribute();
    axis->set_name("axis");
    axis->set_type(onnx::AttributeProto::INT);
    axis->set_i(1);
    return model;
}

/// The classifier's output, computed independently for the test data.
std::vector<float> classify(const std::array<float, features>& lengths) {
    std::vector<float> scores(bias.begin(), bias.end());
    float sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        for (std::size_t f = 0; f < features; ++f)
            scores[c] += lengths[f] * weights[f * classes + c];
        scores[c] = std::exp(scores[c]);
        sum += scores[c];
    }
    for (float& score : scores) score /= sum;
    return scores;
}

void write_hub(const fs::path& hub) {
    write(hub / "units/temperature/model/celsius-to-fahrenheit-13.onnx",
          temperature_model().SerializeAsString());

    const fs::path classification = hub / "tabular/classification";
    const std::string classifier = classifier_model().SerializeAsString();
    write(classification / "model/flower-classifier-13.onnx", classifier);
    const fs::path archive = classification / "flower-classifier-13";
    const std::array<float, features> flower{5.1F, 3.5F, 1.4F, 0.2F};
    write(archive / "model.onnx", classifier);
    write(archive / "test_data_set_0/input_0.pb",
          tensor("lengths_cm", {1, features}, {flower.begin(), flower.end()}).SerializeAsString());
    write(archive / "test_data_set_0/output_0.pb",
          tensor("probabilities", {1, classes}, classify(flower)).SerializeAsString());

    // Like a clone without `git lfs pull`: a pointer in the tree, the object in the LFS store.
    const std::string smoothing = smoothing_model().SerializeAsString();
    const onnxhub::Sha256 oid = onnxhub::sha256_of(smoothing);
    const std::string hex = onnxhub::to_hex(oid);
    write(hub / "signal/smoothing/model/moving-average-13.onnx",
          onnxhub::lfs_pointer_text(oid, smoothing.size()));
    write(hub / ".git/lfs/objects" / hex.substr(0, 2) / hex.substr(2, 2) / hex, smoothing);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: make_example_hub HUB_FOLDER\n";
        return 2;
    }
    try {
        write_hub(argv[1]);
    } catch (const std::exception& error) {
        std::cerr << "make_example_hub: error: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
