// SPDX-License-Identifier: Apache-2.0
// What the scripts of `onnxhub completion SHELL` ask the program at each press of the TAB key.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"

namespace onnxhub {

/// The first argument of such a request; the words of the command line follow it.
inline constexpr std::string_view completion_request = "__complete";

/// Prints what can follow `words`, as to_text() writes it. Opens no connection and prints no
/// errors: names that can't be read are left out.
ExitCode print_completions(const std::vector<std::string>& words, std::ostream& out);

}  // namespace onnxhub
