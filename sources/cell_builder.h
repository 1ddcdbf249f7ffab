// SPDX-License-Identifier: Apache-2.0
// Collects the text and the links of one cell of a table. Private to this module.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sources/markdown_cell.h"

namespace onnxhub {

class CellBuilder {
public:
    void add_text(std::string_view text) { text_ += text; }

    /// Ends the link before it: links do not nest.
    void begin_link(std::string target);
    void end_link();

    /// The cell with white space folded. The builder is empty then.
    MarkdownCell finish();

private:
    MarkdownCell cell_;
    std::string text_;
    std::optional<std::size_t> link_begin_;  ///< in text_, of the open link
};

}  // namespace onnxhub
