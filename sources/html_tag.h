// SPDX-License-Identifier: Apache-2.0
// Parts of HTML in READMEs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// Blanks of HTML: space, tab, line feed, form feed, carriage return; and vertical tab, as cmark.
bool is_html_space(char c);

/// Replaces "&amp;", "&#38;" and the other entities of HTML.
std::string decode_entities(std::string_view text);

/// A tag: "<", a name, attributes, ">". A missing quote or ">" ends at the end of the text.
class HtmlTag {
public:
    explicit HtmlTag(std::string_view tag);

    /// `name` of an end tag begins with '/'. ASCII case does not matter.
    bool is_named(std::string_view name) const;

    /// Value of the first attribute `name`, with entities decoded. Reads on behind the last
    /// attribute that was found, so ask for one.
    std::optional<std::string> attribute(std::string_view name);

private:
    template <class Predicate>
    std::string_view take_until(Predicate ends);
    std::string_view take_value();

    std::string_view rest_;
    std::string_view name_;
};

}  // namespace onnxhub
