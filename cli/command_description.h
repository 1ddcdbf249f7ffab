// SPDX-License-Identifier: Apache-2.0
// What --help shows of the commands, as plain values: for manual pages and completions.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace onnxhub {

struct OptionDescription {
    std::vector<std::string> names;  ///< "-j", "--jobs"; empty for a positional argument
    std::string value;               ///< "FILE", "text|json", "[DIR]"; empty for a flag
    std::string help;

    bool is_flag() const { return !names.empty() && value.empty(); }
    /// "text" and "json" of "text|json"; empty if the value is of another kind.
    std::vector<std::string> choices() const;
};

struct CommandDescription {
    std::string name;
    std::string help;
    std::vector<OptionDescription> options;
    std::vector<OptionDescription> arguments;  ///< positional ones, in order
    std::vector<CommandDescription> commands;
};

/// The command with all commands below it. Options that --help hides are left out.
CommandDescription describe(const CLI::App& app);

}  // namespace onnxhub
