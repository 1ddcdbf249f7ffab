// SPDX-License-Identifier: Apache-2.0
#include "tests/support/network_models.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

namespace onnxhub::test {
namespace {

using Dims = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

constexpr std::size_t large_payload = 4096;  // bytes

class NetworkBuilder {
public:
    NetworkBuilder(const std::string& name, std::int64_t opset) {
        model_.set_ir_version(8);
        model_.set_producer_name("pytorch");
        model_.set_producer_version("1.13.1");
        model_.add_opset_import()->set_version(opset);
        graph().set_name(name);
    }

    onnx::GraphProto& graph() { return *model_.mutable_graph(); }
    onnx::ModelProto take() { return std::move(model_); }

    void port(onnx::ValueInfoProto& value, const std::string& name, int type, const Dims& dims) {
        value.set_name(name);
        auto* tensor = value.mutable_type()->mutable_tensor_type();
        tensor->set_elem_type(type);
        for (const std::int64_t dim : dims) {
            auto* dimension = tensor->mutable_shape()->add_dim();
            if (dim < 0) {
                dimension->set_dim_param("batch");
            } else {
                dimension->set_dim_value(dim);
            }
        }
    }
    void input(const std::string& name, int type, const Dims& dims) {
        port(*graph().add_input(), name, type, dims);
    }
    void output(const std::string& name, const Dims& dims) {
        port(*graph().add_output(), name, onnx::TensorProto::FLOAT, dims);
    }

    std::string weights(const std::string& name, const Dims& dims) {
        auto* tensor = graph().add_initializer();
        std::size_t elements = 1;
        for (const std::int64_t dim : dims) {
            tensor->add_dims(dim);
            elements *= static_cast<std::size_t>(dim);
        }
        tensor->set_data_type(onnx::TensorProto::FLOAT);
        tensor->set_name(name);
        tensor->set_raw_data(std::string(elements * sizeof(float), '\0'));
        return name;
    }

    onnx::NodeProto& node(const std::string& op, const Names& inputs) {
        auto* node = graph().add_node();
        const std::string number = std::to_string(graph().node_size() - 1);
        node->set_op_type(op);
        node->set_name("/model/" + op + "_" + number);
        for (const std::string& input : inputs) node->add_input(input);
        node->add_output("/model/" + op + "_" + number + "_output_0");
        return *node;
    }
    std::string apply(const std::string& op, const Names& inputs) {
        return node(op, inputs).output(0);
    }

    void integer(onnx::NodeProto& node, const char* name, std::int64_t value) {
        auto* attribute = node.add_attribute();
        attribute->set_name(name);
        attribute->set_type(onnx::AttributeProto::INT);
        attribute->set_i(value);
    }
    void integers(onnx::NodeProto& node, const char* name, const Dims& values) {
        auto* attribute = node.add_attribute();
        attribute->set_name(name);
        attribute->set_type(onnx::AttributeProto::INTS);
        for (const std::int64_t value : values) attribute->add_ints(value);
    }

    /// The numbers as a Constant node.
    std::string constant(const Dims& values) {
        auto& made = node("Constant", {});
        auto* attribute = made.add_attribute();
        attribute->set_name("value");
        attribute->set_type(onnx::AttributeProto::TENSOR);
        auto* tensor = attribute->mutable_t();
        tensor->set_data_type(onnx::TensorProto::INT64);
        tensor->add_dims(static_cast<std::int64_t>(values.size()));
        tensor->set_raw_data(reinterpret_cast<const char*>(values.data()),
                             values.size() * sizeof(std::int64_t));
        return made.output(0);
    }

