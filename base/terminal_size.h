// SPDX-License-Identifier: Apache-2.0
// Terminals among the standard streams.
#pragma once

#include <cstddef>
#include <optional>

namespace onnxhub {

enum class StandardStream { input, output, errors };

bool is_terminal(StandardStream stream);

/// Columns of the terminal that standard output is; nothing when it is none or does not say.
std::optional<std::size_t> terminal_columns();

}  // namespace onnxhub
