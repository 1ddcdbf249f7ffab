// SPDX-License-Identifier: Apache-2.0
// Parses the tables of a Markdown document (GitHub's dialect), with the links in their cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/markdown_cell.h"
#include "sources/markdown_excerpt.h"

namespace onnxhub {

struct MarkdownRow {
    int line = 0;  ///< 1-based
    std::vector<MarkdownCell> cells;
};

struct MarkdownTable {
    int line = 0;  ///< 1-based line of the header row
    std::vector<MarkdownCell> header;
    std::vector<MarkdownRow> rows;  ///< each with as many cells as the header
    bool is_html = false;           ///< its cells are not between the bars of a line
};

/// Returns all tables in order. `path` names the document in diagnostics. A document over the
/// limits (for nesting or table size) gives one error and no tables. Invalid UTF-8 gives a warning
/// and is read as U+FFFD.
std::vector<MarkdownTable> parse_markdown_tables(std::string_view markdown, const std::string& path,
                                                 Diagnostics& diagnostics,
                                                 ParsedRows parsed = ParsedRows::needed);

}  // namespace onnxhub
