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
    std::optional<std::size_t> limit;
};

/// Models of a hub with an index that are printed without --limit.
constexpr std::size_t first_models = 100;

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
    for (const ManifestEntry* model : models) entries.push_back(entry_text(model->json()));
    return manifest_text(entries) + "\n";
}

void print_models(const std::vector<const ManifestEntry*>& models, std::uint64_t all,
                  const std::string& format, const Streams& streams) {
    if (format == "json") {
        write_json(streams, list_json(models));
    } else {
        write_lines(streams, list_table(models, terminal_width(streams)));
    }
    note(streams, fmt::format("{} of {} models", models.size(), all));
}

void note_more(std::uint64_t matching, std::size_t printed, const Streams& streams) {
    if (matching <= printed) return;
    note(streams, fmt::format("{} models match; --limit N prints more of them", matching));
}

/// The posting as an entry, with what a table shows.
ManifestEntry entry_of(const IndexPosting& posting) {
    ManifestEntry entry;
    entry.entry.emplace();
    entry.entry->model = posting.model;
    entry.entry->model_path = posting.path;
    entry.entry->onnx_version = posting.onnx_version;
    entry.entry->opset_version = posting.opset;
    entry.entry->content.size_bytes = posting.bytes;
    entry.entry->tags = posting.tags;
    return entry;
}

/// The whole entries of these models.
std::vector<ManifestEntry> whole_entries(HubClient& client,
                                         const std::vector<IndexPosting>& postings) {
    std::vector<ManifestEntry> entries;
    for (const IndexPosting& posting : postings) {
        for (const ManifestEntry& entry : client.manifest_of(posting.model).entries) {
            const bool is_it = entry.entry && entry.entry->model == posting.model &&
                               entry.entry->opset_version == posting.opset &&
                               entry.entry->model_path == posting.path;
            if (is_it) entries.push_back(entry);
        }
    }
    return entries;
}

void print_found(const IndexSearch& found, HubClient& client, const ListArguments& arguments,
                 const Streams& streams) {
    std::vector<ManifestEntry> entries;
    if (arguments.format == "json") {
        entries = whole_entries(client, found.models);
    } else {
        for (const IndexPosting& posting : found.models) entries.push_back(entry_of(posting));
    }
    std::vector<const ManifestEntry*> models;
    for (const ManifestEntry& entry : entries) models.push_back(&entry);
    print_models(models, client.entry_count(), arguments.format, streams);
    note_more(found.count, found.models.size(), streams);
}

/// Cuts a list at --limit, and says so.
void apply_limit(std::vector<const ManifestEntry*>& models, const ListArguments& arguments,
                 const Streams& streams) {
    if (!arguments.limit || models.size() <= *arguments.limit) return;
    note_more(models.size(), *arguments.limit, streams);
    models.resize(*arguments.limit);
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
    const std::size_t limit = arguments.limit.value_or(first_models);
    if (const auto found = client.search_index(arguments.words, limit)) {
        print_found(*found, client, arguments, streams);
        return found->models.empty() ? ExitCode::findings : ExitCode::done;
    }
    const ManifestDocument& document = client.manifest();
    auto models = search_models(document, arguments.words);
    const bool is_found = !models.empty();
    apply_limit(models, arguments, streams);
    print_models(models, client.entry_count(), arguments.format, streams);
    if (!is_found) suggest_words(arguments, document, streams);
    return is_found ? ExitCode::done : ExitCode::findings;
}

/// The only tag, if the index can answer the whole question.
const std::string* only_tag(const ModelFilter& filter) {
    const bool is_only = filter.tags.size() == 1 && !filter.model && !filter.opset &&
                         !filter.max_bytes && !filter.port_type;
    return is_only ? &filter.tags.front() : nullptr;
}

ExitCode run_list(const ListArguments& arguments, const Streams& streams) {
    HubClient client(client_options(arguments.hub, streams));
    const ModelFilter& filter = arguments.filter;
    if (const std::string* tag = only_tag(filter)) {
        const std::size_t limit = arguments.limit.value_or(first_models);
        if (const auto found = client.find_tag_in_index(*tag, limit)) {
            print_found(*found, client, arguments, streams);
            if (found->count == 0) warn(streams, fmt::format("no model has the tag \"{}\"", *tag));
            return ExitCode::done;
        }
    }
    const ManifestDocument& document =
        filter.model ? client.manifest_of(*filter.model) : client.manifest();
    auto models = list_models(document, filter);
    if (models.empty() && filter.model) {
        // An unknown name is an error. A known name without matches is not.
        find_model(client, *filter.model, {{}, {}, {}}, arguments.hub);
    }
    apply_limit(models, arguments, streams);
    print_models(models, client.entry_count(), arguments.format, streams);
    // A part of the manifest does not say which tags the hub has.
    if (!filter.model) warn_of_unknown_tags(arguments, document, streams);
    return ExitCode::done;
}

void add_format_options(CLI::App& command, const std::shared_ptr<ListArguments>& arguments) {
    command
        .add_option("--limit", arguments->limit,
                    "Print at most N models (default: all, or 100 found in a hub's index)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
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
