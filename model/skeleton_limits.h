// SPDX-License-Identifier: Apache-2.0
// How many parts a graph may have: bounds on memory for hostile files.
#pragma once

#include <cstdint>

namespace onnxhub {

/// Inputs and outputs of a model. The largest models have some hundreds, and old ones list each of
/// their weights too.
inline constexpr std::uint64_t skeleton_port_limit = 100'000;

/// A model with more messages (nodes, attributes, tensors, values) than skeleton_few_messages needs
/// this many bytes for each: one takes some 200 bytes of memory. Nodes of models have 100 bytes and
/// three messages; the largest graphs have 100,000 nodes.
inline constexpr std::uint64_t skeleton_few_messages = 1'000'000;
inline constexpr std::uint64_t skeleton_bytes_of_message = 20;

}  // namespace onnxhub
