// SPDX-License-Identifier: Apache-2.0
// Describes the difference between stated ports and the ports of a graph.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "manifest/entry.h"

namespace onnxhub {

/// The first difference, as one clause; nothing if the ports are equal. `is_lenient` accepts a
/// stated number if the graph has only a name or nothing: another inference may find more than
/// ours. `source` is the origin of `graph` in the clause.
std::optional<std::string> find_difference(const IoPorts& stated, const IoPorts& graph,
                                           bool is_lenient, std::string_view source = "the graph");

}  // namespace onnxhub
