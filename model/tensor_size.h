// SPDX-License-Identifier: Apache-2.0
// Compares a tensor's dimensions with its data. Only the .cpp files of this module include this
// header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace onnxhub::onnx_lite {
class TensorProto;
}

namespace onnxhub {

/// Why the data of a tensor in a skeleton does not fit its dimensions and element type, one clause.
/// nullopt: it fits, or the data is in another file.
std::optional<std::string> tensor_size_error(const onnx_lite::TensorProto& tensor);

/// Bytes of so many elements in memory, where elements of less than 8 bits share bytes. 0 for
/// strings and undefined types; never overflows.
std::uint64_t tensor_bytes(int element_type, std::uint64_t elements);

}  // namespace onnxhub
