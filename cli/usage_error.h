// SPDX-License-Identifier: Apache-2.0
// What is wrong with a command line, and what was meant.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace onnxhub {

/// The deepest command that the arguments name, after parsing or an attempt at it.
const CLI::App& recognized_command(const CLI::App& app);

/// Whether the arguments name no command where one is needed, and nothing else is wrong.
bool lacks_command(const CLI::App& app);

/// One line: what is wrong, and the nearest option or command, else where help is.
std::string usage_error_text(const CLI::App& app, const CLI::ParseError& error);

/// Words about a command that `app` does not have: "there is no command …; did you mean …?".
std::string unknown_command_text(const CLI::App& app, const std::string& name);

}  // namespace onnxhub
