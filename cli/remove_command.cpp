// SPDX-License-Identifier: Apache-2.0
// `onnxhub remove`: take models out of a hub.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/escaping.h"
#include "cli/command.h"
#include "cli/hub_edit_report.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_printer.h"
#include "hosting/scaffold/hub_removal.h"

namespace onnxhub {
namespace {

struct RemoveArguments {
    HubEditArguments edit;
    RemoveRequest request;
};

std::string removal_summary(const HubEdit& edit) {
    const std::string what = edit.models.size() == 1 ? printable(to_text(edit.models.front()))
                                                     : model_count(edit.models.size());
    return what + " removed; review it with `git status` and `git diff`, then commit";
}

ExitCode run_remove(RemoveArguments& arguments, const Streams& streams) {
    arguments.request.force = arguments.edit.force;
    arguments.request.is_dry = arguments.edit.is_dry_run;
    return run_hub_edit(
        arguments.edit,
        [&](FileTransaction& change, EditedTree& edit, Diagnostics&) {
            return plan_removal(arguments.request, change, edit);
        },
        removal_summary, streams);
}

}  // namespace

void add_remove_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<RemoveArguments>();
    CLI::App* command = app.add_subcommand(
        "remove", "Take models out of a hub: files, table rows and manifest entries");
    command
        ->add_option("NAME|PATH", arguments->request.models,
                     "Remove these models: NAME, NAME@OPSET, or the path of a file. Files that "
                     "another model uses are kept")
        ->option_text("NAME|PATH...")
        ->required();
    command->add_flag("--all-versions", arguments->request.all_versions,
                      "Remove all versions of a NAME that has several");
    add_hub_edit_options(*command, arguments->edit,
                         "Also remove files that have uncommitted changes, which git could not "
                         "restore");
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->edit.hub, streams);
            return run_remove(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
