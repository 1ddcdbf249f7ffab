// SPDX-License-Identifier: Apache-2.0
// Reads rows of tables that need no Markdown parser. Private to this module.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sources/markdown_cell.h"

namespace onnxhub {

/// The cells of a row "| text | [text](target) | … |" whose characters mean nothing else in
/// Markdown, as the parser would give them; nullopt for any other row. `row` is a line without its
/// prefix and end.
std::optional<std::vector<MarkdownCell>> read_simple_row(std::string_view row);

}  // namespace onnxhub
