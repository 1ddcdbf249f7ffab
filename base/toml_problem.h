// SPDX-License-Identifier: Apache-2.0
// Errors of the TOML parser in words for people.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// "expected ']', saw a line break (table header)" for the description of toml++'s parse_error
/// "Error while parsing table header: expected ']', saw '\n'". Other descriptions stay as they are.
std::string toml_problem(std::string_view description);

}  // namespace onnxhub
