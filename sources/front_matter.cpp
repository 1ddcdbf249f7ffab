// SPDX-License-Identifier: Apache-2.0
#include "sources/front_matter.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"

namespace onnxhub {
namespace {

/// Removes the first line from `rest`, which may end with CRLF.
std::string_view take_text_line(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

/// The mark at the line's start, without blanks at its end.
bool is_mark(std::string_view line, std::string_view mark) {
    return line.starts_with(mark) && trimmed(line.substr(mark.size())).empty();
}

}  // namespace

std::optional<FrontMatter> find_front_matter(std::string_view markdown) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (markdown.starts_with(byte_order_mark)) markdown.remove_prefix(byte_order_mark.size());
    if (!is_mark(take_text_line(markdown), "---")) return std::nullopt;
    for (std::string_view rest = markdown; !rest.empty();) {
        const std::string_view line = take_text_line(rest);
        if (!is_mark(line, "---") && !is_mark(line, "...")) continue;
        const auto length = static_cast<std::size_t>(line.data() - markdown.data());
        return FrontMatter{markdown.substr(0, length)};
    }
    return std::nullopt;
}

}  // namespace onnxhub
