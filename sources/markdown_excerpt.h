// SPDX-License-Identifier: Apache-2.0
// Reduces a Markdown document to the lines that its tables depend on. The rest is not needed but
// costs the parser time, and hostile documents can keep it busy for hours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sources/markdown_cell.h"

namespace onnxhub {

/// The maximum number of parts for reading an excerpt, each with some of its rows.
inline constexpr std::size_t excerpt_part_limit = 32;

/// A row that repeats an earlier row of its table; it is not in the excerpt.
struct RepeatedRow {
    int line = 0;        ///< 1-based line in the document
    int first_line = 0;  ///< 1-based line of the repeated row
};

/// A row that was read without the parser; it is not in the excerpt.
struct SimpleRow {
    int line = 0;  ///< 1-based line in the document
    int near_line =
        0;  ///< 1-based line of a row in the excerpt: both are in a table, or neither is
    std::vector<MarkdownCell> cells;
};

struct MarkdownExcerpt {
    std::string text;        ///< Markdown with the same tables
    std::vector<int> lines;  ///< 1-based line in the document for each line of `text`
    /// For each line, whether it is an ordinary row: without it, the tables are the same except for
    /// that row; if there is no table after all, it is text. All false when reading the other lines
    /// with each part would take too long.
    std::vector<bool> is_row;
    std::vector<RepeatedRow> repeated_rows;  ///< in the order of the document
    std::vector<SimpleRow> simple_rows;      ///< in the order of the document
};

/// A limit that the document exceeds. Documents written by people stay below the limits.
struct MarkdownExcess {
    int line = 0;         ///< 1-based
    std::string message;  ///< one clause with the limit
};

/// Which rows the excerpt leaves to the parser.
enum class ParsedRows {
    needed,  ///< those that are not simple
    all,     ///< every row with a text of its own, to compare with
};

/// Reads the document once. Prose becomes one short line per paragraph. Tables, link definitions
/// and everything that affects where a block begins or ends are kept. A parser needs time and
/// memory roughly in proportion to the excerpt.
std::variant<MarkdownExcerpt, MarkdownExcess> excerpt_tables(
    std::string_view markdown, ParsedRows parsed = ParsedRows::needed);

}  // namespace onnxhub
