// SPDX-License-Identifier: Apache-2.0
#include "cli/usage_error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/spelling.h"
#include "cli/help_text.h"

namespace onnxhub {
namespace {

/// The first argument that no command takes.
std::optional<std::string> unknown_argument(const CLI::App& app) {
    for (const std::string& argument : app.remaining(true)) {
        if (argument != "--") return argument;
    }
    return std::nullopt;
}

/// Options of the command and those above it, with their dashes; hidden ones too.
std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command = &app; command; command = command->get_parent()) {
        for (const CLI::Option* option : command->get_options()) {
            for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        }
    }
    return names;
}

std::optional<std::string> nearest_of(std::string_view word,
                                      const std::vector<std::string>& names) {
    const std::vector<std::string_view> views(names.begin(), names.end());
    return nearest(word, views);
}

std::string help_advice(const CLI::App& command) {
    return "see `" + full_name(command) + " --help`";
}

std::string unknown_option_text(const CLI::App& command, const std::string& argument) {
    const std::string name = argument.substr(0, argument.find('='));
    const std::vector<std::string> names = options_of(command);
    if (std::ranges::find(names, name) != names.end()) {
        return name + " comes before the command that has it; write `" + full_name(command) + " " +
               name + "`";
    }
    const std::string what = "there is no option " + name + "; ";
    const auto meant = nearest_of(name, names);
    return what + (meant ? "did you mean " + *meant + "?" : help_advice(command));
}

bool needs_command(const CLI::App& command) {
    return command.get_require_subcommand_min() > 0;
}

}  // namespace

const CLI::App& recognized_command(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app : recognized_command(*chosen.front());
}

bool lacks_command(const CLI::App& app) {
    return needs_command(recognized_command(app)) && !unknown_argument(app);
}

std::string unknown_command_text(const CLI::App& app, const std::string& name) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) {
        if (!command->get_group().empty()) names.push_back(command->get_name());
    }
    const auto meant = nearest_of(name, names);
    return "there is no command \"" + name + "\"; " +
           (meant ? "did you mean `" + full_name(app) + " " + *meant + "`?" : help_advice(app));
}

std::string usage_error_text(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = recognized_command(app);
    if (const auto argument = unknown_argument(app)) {
        if (argument->size() > 1 && argument->starts_with('-')) {
            return unknown_option_text(command, *argument);
        }
        if (needs_command(command)) return unknown_command_text(command, *argument);
        return "\"" + *argument + "\" is one argument too many; " + help_advice(command);
    }
    return std::string(error.what()) + "; " + help_advice(command);
}

}  // namespace onnxhub
