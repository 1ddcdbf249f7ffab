// SPDX-License-Identifier: Apache-2.0
// Splits the HTML in a Markdown document into tags and text. Private to this module.
#pragma once

#include <cstddef>
#include <string_view>

namespace onnxhub {

/// A tag, or the text up to the next one. Empty at the end of the document.
struct HtmlToken {
    std::string_view content;  ///< part of the document; of a tag with "<" and ">"
    bool is_tag = false;
    int line = 0;  ///< 1-based, of the first character
};

/// Reads forward in time proportional to the document. Leaves out comments, declarations and the
/// content of <script> and <style>. A "<" that begins no complete tag is text.
class HtmlScanner {
public:
    explicit HtmlScanner(std::string_view document) : document_(document) {}

    /// The next token, from the present position on.
    HtmlToken next();

    /// Moves forward to `offset` without reading tokens.
    void skip_to(std::size_t offset);

    std::size_t offset() const { return at_; }

private:
    HtmlToken take(std::size_t end, bool is_tag);
    /// Whether a comment or declaration begins here; skips it then.
    bool skip_declaration();
    void skip_raw_text(std::string_view end_tag);
    std::size_t find_tag_end(std::size_t begin) const;
    std::size_t find(std::string_view wanted, std::size_t from) const;

    std::string_view document_;
    std::size_t at_ = 0;
    int line_ = 1;
};

}  // namespace onnxhub
