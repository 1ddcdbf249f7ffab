// SPDX-License-Identifier: Apache-2.0
// The small part of a model file that describes it: everything but the weights.
//
// A model file is one protobuf message of any size, and nearly all of it is tensor payload. The
// reader walks its wire format (https://protobuf.dev/programming-guides/encoding/) and skips the
// payloads, so its cost depends on the graph and not on the weights.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_source.h"

namespace onnxhub {

struct OnnxSkeleton {
    /// A serialized onnx.ModelProto without the payloads above skeleton_payload_limit_of(), without
    /// doc strings and metadata. ONNX's checker and shape inference accept it. TensorProto and
    /// AttributeProto in onnx_messages.proto have fields that state what is left out of them.
    std::string model;
    /// `location` of every tensor stored outside the file, also in attributes and subgraphs;
    /// unchanged, sorted and without duplicates.
    std::vector<std::string> external_locations;
    std::uint64_t payload_bytes = 0;  ///< tensor payload inside the file, skipped or kept
    /// Subgraphs nested deeper than protobuf's own limit were left out. Ports are still right.
    bool is_cut_at_depth = false;
    /// The start and end numbers of a protobuf group differ, or groups are nested deeper than
    /// protobuf's limit. ONNX does not use groups, so they were skipped.
    bool has_unbalanced_groups = false;
};

struct SkeletonError {
    std::uint64_t offset = 0;  ///< bytes from the start of the file
    std::string reason;        ///< "a length of 4096 bytes runs past the end of the file"
};

/// Tensor payloads up to this size are kept, since shape inference reads small constants (axes,
/// shapes).
inline constexpr std::uint64_t skeleton_payload_limit = 8 * 1024;  // bytes

/// Floating-point payloads up to this size are kept: the scales of Resize are read. Batch
/// normalization has many that are larger, and reading them from a server would take longer than
/// the graph.
inline constexpr std::uint64_t skeleton_float_limit = 1024;  // bytes

/// The limit for tensors of an element type, a value of onnx.TensorProto.DataType. A tensor that
/// states its type behind its data has the first one.
constexpr std::uint64_t skeleton_payload_limit_of(int element_type) {
    // float, float16, double, complex64, complex128, bfloat16, and those of 4 and 8 bits.
    for (const int floating : {1, 10, 11, 14, 15, 16, 17, 18, 19, 20, 23, 24}) {
        if (element_type == floating) return skeleton_float_limit;
    }
    return skeleton_payload_limit;
}

/// Larger graphs are rejected. This bounds the memory that hostile files can use.
inline constexpr std::uint64_t skeleton_size_limit = 256ull * 1024 * 1024;  // bytes

/// Throws UserError when the source can't be read. For a file that is not an ONNX model (empty,
/// truncated, HTML, an LFS pointer, without a graph) the SkeletonError names the reason.
std::variant<OnnxSkeleton, SkeletonError> read_skeleton(const ByteSource& source);

}  // namespace onnxhub
