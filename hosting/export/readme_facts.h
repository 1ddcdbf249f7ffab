// SPDX-License-Identifier: Apache-2.0
// Reads facts from a README: title, licence, summary and words.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// Text of the first heading without markup; "" when there is none.
std::string title_of(std::string_view markdown);

/// `license` of the front matter, as on Hugging Face. Otherwise the first line below a heading
/// "License" or "Licence", up to its first comma or full stop and without markup; "" when there is
/// neither.
std::string licence_of(std::string_view markdown);

/// The first sentences of prose, as plain text in one line of at most 200 bytes; "" when there are
/// fewer than four words. Headings, lists, tables and quotes are no prose.
std::string summary_of(std::string_view markdown);

/// The different words of the text outside of code, in lower case (ASCII), sorted, with a blank
/// between them: at most 1,000 with 3 to 32 bytes and a letter each.
std::string search_words_of(std::string_view markdown);

}  // namespace onnxhub
