// SPDX-License-Identifier: Apache-2.0
#include "cli/option_text.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace onnxhub {

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

bool is_one_line(const std::string& text) {
    return std::ranges::none_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

void require_one_line(const char* option, const std::string& text) {
    if (trimmed(text).empty()) throw CLI::ValidationError(option, "the text is empty");
    if (!is_one_line(text)) throw CLI::ValidationError(option, "the text has line breaks in it");
}

}  // namespace onnxhub
