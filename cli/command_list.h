// SPDX-License-Identifier: Apache-2.0
// All commands by name, and the options that every command has.
#pragma once

#include <span>
#include <string_view>

#include "cli/command.h"
#include "cli/command_description.h"

namespace onnxhub {

struct NamedCommand {
    std::string_view name;
    /// Describes the command to `app`. Parsing it sets `chosen`.
    void (*add)(CLI::App& app, Command& chosen);
};

/// In the order of `onnxhub --help`.
std::span<const NamedCommand> all_commands();

/// --version, --quiet, --verbose, --no-progress, --color and --message-format.
void add_global_options(CLI::App& app, GlobalOptions& options);

/// The program with every command.
CommandDescription describe_program();

inline constexpr const char* program_version = "onnxhub " ONNXHUB_VERSION;
inline constexpr const char* program_summary =
    "Generate and check manifests of ONNX model hubs, and load models";

}  // namespace onnxhub
