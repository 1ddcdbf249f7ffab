// SPDX-License-Identifier: Apache-2.0
// What parsing the command line chooses and main() runs.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

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
};

/// Where a command's words go: results to `out` and nothing else, which may be a pipe.
struct Streams {
    std::ostream& out;
    std::ostream& err;
    const GlobalOptions& options;
    bool err_is_terminal = false;
    bool out_is_terminal = false;
};

using Command = std::function<ExitCode(const Streams&)>;

/// `text` as one line that gives no commands to a terminal or to the runner of a workflow: control
/// characters and bytes that are not UTF-8 become \xNN, and "##[" is broken up. Applying it twice
/// changes nothing, so callers need not know what was escaped before.
std::string escaped_line(const std::string& text);

/// A line for a person on `err`, unless --quiet: "onnxhub: <text>", as escaped_line() gives it.
void note(const Streams& streams, const std::string& text);

/// The same for an error, which --quiet shows too: "onnxhub: error: <text>".
void print_error(std::ostream& err, const std::string& text);

/// Writes diagnostics to `err`, one line each: "onnxhub: error: README.md:12: …; …". Notes only
/// with
/// --verbose, warnings not with --quiet, and equal lines once.
void print(const Streams& streams, const Diagnostics& diagnostics);

void add_add_command(CLI::App& app, Command& chosen);
void add_bundle_command(CLI::App& app, Command& chosen);
void add_cache_command(CLI::App& app, Command& chosen);
void add_diff_command(CLI::App& app, Command& chosen);
void add_export_command(CLI::App& app, Command& chosen);
void add_generate_command(CLI::App& app, Command& chosen);
void add_info_command(CLI::App& app, Command& chosen);
void add_init_command(CLI::App& app, Command& chosen);
void add_inspect_command(CLI::App& app, Command& chosen);
void add_list_command(CLI::App& app, Command& chosen);
void add_load_command(CLI::App& app, Command& chosen);
void add_load_composite_command(CLI::App& app, Command& chosen);
void add_lock_command(CLI::App& app, Command& chosen);
void add_merge_command(CLI::App& app, Command& chosen);
void add_merge_driver_command(CLI::App& app, Command& chosen);
void add_serve_command(CLI::App& app, Command& chosen);
void add_validate_command(CLI::App& app, Command& chosen);

}  // namespace onnxhub
