// SPDX-License-Identifier: Apache-2.0
// Fits text to the width of the terminal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace onnxhub {

/// Width of standard output if it is a terminal: $COLUMNS or the real width.
std::optional<std::size_t> terminal_width(const Streams& streams);

/// The same, for texts that are printed before there are streams.
std::optional<std::size_t> output_width();

/// Width of UTF-8 text, counting each character as one column.
std::size_t columns_of(const std::string& text);

/// Returns `lead` and the words of `text`, broken into lines of `width` columns and indented by the
/// width of `lead`. Longer words get a line of their own. Without a width, or with less than 20
/// columns for the words, it is one line. Ends with a line break.
std::string wrapped(const std::string& lead, const std::string& text,
                    std::optional<std::size_t> width);

}  // namespace onnxhub
