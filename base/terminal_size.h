// SPDX-License-Identifier: Apache-2.0
// Terminals as standard streams.
#pragma once

#include <cstddef>
#include <optional>

namespace onnxhub {

enum class StandardStream { input, output, errors };

bool is_terminal(StandardStream stream);

/// Columns of the terminal on standard output. Nothing when it is not a terminal or its size is
/// unknown.
std::optional<std::size_t> terminal_columns();

}  // namespace onnxhub
