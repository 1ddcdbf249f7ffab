// SPDX-License-Identifier: Apache-2.0
// Options and texts that several commands have.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace onnxhub {

/// --json, which says the same as the option `format` with "json".
void add_json_flag(CLI::App& command, CLI::Option* format, std::function<void()> choose_json);

/// Whether `text` has neither line breaks nor other ASCII control characters.
bool is_one_line(const std::string& text);

/// Throws CLI::ValidationError when `text` is blank or is not one line.
void require_one_line(const char* option, const std::string& text);

}  // namespace onnxhub
