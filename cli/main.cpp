// SPDX-License-Identifier: Apache-2.0
// The program: chooses a command, runs it, and converts its result to an exit status.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "base/terminal_size.h"
#include "base/user_error.h"
#include "cli/build_commit.h"
#include "cli/command.h"
#include "cli/command_list.h"
#include "cli/completion_command.h"
#include "cli/help_text.h"
#include "cli/usage_error.h"
#include "cli/version_report.h"

namespace {

using namespace onnxhub;

/// The command that the arguments name after global options; null when there is none.
const NamedCommand* command_of(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--color" || argument == "--message-format") {
            ++i;  // its value
        } else if (!argument.starts_with('-')) {
            for (const NamedCommand& command : all_commands()) {
                if (command.name == argument) return &command;
            }
            return nullptr;
        }
    }
    return nullptr;
}

/// Adds only the named command, because describing all commands to CLI11 takes longer than a short
/// command runs. Without a valid name it adds all, because help and error messages list them.
void add_commands(CLI::App& app, Command& chosen, const NamedCommand* named) {
    if (named) return named->add(app, chosen);
    for (const NamedCommand& command : all_commands()) command.add(app, chosen);
}

int status_of(ExitCode code) {
    return static_cast<int>(code);
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    if (lacks_command(app)) {
        std::cerr << help_text(recognized_command(app), help_width());
        return status_of(ExitCode::unusable);
    }
    // print_error() escapes it: arguments may contain untrusted names of branches and files.
    print_error(std::cerr, "command line: " + usage_error_text(app, error));
    return status_of(ExitCode::unusable);
}

bool wants_version_report(const std::vector<std::string_view>& arguments) {
    if (arguments.size() != 2) return false;
    const auto has = [&](std::string_view option) {
        return arguments[0] == option || arguments[1] == option;
    };
    return has("--version") && (has("--verbose") || has("-v"));
}

int run(const Command& chosen, const GlobalOptions& options) {
    GlobalOptions effective = options;
    if (std::getenv("NO_COLOR") && effective.color == GlobalOptions::Color::automatic) {
        effective.color = GlobalOptions::Color::never;  // https://no-color.org
    }
    const Streams streams{std::cout, std::cerr, effective, is_terminal(StandardStream::errors),
                          is_terminal(StandardStream::output)};
    try {
        return status_of(chosen(streams));
    } catch (const Interrupted&) {
        std::cerr << "onnxhub: interrupted; files are unchanged\n";
        return status_of(ExitCode::interrupted);
    } catch (const UserError& error) {
        print_error(streams, error);
    } catch (const std::bad_alloc&) {
        print_error(streams, UserError("not enough memory; use fewer --jobs"));
    } catch (const std::exception& error) {
        print_error(streams,
                    UserError(std::string(error.what()) + "; please report this as a bug"));
    }
    return status_of(ExitCode::unusable);
}

}  // namespace

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
        std::cout << program_version << '\n';
        return status_of(ExitCode::done);
    }
    if (wants_version_report({argv + 1, argv + argc})) {
        std::cout << version_report(build_commit);
        return status_of(ExitCode::done);
    }
    if (argc > 1 && completion_request == argv[1]) {
        return status_of(print_completions({argv + 2, argv + argc}, std::cout));
    }
    CLI::App app(program_summary, "onnxhub");
    GlobalOptions options;
    Command chosen;
    add_global_options(app, options);
    add_commands(app, chosen, command_of(argc, argv));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error);
    }
    return run(chosen, options);
}
