// SPDX-License-Identifier: Apache-2.0
// Compares and trims text as ASCII. Other letters and blanks are not changed.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

constexpr char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower_case(std::string_view text);

bool equals_ignoring_case(std::string_view one, std::string_view other);

/// Without the `blanks` at both ends. The result is part of `text`.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n");

}  // namespace onnxhub
