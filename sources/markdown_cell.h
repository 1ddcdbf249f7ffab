// SPDX-License-Identifier: Apache-2.0
// One cell of a table in a Markdown document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace onnxhub {

struct MarkdownCell {
    std::string text;                ///< trimmed, without markup; empty for images
    std::vector<std::string> links;  ///< targets as written, of Markdown and HTML links, in order
    std::vector<std::string> link_texts;  ///< of each link, like `text`
};

/// The number of a cell in messages, from its column, which counts from 0. 0 for columns that are
/// too far right for anyone to look at.
inline std::uint16_t cell_number(std::size_t column) {
    constexpr std::size_t last = std::numeric_limits<std::uint16_t>::max();
    return column < last ? static_cast<std::uint16_t>(column + 1) : std::uint16_t{0};
}

}  // namespace onnxhub
