// SPDX-License-Identifier: Apache-2.0
// The small part of a model file that describes it: everything but the weights.
//
// A model file is one protobuf message of any size, and nearly all of it is tensor payload. The
// skeleton walks its wire format (https://protobuf.dev/programming-guides/encoding/) and steps over
// the payloads, so that its cost grows with the graph and not with the weights.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_source.h"

namespace onnxhub {

struct OnnxSkeleton {
    /// A serialized onnx.ModelProto without the payloads above `skeleton_payload_limit`, without
    /// doc strings and metadata. ONNX's checker and shape inference accept it.
    std::string model;
    /// `location` of every tensor stored outside the file, in attributes and subgraphs too; sorted,
    /// each once, as written.
    std::vector<std::string> external_locations;
    std::uint64_t payload_bytes = 0;  ///< tensor payload inside the file, stepped over or kept
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

/// Payload of one tensor up to this stays: shape inference reads small constants (axes, shapes).
inline constexpr std::uint64_t skeleton_payload_limit = 8 * 1024;  // bytes

/// Larger graphs than this are refused: a bound on memory for hostile files.
inline constexpr std::uint64_t skeleton_size_limit = 256ull * 1024 * 1024;  // bytes

/// Throws UserError when the source can't be read. A file that is not an ONNX model (empty,
/// HTML, an LFS pointer, a truncated one, one without a graph) is a SkeletonError that says which.
std::variant<OnnxSkeleton, SkeletonError> read_skeleton(const ByteSource& source);

}  // namespace onnxhub
