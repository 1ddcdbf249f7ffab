// SPDX-License-Identifier: Apache-2.0
#include "tests/support/model_builder.h"

#include <numeric>
#include <utility>

namespace onnxhub::test {
namespace {

void set_value(onnx::ValueInfoProto& value, const std::string& name, const Shape& shape,
               int element_type) {
    value.set_name(name);
    auto* tensor = value.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(element_type);
    auto* dims = tensor->mutable_shape();
    for (const Dimension& dimension : shape) {
        auto* dim = dims->add_dim();
        if (const auto* number = std::get_if<std::int64_t>(&dimension)) dim->set_dim_value(*number);
        if (const auto* param = std::get_if<std::string>(&dimension)) dim->set_dim_param(*param);
    }
}

onnx::TensorProto& add_tensor(onnx::ModelProto& model, const std::string& name,
                              const std::vector<std::int64_t>& dims, int element_type) {
    auto& tensor = *model.mutable_graph()->add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(element_type);
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    return tensor;
}

}  // namespace

ModelBuilder::ModelBuilder(std::int64_t opset, std::int64_t ir_version) {
    model_.set_ir_version(ir_version);
    model_.set_producer_name("onnxhub tests");
    model_.add_opset_import()->set_version(opset);
    model_.mutable_graph()->set_name("test");
}

ModelBuilder& ModelBuilder::input(const std::string& name, const Shape& shape, int element_type) {
    set_value(*model_.mutable_graph()->add_input(), name, shape, element_type);
    return *this;
}

ModelBuilder& ModelBuilder::output(const std::string& name, const Shape& shape, int element_type) {
    set_value(*model_.mutable_graph()->add_output(), name, shape, element_type);
    return *this;
}

ModelBuilder& ModelBuilder::output_without_shape(const std::string& name, int element_type) {
    output(name, {}, element_type);
    auto* output = model_.mutable_graph()->mutable_output(model_.graph().output_size() - 1);
    output->mutable_type()->mutable_tensor_type()->clear_shape();
    return *this;
}

ModelBuilder& ModelBuilder::node(const std::string& op, std::vector<std::string> inputs,
                                 std::vector<std::string> outputs, const std::string& domain) {
    auto* node = model_.mutable_graph()->add_node();
    node->set_op_type(op);
    if (!domain.empty()) node->set_domain(domain);
    for (std::string& input : inputs) node->add_input(std::move(input));
    for (std::string& output : outputs) node->add_output(std::move(output));
    return *this;
}

ModelBuilder& ModelBuilder::initializer(const std::string& name,
                                        const std::vector<std::int64_t>& dims) {
    std::size_t count = 1;
    for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.5F);
    add_tensor(model_, name, dims, onnx::TensorProto::FLOAT)
        .set_raw_data(values.data(), values.size() * sizeof(float));
    return *this;
}

ModelBuilder& ModelBuilder::int64_initializer(const std::string& name,
                                              const std::vector<std::int64_t>& values) {
    auto& tensor = add_tensor(model_, name, {static_cast<std::int64_t>(values.size())},
                              onnx::TensorProto::INT64);
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return *this;
}

ModelBuilder& ModelBuilder::external_initializer(const std::string& name,
                                                 const std::vector<std::int64_t>& dims,
                                                 const std::string& location) {
    auto& tensor = add_tensor(model_, name, dims, onnx::TensorProto::FLOAT);
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    auto* entry = tensor.add_external_data();
    entry->set_key("location");
    entry->set_value(location);
    return *this;
}

std::string ModelBuilder::bytes() const {
    return model_.SerializeAsString();
}

}  // namespace onnxhub::test
