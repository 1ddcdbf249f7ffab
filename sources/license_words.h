// SPDX-License-Identifier: Apache-2.0
// Reduces text to its words, so that licenses can be compared in any layout.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace onnxhub {

/// The words of `text` in lower case, each with a space before it, and a space at the end: " the
/// mit license ". Letters, digits and other characters of languages belong to words; punctuation,
/// symbols, bytes that are not UTF-8 and markup characters separate them. Never empty.
std::string license_words(std::string_view text);

/// Number of words in a text of license_words(), or in a part of it between two words.
std::size_t count_words(std::string_view words);

/// Whether `words` contains `phrase`, which has single spaces between its words and none outside.
bool has_phrase(std::string_view words, std::string_view phrase);

}  // namespace onnxhub
