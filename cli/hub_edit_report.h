// SPDX-License-Identifier: Apache-2.0
// Prints and applies what `remove` and `rename` change.
#pragma once

#include <functional>
#include <string>

#include "cli/command.h"
#include "hosting/scaffold/hub_edit.h"

namespace CLI {
class App;
}

namespace onnxhub {

struct HubEditArguments {
    std::string hub;  ///< folder; "": the hub that contains the current directory
    bool force = false;
    bool is_dry_run = false;
};

/// --folder, --force and --dry-run. `force_help` says what --force does.
void add_hub_edit_options(CLI::App& command, HubEditArguments& arguments, const char* force_help);

/// Makes the plan under the hub's lock and applies it, or with --dry-run only prints it: one line
/// for each file on standard output. `done` is the note at the end.
ExitCode run_hub_edit(const HubEditArguments& arguments,
                      const std::function<HubEdit(FileTransaction& change, EditedTree& edit,
                                                  Diagnostics& diagnostics)>& plan,
                      const std::function<std::string(const HubEdit& edit)>& done,
                      const Streams& streams);

}  // namespace onnxhub
