// SPDX-License-Identifier: Apache-2.0
// Finds similar words for suggestions ("did you mean").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace onnxhub {

/// The number of insertions, deletions, replacements and swaps of neighbours that turn one word
/// into the other (optimal string alignment).
std::size_t edit_distance(std::string_view one, std::string_view other);

/// Whether `word` differs from `meant` by a typing error: one change in four characters, two at
/// most.
bool is_misspelling(std::string_view word, std::string_view meant);

/// The candidate that is nearest to `word`, if `word` may be a misspelling of it.
std::optional<std::string> nearest(std::string_view word,
                                   std::span<const std::string_view> candidates);

}  // namespace onnxhub
