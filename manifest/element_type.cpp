// SPDX-License-Identifier: Apache-2.0
#include "manifest/element_type.h"

#include <array>
#include <cstddef>

namespace onnxhub {
namespace {

/// Includes types that an older libonnx has no names for.
constexpr std::array<std::string_view, 27> type_names{
    "undefined",      "float",    "uint8",        "int8",           "uint16",
    "int16",          "int32",    "int64",        "string",         "bool",
    "float16",        "double",   "uint32",       "uint64",         "complex64",
    "complex128",     "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2",
    "float8e5m2fnuz", "uint4",    "int4",         "float4e2m1",     "float8e8m0",
    "uint2",          "int2"};

}  // namespace

std::string_view element_type_name(int element_type) {
    const bool is_known = element_type >= 0 && element_type < static_cast<int>(type_names.size());
    return type_names[is_known ? static_cast<std::size_t>(element_type) : 0];
}

}  // namespace onnxhub
