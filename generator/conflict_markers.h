// SPDX-License-Identifier: Apache-2.0
// The lines that git leaves in a text whose merge is not resolved.
#pragma once

#include <string_view>

namespace onnxhub {

/// The 1-based line of the first "<<<<<<< ", "||||||| " or ">>>>>>> " at the start of a line; 0
/// when there is none. "=======" underlines headings in Markdown, so it alone is no sign; "|||||||
/// " may be a table's row, so it needs one of the others or a "=======" below it. Lines inside a
/// code block between two fences are an example of something and do not count. Source: "How
/// conflicts are presented" in git-merge(1).
int first_conflict_line(std::string_view text);

}  // namespace onnxhub
