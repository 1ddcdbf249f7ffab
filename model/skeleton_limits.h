// SPDX-License-Identifier: Apache-2.0
// Limits on the parts of a graph. They bound the memory that hostile files can use.
#pragma once

#include <cstdint>

namespace onnxhub {

/// Inputs and outputs of a model. The largest models have a few hundred. Old models also list each
/// of their weights.
inline constexpr std::uint64_t skeleton_port_limit = 100'000;

/// A model with more messages (nodes, attributes, tensors, values) than skeleton_few_messages must
/// have at least skeleton_bytes_of_message bytes in its file for each message. A message takes
/// about 200 bytes of memory. A typical node has 100 bytes and three messages; the largest graphs
/// have 100,000 nodes.
inline constexpr std::uint64_t skeleton_few_messages = 1'000'000;
inline constexpr std::uint64_t skeleton_bytes_of_message = 20;

}  // namespace onnxhub
