// SPDX-License-Identifier: Apache-2.0
#include "cli/option_text.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace onnxhub {

void add_json_flag(CLI::App& command, CLI::Option* format, std::function<void()> choose_json) {
    command
        .add_flag_callback("--json", std::move(choose_json), "Print JSON, as --format json does")
        ->excludes(format);
}

bool is_one_line(const std::string& text) {
    return std::ranges::none_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

void require_one_line(const char* option, const std::string& text) {
    if (trimmed(text, " \t").empty()) throw CLI::ValidationError(option, "the text is empty");
    if (!is_one_line(text))
        throw CLI::ValidationError(option, "the text has line breaks or control characters");
}

}  // namespace onnxhub
