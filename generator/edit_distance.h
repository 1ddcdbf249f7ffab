// SPDX-License-Identifier: Apache-2.0
// How far a misspelled word is from the right one.
#pragma once

#include <cstddef>
#include <string_view>

namespace onnxhub {

/// Bytes to insert, remove or replace, or neighbours to swap, to make `a` into `b` (optimal string
/// alignment). `limit` + 1 stands for all larger distances.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

}  // namespace onnxhub
