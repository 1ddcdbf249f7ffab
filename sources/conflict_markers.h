// SPDX-License-Identifier: Apache-2.0
// Finds git's conflict markers in a text.
#pragma once

#include <string_view>

namespace onnxhub {

/// The 1-based line of the first "<<<<<<< ", "||||||| " or ">>>>>>> " at the start of a line; 0
/// when there is none. "=======" alone does not count, since it underlines headings in Markdown.
/// "||||||| " may be a table row, so it only counts together with one of the others or a following
/// "=======". Lines in fenced code blocks do not count. Source: "How conflicts are presented" in
/// git-merge(1).
int first_conflict_line(std::string_view text);

}  // namespace onnxhub
