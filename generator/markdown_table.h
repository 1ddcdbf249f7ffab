// SPDX-License-Identifier: Apache-2.0
// Tables of a Markdown document (GitHub's dialect) with the links in their cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"

namespace onnxhub {

struct MarkdownCell {
    std::string text;                ///< without markup, trimmed; images give nothing
    std::vector<std::string> links;  ///< targets as written, of Markdown and HTML links, in order
};

struct MarkdownRow {
    int line = 0;  ///< 1-based
    std::vector<MarkdownCell> cells;
};

struct MarkdownTable {
    int line = 0;  ///< of the header row, 1-based
    std::vector<MarkdownCell> header;
    std::vector<MarkdownRow> rows;  ///< each with as many cells as the header
};

/// Every table, in order. `path` names the document in diagnostics. A document that can't be read
/// in bounded time (absurd nesting or tables) gives one error and no tables; bytes that are not
/// UTF-8 give a warning and are read as U+FFFD.
std::vector<MarkdownTable> parse_markdown_tables(std::string_view markdown, const std::string& path,
                                                 Diagnostics& diagnostics);

}  // namespace onnxhub
