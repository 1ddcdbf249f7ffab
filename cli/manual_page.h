// SPDX-License-Identifier: Apache-2.0
// Manual pages in roff, for man(1). The same bytes at any time: a page has a version and no date.
#pragma once

#include <string>

#include "cli/command_description.h"

namespace onnxhub {

/// onnxhub(1): all commands and the global options.
std::string program_page(const CommandDescription& program, const std::string& version);

/// The page of one command, such as onnxhub-cache(1), with the commands below it.
std::string command_page(const CommandDescription& command, const std::string& version);

/// onnxhub.toml(5), from the documentation of the settings in GitHub flavoured Markdown. The rows
/// of a table become paragraphs, because a terminal is too narrow for its columns.
std::string settings_page(const std::string& markdown, const std::string& version);

/// Part of a line so that roff shows every character as it is.
std::string roff_text(const std::string& text);

/// The same for a whole line, which stays text even if it begins with a dot.
std::string roff_line(const std::string& text);

}  // namespace onnxhub
