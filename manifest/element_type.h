// SPDX-License-Identifier: Apache-2.0
// Element types of tensors as manifests spell them.
#pragma once

#include <string_view>

namespace onnxhub {

/// By onnx.TensorProto.DataType: 1 is "float". Unassigned numbers are "undefined".
std::string_view element_type_name(int element_type);

}  // namespace onnxhub
