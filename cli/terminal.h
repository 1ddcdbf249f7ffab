// SPDX-License-Identifier: Apache-2.0
// Text that fits the terminal it is read on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace onnxhub {

/// Columns of the terminal that results go to, or $COLUMNS; nothing when they go elsewhere.
std::optional<std::size_t> terminal_width(const Streams& streams);

/// Columns that UTF-8 text takes, counting each character as one.
std::size_t columns_of(const std::string& text);

/// `lead` and behind it the words of `text`, broken into lines of `width` columns that are indented
/// as deep as `lead` is long; a longer word has a line of its own. Without a width, or with less
/// than 20 columns left, one line. Ends with a line break.
std::string wrapped(const std::string& lead, const std::string& text,
                    std::optional<std::size_t> width);

}  // namespace onnxhub
