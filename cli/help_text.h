// SPDX-License-Identifier: Apache-2.0
// The text of --help.
#pragma once

#include <cstddef>
#include <string>

namespace CLI {
class App;
}

namespace onnxhub {

/// Help of the program, or of a command with its examples and the options that every command has.
/// Lines have at most `width` columns, as far as words allow.
std::string help_text(const CLI::App& app, std::size_t width);

/// The width of standard output if it is a terminal, 100 columns at most.
std::size_t help_width();

/// "onnxhub cache prune".
std::string full_name(const CLI::App& app);

}  // namespace onnxhub
