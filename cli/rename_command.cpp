// SPDX-License-Identifier: Apache-2.0
// `onnxhub rename`: give models of a hub another name, or a file another path.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/ascii.h"
#include "base/escaping.h"
#include "cli/command.h"
#include "cli/hub_edit_report.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_printer.h"
#include "cli/kept_inference.h"
#include "cli/option_text.h"
#include "hosting/scaffold/hub_rename.h"
#include "model/onnx_worker.h"

namespace onnxhub {
namespace {

struct RenameArguments {
    HubEditArguments edit;
    RenameRequest request;
};

std::string rename_summary(const RenameRequest& request, const HubEdit& edit) {
    const std::string what = edit.models.size() == 1 ? printable(to_text(edit.models.front()))
                                                     : model_count(edit.models.size());
    return what + " renamed to " + printable(request.target) +
           "; review it with `git status` and `git diff`, then commit";
}

ExitCode run_rename(RenameArguments& arguments, const Streams& streams) {
    RenameRequest& request = arguments.request;
    request.force = arguments.edit.force;
    const auto inference = kept_shape_inference(std::make_shared<OnnxWorkers>());
    return run_hub_edit(
        arguments.edit,
        [&](FileTransaction& change, EditedTree& edit, Diagnostics& diagnostics) {
            return plan_rename(request, change, edit, inference.get(), nullptr, diagnostics);
        },
        [&](const HubEdit& edit) { return rename_summary(request, edit); }, streams);
}

}  // namespace

void add_rename_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<RenameArguments>();
    CLI::App* command =
        app.add_subcommand("rename", "Give models of a hub another name, or a file another path");
    command
        ->add_option(
            "OLD", arguments->request.model,
            "Rename this model: NAME (all its versions), NAME@OPSET, or the path of a file")
        ->option_text("OLD")
        ->required();
    command
        ->add_option("NEW", arguments->request.target,
                     "The new name; or a path that ends with .onnx, or a directory that ends with "
                     "/, to move the file with its external data, archive and signature")
        ->option_text("NEW")
        ->required();
    add_hub_edit_options(*command, arguments->edit,
                         "Also rename a signed file; its signature is removed");
    command->callback([arguments, &chosen] {
        require_one_line("NEW", arguments->request.target);
        arguments->request.target = std::string(trimmed(arguments->request.target, " \t"));
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->edit.hub, streams);
            return run_rename(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
