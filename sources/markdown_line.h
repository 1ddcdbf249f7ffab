// SPDX-License-Identifier: Apache-2.0
// Classifies a line of Markdown without knowing the block it is in.
#pragma once

#include <cstddef>
#include <string_view>

namespace onnxhub {

/// Maximum number of quotes and lists that a line may begin. A prefix is read up to the first one
/// above the limit.
inline constexpr std::size_t container_limit = 100;

enum class LineKind {
    blank,
    prose,       ///< only text in any block
    heading,     ///< "# text"
    fence,       ///< "```" or "~~~", optionally followed by text
    html,        ///< begins with '<'
    definition,  ///< "[label]: target"
    mark,        ///< a rule, an underline of a heading, an empty list item
};

struct MarkdownLine {
    int number = 0;  ///< 1-based
    std::string_view text;
    std::string_view prefix;   ///< indentation, '>' and list markers
    std::string_view content;  ///< the rest of the line
    std::size_t column = 0;    ///< column of the content, with tab stops of 4
    std::size_t quotes = 0;    ///< number of '>' in the prefix
    std::size_t markers = 0;   ///< number of list markers in the prefix
    LineKind kind = LineKind::blank;
};

MarkdownLine parse_markdown_line(std::string_view text, int number);

/// Whether the content has only dashes, colons and pipes, like the line below a table's header.
bool is_delimiter_row(const MarkdownLine& line);

/// Number of cells of the content read as a table row: escaped pipes do not separate, outer ones
/// are optional.
std::size_t count_cells(const MarkdownLine& line);

}  // namespace onnxhub
