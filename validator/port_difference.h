// SPDX-License-Identifier: Apache-2.0
// Where the ports a manifest states differ from those of a graph, in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "manifest/entry.h"

namespace onnxhub {

/// The first difference, as one clause; nothing when they agree. `is_lenient` lets a stated number
/// stand where the graph only knows a name or nothing: somebody's inference found more than ours.
/// `source` says where `graph` comes from, for the clause.
std::optional<std::string> find_difference(const IoPorts& stated, const IoPorts& graph,
                                           bool is_lenient, std::string_view source = "the graph");

}  // namespace onnxhub
