// SPDX-License-Identifier: Apache-2.0
// `onnxhub init`: create a hub from templates.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/escaping.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/option_text.h"
#include "hosting/scaffold/hub_adopt.h"
#include "hosting/scaffold/hub_init.h"
#include "hosting/scaffold/regenerate.h"
#include "manifest/diagnostic.h"
#include "model/onnx_worker.h"

namespace onnxhub {
namespace {

struct InitArguments {
    std::string folder;
    HubOutline outline;
    std::string layout = "zoo";
    bool adopts = false;
};

/// Adds table rows for existing models, and regenerates the manifest.
ExitCode adopt(const InitArguments& arguments, const HubLock& lock, HubPrinter& printer,
               const Streams& streams) {
    const auto workers = std::make_shared<OnnxWorkers>();
    const auto checker = isolated_model_checker(workers);
    const auto inference = isolated_shape_inference(workers);
    FileTransaction change(arguments.folder, check_interruption, &lock);
    const AdoptReport report = adopt_models(*checker, inference.get(), change);
    for (const std::string& why : report.skipped) note(streams, "skipped " + printable(why));
    if (!report.adopted.empty()) {
        printer.run([&](Diagnostics& diagnostics) {
            regenerate_manifest(change, inference.get(), &printer.progress(), diagnostics);
        });
    }
    check_interruption();
    change.keep();
    std::string text;
    for (const std::string& path : change.written()) text += printable(path) + "\n";
    write_lines(streams, text);
    note(streams,
         fmt::format("added rows for {} models; review them, then commit", report.adopted.size()));
    return report.skipped.empty() ? ExitCode::done : ExitCode::findings;
}

ExitCode run_init(const InitArguments& arguments, const Streams& streams) {
    catch_interruptions();
    make_hub_folder(arguments.folder);
    HubPrinter printer(streams);
    const HubLock lock = lock_hub(arguments.folder, printer);
    HubOutline outline = arguments.outline;
    outline.is_flat = arguments.layout == "flat";
    const InitReport report = init_hub(arguments.folder, outline);
    std::string text;
    for (const std::string& path : report.made) text += path + "\n";
    write_lines(streams, text);
    for (const std::string& path : report.kept) {
        note(streams, path + " already exists and was not changed");
    }
    note(streams, fmt::format("{}: {}; next: onnxhub add MODEL.onnx{}", printable(arguments.folder),
                              report.has_committed ? "a new repository with one commit"
                                                   : "nothing was committed",
                              outline.is_flat ? "" : " --class FOLDER"));
    return arguments.adopts ? adopt(arguments, lock, printer, streams) : ExitCode::done;
}

}  // namespace

void add_init_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<InitArguments>();
    CLI::App* command = app.add_subcommand("init", "Create a hub from templates");
    command
        ->add_option("DIR", arguments->folder, "Directory of the hub; created if it does not exist")
        ->required();
    const auto option = [command](const char* name, auto& value, const char* type,
                                  const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    option("--name", arguments->outline.name, "TEXT",
           "Set the title of the hub (default: Model hub)");
    CLI::Option* owner = option("--owner", arguments->outline.owner, "NAME",
                                "Name the maintainers: a team, or the owner on GitHub");
    option("--repository", arguments->outline.repository, "NAME",
           "Set the repository's name on GitHub, below --owner; omit it for other hosts")
        ->needs(owner);
    option("--licence", arguments->outline.licence, "TEXT",
           "Set one licence for all models (default: each model's README states its own)");
    option("--layout", arguments->layout, "zoo|flat",
           "Use one directory per model class (zoo) or one for all (flat) (default: zoo)")
        ->check(CLI::IsMember({"zoo", "flat"}));
    command->add_flag("--adopt", arguments->adopts, "Add table rows for existing .onnx files");
    command->callback([arguments, command, &chosen] {
        require_one_line("--name", arguments->outline.name);
        for (const auto& [name, text] :
             {std::pair("--owner", arguments->outline.owner),
              std::pair("--repository", arguments->outline.repository)}) {
            if (text) require_one_line(name, *text);
        }
        if (command->count("--licence") > 0) {
            require_one_line("--licence", arguments->outline.licence);
        }
        chosen = [arguments](const Streams& streams) { return run_init(*arguments, streams); };
    });
}

}  // namespace onnxhub
