// SPDX-License-Identifier: Apache-2.0
// Templates of onnxhub.toml for names, tags and texts that distinguish models: "{stem}{-variant}".
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace onnxhub {

inline constexpr std::size_t template_size_limit = 1024;        // bytes of a template
inline constexpr std::size_t template_result_limit = 4 * 1024;  // bytes of a result
inline constexpr int template_index_limit = 99;                 // of "{folder[99]}"

/// What is wrong with a template, for a message at its line.
struct TemplateError {
    std::size_t column = 0;  ///< 1-based byte in the template
    std::string message;     ///< one clause: "unknown name \"stm\""
    std::string hint;        ///< one clause: "did you mean \"stem\"?"
};

/// Literal text, or a value with what happens to it.
struct TemplatePiece {
    std::string text;          ///< the literal text, or the name of the value
    bool is_value = false;     ///< `text` is a name
    bool has_dash = false;     ///< {-x}: '-' before the value, unless it is empty
    std::optional<int> index;  ///< {x[0]}: one segment between '/'; negative from the end
    char blank = '\0';         ///< {x:_}: this character becomes a space
};

/// A parsed template. Expanding it is thread-safe.
class NameTemplate {
public:
    /// Returns the value of a name; empty when there is none. The text must stay valid until the
    /// next call.
    using Lookup = std::function<std::string_view(std::string_view name)>;

    explicit NameTemplate(std::vector<TemplatePiece> pieces) : pieces_(std::move(pieces)) {}

    /// Whether the template has a placeholder of this name.
    bool uses(std::string_view name) const;

    /// The text with the values, without blanks at its ends. Nothing when it would be longer than
    /// template_result_limit.
    std::optional<std::string> expand(const Lookup& value_of) const;

private:
    std::vector<TemplatePiece> pieces_;
};

/// Parses "{x}", "{-x}", "{x:_}", "{x[0]}" and their combinations, such as "{-folder[-1]:_}". "{{"
/// and "}}" are braces. Characters that become a space are '_', '-' and '.'. A name that is not in
/// `known` is an error, and so is a template longer than template_size_limit.
std::variant<NameTemplate, TemplateError> parse_template(std::string_view text,
                                                         std::span<const std::string_view> known);

}  // namespace onnxhub
