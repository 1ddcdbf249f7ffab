// SPDX-License-Identifier: Apache-2.0
// Examples of commands, for --help and the manual pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onnxhub {

struct CommandExample {
    std::string what;     ///< in the imperative mood
    std::string command;  ///< as typed in a shell
};

/// Two or three of each command, by its name: "load". Commands below another one have none.
std::vector<CommandExample> examples_of(std::string_view command);

}  // namespace onnxhub
