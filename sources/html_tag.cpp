// SPDX-License-Identifier: Apache-2.0
#include "sources/html_tag.h"

#include <cmark-gfm.h>
#include <cmark-gfm/houdini.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/ascii.h"

namespace onnxhub {

bool is_html_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string decode_entities(std::string_view text) {
    if (text.find('&') == text.npos) return std::string(text);
    cmark_strbuf decoded;
    cmark_strbuf_init(cmark_get_default_mem_allocator(), &decoded, 0);
    houdini_unescape_html_f(&decoded, reinterpret_cast<const std::uint8_t*>(text.data()),
                            static_cast<bufsize_t>(text.size()));
    std::string result(reinterpret_cast<const char*>(decoded.ptr),
                       static_cast<std::size_t>(decoded.size));
    cmark_strbuf_free(&decoded);
    return result;
}

HtmlTag::HtmlTag(std::string_view tag) : rest_(tag.substr(1)) {
    const std::size_t from = rest_.starts_with('/') ? 1 : 0;
    const auto end = std::find_if(rest_.begin() + static_cast<std::ptrdiff_t>(from), rest_.end(),
                                  [](char c) { return is_html_space(c) || c == '/' || c == '>'; });
    name_ = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(name_.size());
}

bool HtmlTag::is_named(std::string_view name) const {
    return equals_ignoring_case(name_, name);
}

std::optional<std::string> HtmlTag::attribute(std::string_view name) {
    while (true) {
        take_until([](char c) { return !is_html_space(c) && c != '/'; });
        const std::string_view found =
            take_until([](char c) { return is_html_space(c) || c == '=' || c == '/' || c == '>'; });
        if (found.empty()) return std::nullopt;
        const std::string_view value = take_value();
        if (equals_ignoring_case(found, name)) return decode_entities(value);
    }
}

template <class Predicate>
std::string_view HtmlTag::take_until(Predicate ends) {
    const auto end = std::find_if(rest_.begin(), rest_.end(), ends);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
}

std::string_view HtmlTag::take_value() {
    const auto is_solid = [](char c) { return !is_html_space(c); };
    const std::string_view before = rest_;
    take_until(is_solid);
    if (!rest_.starts_with('=')) {
        rest_ = before;  // an attribute without a value
        return {};
    }
    rest_.remove_prefix(1);
    take_until(is_solid);
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '"' && quote != '\'') {
        return take_until([](char c) { return is_html_space(c) || c == '>'; });
    }
    rest_.remove_prefix(1);
    const std::string_view value = take_until([quote](char c) { return c == quote; });
    if (!rest_.empty()) rest_.remove_prefix(1);
    return value;
}

}  // namespace onnxhub
