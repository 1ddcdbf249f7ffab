// SPDX-License-Identifier: Apache-2.0
// ONNX models for tests, made through protobuf:
//     std::string model = ModelBuilder().input("x", {1, 4}).node("Relu", {"x"}, {"y"})
//                             .output("y", {1, 4}).bytes();
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "manifest/entry.h"

namespace onnxhub::test {

class ModelBuilder {
public:
    explicit ModelBuilder(std::int64_t opset = 13, std::int64_t ir_version = 7);

    /// A float tensor unless `element_type` (onnx.TensorProto.DataType) says otherwise.
    ModelBuilder& input(const std::string& name, const Shape& shape, int element_type = 1);
    ModelBuilder& output(const std::string& name, const Shape& shape, int element_type = 1);
    ModelBuilder& output_without_shape(const std::string& name, int element_type = 1);
    ModelBuilder& node(const std::string& op, std::vector<std::string> inputs,
                       std::vector<std::string> outputs, const std::string& domain = "");
    /// Weights as raw_data: floats that count up from 0, so that they differ from zeros.
    ModelBuilder& initializer(const std::string& name, const std::vector<std::int64_t>& dims);
    ModelBuilder& int64_initializer(const std::string& name,
                                    const std::vector<std::int64_t>& values);
    ModelBuilder& external_initializer(const std::string& name,
                                       const std::vector<std::int64_t>& dims,
                                       const std::string& location);

    onnx::ModelProto& proto() { return model_; }  ///< for everything else
    std::string bytes() const;

private:
    onnx::ModelProto model_;
};

}  // namespace onnxhub::test
