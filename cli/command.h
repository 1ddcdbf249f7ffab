// SPDX-License-Identifier: Apache-2.0
// Commands: parsing the command line chooses one, main() runs it.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "base/user_error.h"
#include "cli/exit_code.h"
#include "manifest/diagnostic.h"

namespace CLI {
class App;
}

namespace onnxhub {

/// Options every command has.
struct GlobalOptions {
    bool quiet = false;
    bool verbose = false;
    bool no_progress = false;
    enum class Color { automatic, always, never } color = Color::automatic;
    bool json_messages = false;  ///< messages on standard error are JSON Lines
};

/// Output of a command. Only results go to `out`, which may be a pipe.
struct Streams {
    std::ostream& out;
    std::ostream& err;
    const GlobalOptions& options;
    bool err_is_terminal = false;
    bool out_is_terminal = false;
};

using Command = std::function<ExitCode(const Streams&)>;

/// Returns `text` as one line that neither a terminal nor a workflow's runner obeys: control
/// characters and invalid UTF-8 become \xNN, and "##[" is broken up. It is idempotent, so callers
/// may pass text that is escaped already.
std::string escaped_line(const std::string& text);

/// Prints "onnxhub: <text>" to `err`, escaped by escaped_line(), unless --quiet is given.
void note(const Streams& streams, const std::string& text);

/// The same for a note that a caller should show to its user: the level "warning" in JSON.
void warn(const Streams& streams, const std::string& text);

/// Prints "onnxhub: error: <text>", or a JSON object that names its HubProblem, also with --quiet.
void print_error(const Streams& streams, const UserError& error);

/// Prints "onnxhub: error: <text>", also with --quiet.
void print_error(std::ostream& err, const std::string& text);

/// Prints diagnostics to `err`, one line each: "onnxhub: error: README.md:12: …; …". Notes need
/// --verbose, --quiet hides warnings, and equal lines appear once.
void print(const Streams& streams, const Diagnostics& diagnostics);

void add_add_command(CLI::App& app, Command& chosen);
void add_bundle_command(CLI::App& app, Command& chosen);
void add_cache_command(CLI::App& app, Command& chosen);
void add_completion_command(CLI::App& app, Command& chosen);
void add_diff_command(CLI::App& app, Command& chosen);
void add_explain_command(CLI::App& app, Command& chosen);
void add_export_command(CLI::App& app, Command& chosen);
void add_generate_command(CLI::App& app, Command& chosen);
void add_help_command(CLI::App& app, Command& chosen);
void add_info_command(CLI::App& app, Command& chosen);
void add_init_command(CLI::App& app, Command& chosen);
void add_inspect_command(CLI::App& app, Command& chosen);
void add_sources_command(CLI::App& app, Command& chosen);
void add_key_command(CLI::App& app, Command& chosen);
void add_list_command(CLI::App& app, Command& chosen);
void add_load_command(CLI::App& app, Command& chosen);
void add_load_composite_command(CLI::App& app, Command& chosen);
void add_lock_command(CLI::App& app, Command& chosen);
void add_merge_command(CLI::App& app, Command& chosen);
void add_merge_driver_command(CLI::App& app, Command& chosen);
void add_remove_command(CLI::App& app, Command& chosen);
void add_rename_command(CLI::App& app, Command& chosen);
void add_search_command(CLI::App& app, Command& chosen);
void add_serve_command(CLI::App& app, Command& chosen);
void add_sign_command(CLI::App& app, Command& chosen);
void add_trust_command(CLI::App& app, Command& chosen);
void add_validate_command(CLI::App& app, Command& chosen);
void add_verify_command(CLI::App& app, Command& chosen);

}  // namespace onnxhub
