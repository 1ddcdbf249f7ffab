// SPDX-License-Identifier: Apache-2.0
// What a line of Markdown looks like before anybody knows which block it is in.
#pragma once

#include <cstddef>
#include <string_view>

namespace onnxhub {

/// Quotes and lists that a line may begin; a prefix is read up to the first above it.
inline constexpr std::size_t container_limit = 100;

enum class LineKind {
    blank,
    prose,       ///< nothing but text, wherever it stands
    heading,     ///< "# text"
    fence,       ///< "```" or "~~~", with or without text behind
    html,        ///< begins with '<'
    definition,  ///< "[label]: target"
    mark,        ///< a rule, an underline of a heading, an empty list item
};

struct MarkdownLine {
    int number = 0;  ///< 1-based
    std::string_view text;
    std::string_view prefix;   ///< indentation, '>' and list markers,
    std::string_view content;  ///< and what follows them
    std::size_t column = 0;    ///< where the content begins, with tab stops of 4
    std::size_t quotes = 0;    ///< '>' in the prefix
    std::size_t markers = 0;   ///< list markers in the prefix
    LineKind kind = LineKind::blank;
};

MarkdownLine parse_markdown_line(std::string_view text, int number);

/// Whether the content is dashes, colons and pipes, as below a table's header.
bool is_delimiter_row(const MarkdownLine& line);

/// Cells of the content read as a table's row: escaped pipes separate none, outer ones are
/// optional.
std::size_t count_cells(const MarkdownLine& line);

}  // namespace onnxhub
