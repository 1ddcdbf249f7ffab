// SPDX-License-Identifier: Apache-2.0
// Describes the graph of a model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "base/byte_source.h"
#include "model/graph_description.h"
#include "model/onnx_skeleton.h"

namespace onnxhub {

/// The size of graph_json() is at most this. A typical node takes 200 bytes with its values, and
/// the largest graphs have 100,000 nodes.
inline constexpr std::uint64_t graph_description_limit = std::uint64_t{16} << 20;  // bytes

/// Longer names and attributes are shortened, with "…" at their end.
inline constexpr std::size_t graph_text_limit = 256;  // bytes

/// Further attributes of a node are counted only. Operators of ONNX have at most 20.
inline constexpr std::size_t node_attribute_limit = 64;

/// Describes the model in the source, as far as `limit_bytes` of JSON allow: the main graph first,
/// then functions and subgraphs, each in the order of the file. Texts are UTF-8; U+FFFD replaces
/// other bytes. Throws UserError when the source can't be read.
std::variant<GraphDescription, SkeletonError> describe_graph(
    const ByteSource& source, std::uint64_t limit_bytes = graph_description_limit);

}  // namespace onnxhub
