// SPDX-License-Identifier: Apache-2.0
// `onnxhub help`: show the help of a command.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/user_error.h"
#include "cli/command.h"
#include "cli/command_list.h"
#include "cli/help_text.h"
#include "cli/hub_options.h"
#include "cli/usage_error.h"

namespace onnxhub {
namespace {

ExitCode run_help(const std::vector<std::string>& words, const Streams& streams) {
    CLI::App program(program_summary, "onnxhub");
    GlobalOptions options;
    Command unused;
    add_global_options(program, options);
    for (const NamedCommand& command : all_commands()) command.add(program, unused);
    const CLI::App* found = &program;
    for (const std::string& word : words) {
        const auto below = found->get_subcommands([&](const CLI::App* command) {
            return command->get_name() == word && !command->get_group().empty();
        });
        if (below.empty()) throw UserError("command line: " + unknown_command_text(*found, word));
        found = below.front();
    }
    write_result(streams, help_text(*found, help_width()));
    return ExitCode::done;
}

}  // namespace

void add_help_command(CLI::App& app, Command& chosen) {
    auto words = std::make_shared<std::vector<std::string>>();
    CLI::App* command = app.add_subcommand("help", "Show the options and examples of a command");
    command->add_option("COMMAND", *words, "The command, such as load or cache prune")
        ->option_text("[COMMAND...]");
    command->callback([words, &chosen] {
        chosen = [words](const Streams& streams) { return run_help(*words, streams); };
    });
}

}  // namespace onnxhub
