// SPDX-License-Identifier: Apache-2.0
// The lines of a Markdown document that its tables depend on. The rest is prose to us, but work to
// a Markdown parser, and some documents are made to keep one busy for hours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onnxhub {

/// An excerpt may be read in this many parts: with some of its rows and then with others.
inline constexpr std::size_t excerpt_part_limit = 32;

/// A row with the same text as an earlier one of its table, which is not in the excerpt.
struct RepeatedRow {
    int line = 0;        ///< in the document, 1-based
    int first_line = 0;  ///< of the row that it repeats
};

struct MarkdownExcerpt {
    std::string text;        ///< Markdown with the same tables
    std::vector<int> lines;  ///< for each line of `text` its line in the document, 1-based
    /// For each line whether it is a row like any other of its table: without it the tables are the
    /// same, less one row, and where there is no table after all it is text. None is where it would
    /// take too long to read the other lines with each part.
    std::vector<bool> is_row;
    std::vector<RepeatedRow> repeated_rows;  ///< in the order of the document
};

/// The limit that a document is over; those of people are not.
struct MarkdownExcess {
    int line = 0;         ///< 1-based
    std::string message;  ///< one clause that names the limit
};

/// Reads the document once. Prose becomes one short line per paragraph; tables, link definitions
/// and everything that decides where a block begins or ends stay. A parser needs time and memory
/// roughly in proportion to the excerpt.
std::variant<MarkdownExcerpt, MarkdownExcess> excerpt_tables(std::string_view markdown);

}  // namespace onnxhub