    std::string convolve(const std::string& from, const std::string& name, std::int64_t channels_in,
                         std::int64_t channels_out, std::int64_t kernel, bool has_bias) {
        Names inputs{from, weights(name + ".weight", {channels_out, channels_in, kernel, kernel})};
        if (has_bias) inputs.push_back(weights(name + ".bias", {channels_out}));
        auto& made = node("Conv", inputs);
        integers(made, "dilations", {1, 1});
        integer(made, "group", 1);
        integers(made, "kernel_shape", {kernel, kernel});
        const std::int64_t pad = kernel / 2;
        integers(made, "pads", {pad, pad, pad, pad});
        integers(made, "strides", {1, 1});
        return made.output(0);
    }

private:
    onnx::ModelProto model_;
};

/// The factor for the channels of a network whose weights grow with their square.
std::int64_t channels_for(std::size_t size_mib, std::size_t mib_at_64) {
    std::int64_t channels = 8;
    while (static_cast<std::size_t>((channels + 8) * (channels + 8)) * mib_at_64 <=
           size_mib * 64 * 64) {
        channels += 8;
    }
    return channels;
}

onnx::ModelProto make_resnet(std::size_t size_mib) {
    NetworkBuilder net("torch_jit", 13);
    const std::int64_t base = channels_for(size_mib, 90);
    net.input("data", onnx::TensorProto::FLOAT, {-1, 3, 224, 224});
    const auto block = [&](const std::string& from, const std::string& name, std::int64_t in,
                           std::int64_t out, std::int64_t kernel) {
        const std::string x = net.convolve(from, name, in, out, kernel, false);
        Names inputs{x};
        for (const char* part : {".bn.weight", ".bn.bias", ".bn.running_mean", ".bn.running_var"}) {
            inputs.push_back(net.weights(name + part, {out}));
        }
        return net.apply("BatchNormalization", inputs);
    };
    std::string x = net.apply("Relu", {block("data", "conv1", 3, base, 7)});
    std::int64_t in = base;
    const int depths[] = {3, 4, 6, 3};
    for (int stage = 0; stage < 4; ++stage) {
        const std::int64_t width = base << stage, out = width * 4;
        for (int layer = 0; layer < depths[stage]; ++layer) {
            const std::string name =
                "layer" + std::to_string(stage + 1) + "." + std::to_string(layer);
            std::string y = net.apply("Relu", {block(x, name + ".conv1", in, width, 1)});
            y = net.apply("Relu", {block(y, name + ".conv2", width, width, 3)});
            y = block(y, name + ".conv3", width, out, 1);
            const std::string shortcut =
                layer == 0 ? block(x, name + ".downsample.0", in, out, 1) : x;
            x = net.apply("Relu", {net.apply("Add", {y, shortcut})});
            in = out;
        }
    }
    x = net.apply("Flatten", {net.apply("GlobalAveragePool", {x})});
    auto& last =
        net.node("Gemm", {x, net.weights("fc.weight", {1000, in}), net.weights("fc.bias", {1000})});
    net.integer(last, "transB", 1);
    last.set_output(0, "scores");
    net.output("scores", {-1, 1000});
    return net.take();
}

onnx::ModelProto make_bert(std::size_t size_mib) {
    NetworkBuilder net("main_graph", 17);
    const std::int64_t width = channels_for(size_mib, 2) + 8;
    for (const char* name : {"input_ids", "attention_mask", "token_type_ids"}) {
        net.input(name, onnx::TensorProto::INT64, {-1, -1});
    }
    std::string x =
        net.apply("Gather", {net.weights("embeddings.word.weight", {2048, width}), "input_ids"});
    const auto norm = [&](const std::string& from, const std::string& name) {
        auto& made = net.node("LayerNormalization", {from, net.weights(name + ".weight", {width}),
                                                     net.weights(name + ".bias", {width})});
        net.integer(made, "axis", -1);
        return made.output(0);
    };
    const auto dense = [&](const std::string& from, const std::string& name, std::int64_t in,
                           std::int64_t out) {
        const std::string product =
            net.apply("MatMul", {from, net.weights("onnx::" + name, {in, out})});
        return net.apply("Add", {net.weights(name + ".bias", {out}), product});
    };
    x = norm(x, "embeddings.LayerNorm");
    for (int layer = 0; layer < 12; ++layer) {
        const std::string name = "encoder.layer." + std::to_string(layer);
        const auto heads = [&](const char* part) {
            const std::string y = dense(x, name + ".attention.self." + part, width, width);
            const std::string shape = net.apply(
                "Concat", {net.apply("Gather", {net.apply("Shape", {y}), net.constant({0})}),
                           net.constant({-1}), net.constant({8}), net.constant({width / 8})});
            return net.apply("Transpose", {net.apply("Reshape", {y, shape})});
        };
        const std::string query = heads("query"), key = heads("key"), value = heads("value");
        const std::string scores = net.apply("Softmax", {net.apply("MatMul", {query, key})});
        const std::string context =
            net.apply("Reshape", {net.apply("MatMul", {scores, value}), net.constant({0, 0, -1})});
        x = norm(net.apply("Add", {dense(context, name + ".attention.output", width, width), x}),
                 name + ".attention.output.LayerNorm");
        std::string y = dense(x, name + ".intermediate", width, width * 4);
        y = net.apply("Mul", {y, net.apply("Erf", {y})});
        x = norm(net.apply("Add", {dense(y, name + ".output", width * 4, width), x}),
                 name + ".output.LayerNorm");
    }
    auto& last = net.node("Identity", {x});
    last.set_output(0, "last_hidden_state");
    net.output("last_hidden_state", {-1, -1, width});
    return net.take();
}

onnx::ModelProto make_yolo(std::size_t size_mib) {
    NetworkBuilder net("yolo", 12);
    const std::int64_t base = channels_for(size_mib, 110);
    net.input("images", onnx::TensorProto::FLOAT, {1, 3, 640, 640});
    const auto silu = [&](const std::string& y) {
        return net.apply("Mul", {y, net.apply("Sigmoid", {y})});
    };
    std::string x = silu(net.convolve("images", "model.0.conv", 3, base, 3, true));
    std::int64_t in = base;
    Names features;
    for (int stage = 0; stage < 4; ++stage) {
        const std::int64_t out = base << (stage + 1);
        const std::string name = "model." + std::to_string(stage + 1);
        x = silu(net.convolve(x, name + ".conv", in, out, 3, true));
        for (int layer = 0; layer < 6; ++layer) {
            const std::string part = name + ".m." + std::to_string(layer);
            const std::string y = silu(net.convolve(x, part + ".cv1.conv", out, out / 2, 1, true));
            x = net.apply("Add",
                          {x, silu(net.convolve(y, part + ".cv2.conv", out / 2, out, 3, true))});
        }
        in = out;
        features.push_back(x);
    }
    for (int scale = 0; scale < 3; ++scale) {
        const std::string name = "model.24.m." + std::to_string(scale);
        const std::string sizes = net.constant({1, in, 40, 40});
        const std::string y = net.apply("Resize", {features[3], "", "", sizes});
        const std::string joined = net.apply("Concat", {y, features[3]});
        const std::string out = net.convolve(joined, name, 2 * in, 255, 1, true);
        auto& last = net.node("Reshape", {out, net.constant({1, 3, 85, 40, 40})});
        last.set_output(0, "output" + std::to_string(scale));
        net.output("output" + std::to_string(scale), {1, 3, 85, 40, 40});
    }
    return net.take();
}

}  // namespace

onnx::ModelProto make_network(Network network, std::size_t size_mib) {
    switch (network) {
        case Network::resnet:
            return make_resnet(size_mib);
        case Network::bert:
            return make_bert(size_mib);
        case Network::yolo:
            break;
    }
    return make_yolo(size_mib);
}

std::size_t large_payloads(const onnx::ModelProto& model) {
    const auto is_large = [](const onnx::TensorProto& tensor) {
        return tensor.raw_data().size() > large_payload;
    };
    const auto& graph = model.graph();
    auto count = static_cast<std::size_t>(std::ranges::count_if(graph.initializer(), is_large));
    for (const auto& node : graph.node()) {
        for (const auto& attribute : node.attribute()) count += is_large(attribute.t());
    }
    return count;
}

}  // namespace onnxhub::test
