// SPDX-License-Identifier: Apache-2.0
// Checks texts of the command line that become part of a table or a heading.
#pragma once

#include <string>

namespace onnxhub {

/// Whether `text` has neither line breaks nor other ASCII control characters.
bool is_one_line(const std::string& text);

/// Throws CLI::ValidationError when `text` is blank or is not one line.
void require_one_line(const char* option, const std::string& text);

}  // namespace onnxhub
