// SPDX-License-Identifier: Apache-2.0
// One cell of a table in a Markdown document.
#pragma once

#include <string>
#include <vector>

namespace onnxhub {

struct MarkdownCell {
    std::string text;                ///< trimmed, without markup; empty for images
    std::vector<std::string> links;  ///< targets as written, of Markdown and HTML links, in order
    std::vector<std::string> link_texts;  ///< of each link, like `text`
};

}  // namespace onnxhub
