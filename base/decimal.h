// SPDX-License-Identifier: Apache-2.0
// Decimal numbers in texts of others.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace onnxhub {

/// The number that the whole text is: digits without sign, blanks or separators. nullopt for other
/// texts and for numbers that are too large for the type.
template <std::integral Number>
std::optional<Number> parse_decimal(std::string_view text) {
    if (text.starts_with('-')) return std::nullopt;
    Number number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

}  // namespace onnxhub
