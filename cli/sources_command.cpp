// SPDX-License-Identifier: Apache-2.0
// `onnxhub sources`: show where the facts of each model come from.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/escaping.h"
#include "base/glob.h"
#include "base/quantity.h"
#include "cli/command.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/progress.h"
#include "generator/hub_sources.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

struct SourcesArguments {
    HubSourcesRequest request;
    std::string folder;
    std::vector<std::string> paths;  ///< globs; empty: all models
    bool json = false;
    bool only_left_out = false;
};

bool is_wanted(const SourcedModel& model, const SourcesArguments& arguments) {
    if (arguments.only_left_out && model.has_entry) return false;
    return arguments.paths.empty() ||
           std::ranges::any_of(arguments.paths, [&](const std::string& glob) {
               return glob_matches(glob, model.path);
           });
}

std::string model_text(const SourcedModel& model) {
    std::string text = printable(model.path) + (model.has_entry ? "\n" : ": no entry\n");
    for (const Diagnostic& problem : model.problems) {
        text += fmt::format("  {}: {}\n", name_of(problem.severity), to_text(problem));
    }
    for (const SourcedFact& fact : model.facts) {
        text += fmt::format("  {:<12}  {}  ({})\n", fact.fact, printable(fact.value),
                            printable(fact.origin));
    }
    return text;
}

JsonValue json_of(const SourcedModel& model) {
    JsonArray facts;
    for (const SourcedFact& fact : model.facts) {
        facts.push_back(json_object({{"fact", json_string(std::string(fact.fact))},
                                     {"value", json_string(fact.value)},
                                     {"from", json_string(fact.origin)}}));
    }
    JsonArray problems;
    for (const Diagnostic& problem : model.problems) {
        problems.push_back(
            json_object({{"severity", json_string(std::string(name_of(problem.severity)))},
                         {"rule", json_string(problem.rule)},
                         {"message", json_string(to_text(problem))}}));
    }
    JsonValue has_entry;
    has_entry.data = model.has_entry;
    return json_object({{"model_path", json_string(model.path)},
                        {"model", json_string(model.name)},
                        {"has_entry", std::move(has_entry)},
                        {"facts", json_array(std::move(facts))},
                        {"problems", json_array(std::move(problems))}});
}

void print_models(const HubSources& sources, const SourcesArguments& arguments,
                  const Streams& streams) {
    if (!arguments.json) {
        std::string text;
        for (const SourcedModel& model : sources.models) {
            if (is_wanted(model, arguments)) text += model_text(model);
        }
        write_lines(streams, text);
        return;
    }
    JsonArray models;
    for (const SourcedModel& model : sources.models) {
        if (is_wanted(model, arguments)) models.push_back(json_of(model));
    }
    write_lines(streams, json_text(json_array(std::move(models))) + "\n");
}

ExitCode run_sources(const SourcesArguments& arguments, const Streams& streams) {
    catch_interruptions();
    HubPrinter printer(streams);
    HubSources sources;
    printer.run([&](Diagnostics& diagnostics) {
        sources = read_hub_sources(arguments.request, &printer.progress());
        diagnostics.append(sources.diagnostics);
    });
    print_models(sources, arguments, streams);
    const std::size_t left_out = sources.models.size() - sources.entries;
    note(streams,
         fmt::format("{}: {} with an entry, {} without", model_count(sources.models.size()),
                     with_thousands(sources.entries), with_thousands(left_out)));
    return left_out == 0 ? ExitCode::done : ExitCode::findings;
}

}  // namespace

void add_sources_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<SourcesArguments>();
    CLI::App* command = app.add_subcommand(
        "sources", "Show where the facts of each model come from, and why models are left out");
    command->add_option("DIR", arguments->folder, hub_folder_help)->option_text("[DIR]");
    command
        ->add_option("--path", arguments->paths, "Only models whose path matches; can be repeated")
        ->type_name("GLOB");
    command->add_flag("--left-out", arguments->only_left_out, "Only models without an entry");
    command->add_option("--rev", arguments->request.revision, "Read this commit, branch or tag")
        ->type_name("REV");
    command
        ->add_option("--settings", arguments->request.settings_file,
                     "Read this file instead of the hub's onnxhub.toml")
        ->type_name("FILE");
    command->add_option("--jobs", arguments->request.jobs, "Threads (default: one per processor)")
        ->type_name("N");
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->folder, streams);
            arguments->request.folder = arguments->folder;
            return run_sources(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
