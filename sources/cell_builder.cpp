// SPDX-License-Identifier: Apache-2.0
#include "sources/cell_builder.h"

#include <utility>

#include "sources/html_tag.h"

namespace onnxhub {
namespace {

/// Trims `text` and replaces each run of white space, including no-break spaces, by one space.
std::string fold_spaces(std::string_view text) {
    constexpr std::string_view no_break_space = "\xc2\xa0";
    std::string folded;
    bool is_pending = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_no_break = text.compare(i, 2, no_break_space) == 0;
        if (is_no_break || is_html_space(text[i])) {
            is_pending = !folded.empty();
            i += is_no_break;
            continue;
        }
        if (is_pending) folded += ' ';
        is_pending = false;
        folded += text[i];
    }
    return folded;
}

}  // namespace

void CellBuilder::begin_link(std::string target) {
    end_link();
    cell_.links.push_back(std::move(target));
    link_begin_ = text_.size();
}

void CellBuilder::end_link() {
    if (!link_begin_) return;
    cell_.link_texts.push_back(fold_spaces(std::string_view(text_).substr(*link_begin_)));
    link_begin_.reset();
}

MarkdownCell CellBuilder::finish() {
    end_link();
    cell_.text = fold_spaces(text_);
    text_.clear();
    return std::exchange(cell_, {});
}

}  // namespace onnxhub
