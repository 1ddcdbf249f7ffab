// SPDX-License-Identifier: Apache-2.0
// Texts that a person gives on the command line and that end up in a table or a heading.
#pragma once

#include <string>

namespace onnxhub {

/// Whether it has neither line breaks nor other ASCII control characters.
bool is_one_line(const std::string& text);

/// Throws CLI::ValidationError when nothing of `text` shows or it is not one line.
void require_one_line(const char* option, const std::string& text);

}  // namespace onnxhub
