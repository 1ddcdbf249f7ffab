// SPDX-License-Identifier: Apache-2.0
// Words: how far apart two are ("did you mean").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace onnxhub {

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other
/// (optimal string alignment).
std::size_t edit_distance(std::string_view one, std::string_view other);

/// Whether `word` is not `meant` but a slip away from it: one change in four characters, two at
/// most.
bool is_misspelling(std::string_view word, std::string_view meant);

/// The nearest of `candidates` that `word` may be a slip of.
std::optional<std::string> nearest(std::string_view word,
                                   std::span<const std::string_view> candidates);

}  // namespace onnxhub
