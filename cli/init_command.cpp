// SPDX-License-Identifier: Apache-2.0
// `onnxhub init`: create a hub from templates.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "base/escaping.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/kept_inference.h"
#include "cli/option_text.h"
#include "cli/short_list.h"
#include "hosting/scaffold/hub_init.h"
#include "hosting/scaffold/regenerate.h"
#include "hosting/scaffold/source_adoption.h"
#include "hosting/scaffold/table_adoption.h"
#include "manifest/diagnostic.h"
#include "model/onnx_worker.h"

namespace onnxhub {
namespace {

struct InitArguments {
    std::string folder;
    HubOutline outline;
    std::string layout = "zoo";
    bool adopts = false;
    bool adopts_with_tables = false;
    bool has_name = false;  ///< --name was given
};

void print_written(const FileTransaction& change, const Streams& streams) {
    std::string text;
    for (const std::string& path : change.written()) text += printable(path) + "\n";
    write_lines(streams, text);
}

std::string hub_name_of(const InitArguments& arguments) {
    if (arguments.has_name) return arguments.outline.name;
    std::error_code error;
    return std::filesystem::weakly_canonical(arguments.folder, error).filename().string();
}

void note_layouts(const SourceAdoption& adoption, const Streams& streams) {
    if (adoption.has_sources) {
        note(streams, "onnxhub.toml has [[source]] already and was not changed");
        return;
    }
    for (const LayoutMatch& match : adoption.choice.matches) {
        note(streams,
             fmt::format("layout \"{}\" ({}) describes {}{}", match.layout->id, match.layout->title,
                         model_count(match.models), match.is_chosen ? "" : "; not used"));
    }
    if (adoption.choice.matches.empty()) note(streams, "found no models");
}

/// Writes settings for existing models, and generates the manifest.
ExitCode adopt_by_settings(const InitArguments& arguments, const HubLock& lock, HubPrinter& printer,
                           const Streams& streams) {
    const auto inference = kept_shape_inference(std::make_shared<OnnxWorkers>());
    FileTransaction change(arguments.folder, check_interruption, &lock);
    note_layouts(adopt_with_sources(hub_name_of(arguments), 0, change), streams);
    std::size_t unmade = 0;
    printer.run([&](Diagnostics& diagnostics) {
        unmade = regenerate_manifest(change, inference.get(), &printer.progress(), diagnostics);
    });
    check_interruption();
    change.keep();
    print_written(change, streams);
    note(streams, unmade == 0
                      ? std::string("every model has an entry; review the manifest, then commit")
                      : fmt::format("{} without an entry, see above; `onnxhub sources` shows all",
                                    model_count(unmade)));
    return unmade == 0 ? ExitCode::done : ExitCode::findings;
}

/// Adds table rows for existing models, and regenerates the manifest.
ExitCode adopt_by_tables(const InitArguments& arguments, const HubLock& lock, HubPrinter& printer,
                         const Streams& streams) {
    const auto workers = std::make_shared<OnnxWorkers>();
    const auto checker = isolated_model_checker(workers);
    const auto inference = kept_shape_inference(workers);
    FileTransaction change(arguments.folder, check_interruption, &lock);
    const TableAdoption report = adopt_with_tables(*checker, inference.get(), change);
    print_short_list(streams, report.skipped,
                     [](const std::string& why) { return "skipped " + printable(why); });
    if (!report.adopted.empty()) {
        printer.run([&](Diagnostics& diagnostics) {
            regenerate_manifest(change, inference.get(), &printer.progress(), diagnostics);
        });
    }
    check_interruption();
    change.keep();
    print_written(change, streams);
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
    print_short_list(streams, report.kept, [](const std::string& path) {
        return path + " already exists and was not changed";
    });
    const bool has_models = arguments.adopts || arguments.adopts_with_tables;
    const std::string next = outline.is_flat ? "; next: onnxhub add MODEL.onnx"
                                             : "; next: onnxhub add MODEL.onnx --class FOLDER";
    note(streams, fmt::format("{}: {}{}", printable(arguments.folder),
                              report.has_committed ? "a new repository with one commit"
                                                   : "nothing was committed",
                              has_models ? "" : next));
    if (arguments.adopts_with_tables) return adopt_by_tables(arguments, lock, printer, streams);
    if (arguments.adopts) return adopt_by_settings(arguments, lock, printer, streams);
    return ExitCode::done;
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
    auto* adopt = command->add_flag("--adopt", arguments->adopts,
                                    "Describe the models of an existing repository by settings");
    command
        ->add_flag("--tables", arguments->adopts_with_tables,
                   "With --adopt: add table rows to the READMEs instead")
        ->needs(adopt);
    command->callback([arguments, command, &chosen] {
        arguments->has_name = command->count("--name") > 0;
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
