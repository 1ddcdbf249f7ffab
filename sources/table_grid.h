// SPDX-License-Identifier: Apache-2.0
// Puts the cells of an HTML table into rows and columns. Private to this module.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sources/markdown_table.h"

namespace onnxhub {

/// A cell as written.
struct HtmlCell {
    MarkdownCell content;
    bool is_header = false;       ///< <th>
    std::size_t column_span = 1;  ///< not 0
    std::size_t row_span = 1;     ///< not 0
};

/// A row as written.
struct HtmlRow {
    int line = 0;          ///< 1-based
    bool is_head = false;  ///< within <thead>
    std::vector<HtmlCell> cells;
};

/// What the tables of a document may still use.
struct TableBudget {
    std::size_t cells = 0;
    std::size_t bytes = 0;  ///< of texts and links
};

/// The table with all spans. Nullopt when they need more than the budget, which decreases.
std::optional<MarkdownTable> lay_out_table(std::vector<HtmlRow> rows, TableBudget& budget);

}  // namespace onnxhub
