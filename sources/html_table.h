// SPDX-License-Identifier: Apache-2.0
// Parses the HTML tables of a Markdown document.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/markdown_table.h"

namespace onnxhub {

/// Returns all <table>s outside of code, in order of their ends. Missing end tags are added as
/// browsers do. A cell with "colspan" or "rowspan" occurs at each of its places. The header is the
/// rows of <thead>, or the first rows that have only <th>, or the first row; of several rows, each
/// column takes the lowest text. A table inside of a cell is a table of its own.
///
/// A table over the limits (nesting, or spans that multiply its size) is an error and left out.
/// Invalid UTF-8 is read as U+FFFD.
std::vector<MarkdownTable> parse_html_tables(std::string_view markdown, const std::string& path,
                                             Diagnostics& diagnostics);

}  // namespace onnxhub
