// SPDX-License-Identifier: Apache-2.0
// `onnxhub list` and `onnxhub search`: list the models of a hub.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/escaping.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/option_text.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "hosting/client/model_query.h"

namespace onnxhub {
namespace {

struct ListArguments {
    HubArguments hub;
    ModelFilter filter = {{}, {}, {}, {}, {}};
    std::string format = "table";
    std::vector<std::string> words;  ///< of `search`
};

/// Size of a download: the model and its external data.
std::string model_size(const Entry& entry) {
    const auto bytes = stated_bytes(entry);
    return bytes ? human_bytes(*bytes) : "?";
}

/// Columns are as wide as their widest cell. Tags fill the rest of the width and wrap.
std::string list_table(const std::vector<const ManifestEntry*>& models,
                       std::optional<std::size_t> width) {
    constexpr std::size_t widest_name = 48;  // a longer name shifts only its own line
    std::size_t names = 5;
    for (const ManifestEntry* model : models) {
        names = std::max(names, std::min(columns_of(printable(model->entry->model)), widest_name));
    }
    std::string text = fmt::format("{:{}}  {:>5}  {:7}  {:>9}  {}\n", "model", names, "opset",
                                   "ONNX", "size", "tags");
    for (const ManifestEntry* model : models) {
        const Entry& entry = *model->entry;
        text += wrapped(
            fmt::format("{:{}}  {:>5}  {:7}  {:>9}  ", printable(entry.model), names,
                        entry.opset_version, printable(entry.onnx_version), model_size(entry)),
            printable(fmt::format("{}", fmt::join(entry.tags, ", "))), width);
    }
    return text;
}

std::string list_json(const std::vector<const ManifestEntry*>& models) {
    std::vector<std::string> entries;
    for (const ManifestEntry* model : models) entries.push_back(entry_text(model->json));
    return manifest_text(entries) + "\n";
}

void print_models(const std::vector<const ManifestEntry*>& models, std::size_t all,
                  const std::string& format, const Streams& streams) {
    if (format == "json") {
        write_json(streams, list_json(models));
    } else {
        write_lines(streams, list_table(models, terminal_width(streams)));
    }
    note(streams, fmt::format("{} of {} models", models.size(), all));
}

/// Names similar words of the hub for each word that no model has.
void suggest_words(const ListArguments& arguments, const ManifestDocument& document,
                   const Streams& streams) {
    for (const std::string& word : arguments.words) {
        if (!search_models(document, {word}).empty()) continue;
        const auto near = near_words(document, word);
        if (near.empty()) continue;
        note(streams,
             fmt::format("no model has \"{}\"; did you mean {}?", word, fmt::join(near, ", ")));
    }
}

/// Warns of tags that no model has.
void warn_of_unknown_tags(const ListArguments& arguments, const ManifestDocument& document,
                          const Streams& streams) {
    for (const std::string& tag : arguments.filter.tags) {
        ModelFilter filter{{}, {tag}, {}, {}, {}};
        if (!list_models(document, filter).empty()) continue;
        const auto near = near_tags(document, tag);
        warn(streams,
             fmt::format(
                 "no model has the tag \"{}\"{}", tag,
                 near.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(near, ", "))));
    }
}

ExitCode run_search(const ListArguments& arguments, const Streams& streams) {
    HubClient client(client_options(arguments.hub, streams));
    const ManifestDocument& document = client.manifest();
    const auto models = search_models(document, arguments.words);
    print_models(models, document.entries.size(), arguments.format, streams);
    if (models.empty()) suggest_words(arguments, document, streams);
    return models.empty() ? ExitCode::findings : ExitCode::done;
}

ExitCode run_list(const ListArguments& arguments, const Streams& streams) {
    HubClient client(client_options(arguments.hub, streams));
    const ManifestDocument& document = client.manifest();
    const auto models = list_models(document, arguments.filter);
    if (models.empty() && arguments.filter.model) {
        // An unknown name is an error. A known name without matches is not.
        find_model(document, *arguments.filter.model, {{}, {}, {}}, arguments.hub);
    }
    print_models(models, document.entries.size(), arguments.format, streams);
    warn_of_unknown_tags(arguments, document, streams);
    return ExitCode::done;
}

void add_format_options(CLI::App& command, const std::shared_ptr<ListArguments>& arguments) {
    CLI::Option* format =
        command
            .add_option("--format", arguments->format, "Print as table or json (default: table)")
            ->type_name("table|json")
            ->check(CLI::IsMember({"table", "json"}));
    add_json_flag(command, format, [arguments] { arguments->format = "json"; });
}

}  // namespace

void add_search_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<ListArguments>();
    CLI::App* command =
        app.add_subcommand("search", "Find models of a hub by name, tag, task or description");
    command
        ->add_option("TEXT", arguments->words,
                     "Words that a model must have, each in its name, path, tags, task, "
                     "description, author or license")
        ->option_text("TEXT...")
        ->required();
    add_hub_options(*command, arguments->hub);
    add_format_options(*command, arguments);
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            choose_hub_here(arguments->hub, streams);
            return run_search(*arguments, streams);
        };
    });
}

void add_list_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<ListArguments>();
    CLI::App* command = app.add_subcommand("list", "List the models of a hub");
    command->add_option("NAME", arguments->filter.model, "List only models with this name")
        ->option_text("[NAME]");
    add_hub_options(*command, arguments->hub);
    command->add_option("--tag", arguments->filter.tags, "List only models with one of these tags")
        ->type_name("TAG,…")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--opset", arguments->filter.opset, "List only models with this opset")
        ->type_name("N");
    command
        ->add_option("--max-bytes", arguments->filter.max_bytes, "List only models up to this size")
        ->type_name("BYTES");
    command
        ->add_option("--port-type", arguments->filter.port_type,
                     "List only models with an input or output of this type, such as int64")
        ->type_name("TYPE");
    add_format_options(*command, arguments);
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            choose_hub_here(arguments->hub, streams);
            return run_list(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
