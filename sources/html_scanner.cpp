// SPDX-License-Identifier: Apache-2.0
#include "sources/html_scanner.h"

#include <algorithm>

#include "base/ascii.h"
#include "sources/html_tag.h"

namespace onnxhub {
namespace {

bool is_ascii_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether a tag may begin with the "<" at the front.
bool begins_tag(std::string_view text) {
    const std::size_t name = text.substr(0, 2) == "</" ? 2 : 1;
    return text.size() > name && is_ascii_letter(text[name]);
}

}  // namespace

HtmlToken HtmlScanner::next() {
    while (at_ < document_.size()) {
        if (document_[at_] != '<') return take(find("<", at_), false);
        if (skip_declaration()) continue;
        const std::size_t end = find_tag_end(at_);
        // The "<" and the text behind it.
        if (end == document_.npos) return take(find("<", at_ + 1), false);
        const HtmlToken tag = take(end, true);
        const HtmlTag parsed(tag.content);
        if (parsed.is_named("script")) skip_raw_text("</script");
        if (parsed.is_named("style")) skip_raw_text("</style");
        return tag;
    }
    return {};
}

void HtmlScanner::skip_to(std::size_t offset) {
    take(offset, false);
}

HtmlToken HtmlScanner::take(std::size_t end, bool is_tag) {
    const HtmlToken token{document_.substr(at_, end - at_), is_tag, line_};
    line_ += static_cast<int>(std::ranges::count(token.content, '\n'));
    at_ = end;
    return token;
}

bool HtmlScanner::skip_declaration() {
    const std::string_view rest = document_.substr(at_);
    std::string_view end;
    if (rest.starts_with("<!--")) {
        end = "-->";
    } else if (rest.starts_with("<!") || rest.starts_with("<?")) {
        end = ">";
    } else {
        return false;
    }
    skip_to(std::min(find(end, at_ + 2) + end.size(), document_.size()));
    return true;
}

void HtmlScanner::skip_raw_text(std::string_view end_tag) {
    std::size_t end = at_;
    while (end < document_.size() &&
           !equals_ignoring_case(document_.substr(end, end_tag.size()), end_tag)) {
        end = find("<", end + 1);
    }
    skip_to(end);
}

/// The offset behind the tag at `begin`; npos when it is not complete. "<" ends a tag too, unless
/// it is in quotes.
std::size_t HtmlScanner::find_tag_end(std::size_t begin) const {
    if (!begins_tag(document_.substr(begin))) return document_.npos;
    std::size_t at = begin + 1;
    while (true) {
        at = document_.find_first_of("<>\"'", at);
        if (at == document_.npos || document_[at] == '<') return document_.npos;
        if (document_[at] == '>') return at + 1;
        at = document_.find(document_[at], at + 1);
        if (at == document_.npos) return document_.npos;
        ++at;
    }
}

/// The document's end when `wanted` does not occur.
std::size_t HtmlScanner::find(std::string_view wanted, std::size_t from) const {
    return std::min(document_.find(wanted, from), document_.size());
}

}  // namespace onnxhub
