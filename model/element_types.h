// SPDX-License-Identifier: Apache-2.0
// Element types of tensors, and how many elements a tensor has. Only the .cpp files of this module
// include this header.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace onnxhub {

/// The values of onnx.TensorProto.DataType:
/// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
enum ElementType {
    of_float = 1,
    of_uint8 = 2,
    of_int8 = 3,
    of_uint16 = 4,
    of_int16 = 5,
    of_int32 = 6,
    of_int64 = 7,
    of_string = 8,
    of_bool = 9,
    of_float16 = 10,
    of_double = 11,
    of_uint32 = 12,
    of_uint64 = 13,
    of_complex64 = 14,
    of_complex128 = 15,
    of_bfloat16 = 16,
    of_float8e4m3fn = 17,
    of_float8e4m3fnuz = 18,
    of_float8e5m2 = 19,
    of_float8e5m2fnuz = 20,
    of_uint4 = 21,
    of_int4 = 22,
    of_float4e2m1 = 23,
    of_float8e8m0 = 24,
    of_uint2 = 25,
    of_int2 = 26,
};

/// Values deeper in sequences, maps and optionals are refused.
inline constexpr int value_depth_limit = 16;

/// The product of the dimensions. Throws UnusableValue for a negative dimension, and for more
/// elements than a file can have.
std::uint64_t element_count_of(const std::vector<std::int64_t>& dims);

}  // namespace onnxhub
