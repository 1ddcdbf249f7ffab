// SPDX-License-Identifier: Apache-2.0
// `onnxhub list` and `onnxhub search`: list the models of a hub.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/model_list.h"
#include "cli/option_text.h"
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

using Visitor = StreamedManifest::Visitor;

/// Calls its argument for models in their order, as HubClient::for_each_entry() does.
using EachModel = std::function<void(const Visitor&)>;

void note_printed(const ModelList& list, HubClient& client, const Streams& streams) {
    note(streams, fmt::format("{} of {} models", list.printed(), client.entry_count()));
}

void note_more(std::uint64_t matching, std::size_t printed, const Streams& streams) {
    if (matching <= printed) return;
    note(streams, fmt::format("{} models match; --limit N prints more of them", matching));
}

/// The posting as an entry, with what a table shows.
ManifestEntry entry_of(const IndexPosting& posting) {
    ManifestEntry entry;
    Entry stated;
    stated.model = posting.model;
    stated.model_path = posting.path;
    stated.onnx_version = posting.onnx_version;
    stated.opset_version = posting.opset;
    stated.content.size_bytes = posting.bytes;
    stated.tags = posting.tags;
    entry.entry = std::move(stated);
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
    ModelList list(arguments.format, streams);
    for (const ManifestEntry& entry : entries) list.measure(*entry.entry);
    for (const ManifestEntry& entry : entries) list.print(entry);
    list.finish();
    note_printed(list, client, streams);
    note_more(found.count, found.models.size(), streams);
}

/// The models that a question finds, in two readings: the first counts and measures them, the
/// second prints them.
class FoundModels {
public:
    using Match = std::function<bool(const Entry&)>;

    FoundModels(const ListArguments& arguments, EachModel models, Match is_match,
                const Streams& streams)
        : models_(std::move(models)),
          is_match_(std::move(is_match)),
          limit_(arguments.limit.value_or(std::numeric_limits<std::size_t>::max())),
          streams_(streams),
          list_(arguments.format, streams) {
        models_([&](const ManifestEntry& model) {
            if (is_match_(*model.entry) && count_++ < limit_) list_.measure(*model.entry);
            return true;
        });
    }

    bool is_empty() const { return count_ == 0; }

    void print(HubClient& client) {
        const std::uint64_t wanted = std::min<std::uint64_t>(count_, limit_);
        note_more(count_, wanted, streams_);
        if (wanted > 0) {
            models_([&](const ManifestEntry& model) {
                if (is_match_(*model.entry)) list_.print(model);
                return list_.printed() < wanted;
            });
        }
        list_.finish();
        note_printed(list_, client, streams_);
    }

private:
    EachModel models_;
    Match is_match_;
    std::uint64_t limit_;
    const Streams& streams_;
    std::uint64_t count_ = 0;
    ModelList list_;
};

/// Which of the words or tags of a question any model has.
class Known {
public:
    explicit Known(std::size_t count) : is_known_(count) {}

    void add(const std::vector<bool>& found) {
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (found[i]) is_known_[i] = true;
        }
    }

    /// Those that no model has.
    std::vector<std::string> missing(const std::vector<std::string>& all) const {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (!is_known_[i]) texts.push_back(all[i]);
        }
        return texts;
    }

private:
    std::vector<bool> is_known_;
};

/// For each of `texts`, similar ones of the hub. `add` adds those of one model.
std::vector<SimilarTexts> similar_of(const std::vector<std::string>& texts, HubClient& client,
                                     void (*add)(const Entry&, SimilarTexts&)) {
    std::vector<SimilarTexts> similar(texts.begin(), texts.end());
    if (texts.empty()) return similar;
    client.for_each_entry([&](const ManifestEntry& model) {
        for (SimilarTexts& one : similar) add(*model.entry, one);
        return true;
    });
    return similar;
}

/// Names similar words of the hub for each word that no model has.
void suggest_words(const std::vector<std::string>& words, HubClient& client,
                   const Streams& streams) {
    const auto similar = similar_of(words, client, add_searched_words);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto near = similar[i].found();
        if (near.empty()) continue;
        note(streams,
             fmt::format("no model has \"{}\"; did you mean {}?", words[i], fmt::join(near, ", ")));
    }
}

/// Warns of tags that no model has.
void warn_of_unknown_tags(const std::vector<std::string>& tags, HubClient& client,
                          const Streams& streams) {
    const auto similar = similar_of(tags, client, add_tags);
    for (std::size_t i = 0; i < tags.size(); ++i) {
        const auto near = similar[i].found();
        warn(streams,
             fmt::format(
                 "no model has the tag \"{}\"{}", tags[i],
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
    Known known(arguments.words.size());
    const auto has_all = [&](const Entry& entry) {
        const std::vector<bool> found = words_in(entry, arguments.words);
        known.add(found);
        return std::ranges::find(found, false) == found.end();
    };
    const EachModel all = [&](const Visitor& visit) { client.for_each_entry(visit); };
    FoundModels models(arguments, all, has_all, streams);
    models.print(client);
    if (!models.is_empty()) return ExitCode::done;
    suggest_words(known.missing(arguments.words), client, streams);
    return ExitCode::findings;
}

/// Which of `tags` the entry has.
std::vector<bool> tags_of(const Entry& entry, const std::vector<std::string>& tags) {
    std::vector<bool> found;
    for (const std::string& tag : tags) {
        found.push_back(std::ranges::any_of(entry.tags, [&](const std::string& present) {
            return equals_ignoring_case(present, tag);
        }));
    }
    return found;
}

/// The only tag, if the index can answer the whole question.
const std::string* only_tag(const ModelFilter& filter) {
    const bool is_only = filter.tags.size() == 1 && !filter.model && !filter.opset &&
                         !filter.max_bytes && !filter.port_type;
    return is_only ? &filter.tags.front() : nullptr;
}

/// Lists a model of this name. A part of the manifest does not say which tags the hub has.
ExitCode list_versions(const ListArguments& arguments, HubClient& client, const Streams& streams) {
    const ModelFilter& filter = arguments.filter;
    const auto versions = list_models(client.manifest_of(*filter.model), filter);
    if (versions.empty()) {
        // An unknown name is an error. A known name without matches is not.
        find_model(client, *filter.model, {{}, {}, {}}, arguments.hub);
    }
    const EachModel all = [&](const Visitor& visit) {
        for (const ManifestEntry* version : versions) {
            if (!visit(*version)) return;
        }
    };
    FoundModels(
        arguments, all, [](const Entry&) { return true; }, streams)
        .print(client);
    return ExitCode::done;
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
    if (filter.model) return list_versions(arguments, client, streams);
    Known known(filter.tags.size());
    const auto is_match = [&](const Entry& entry) {
        known.add(tags_of(entry, filter.tags));
        return matches(entry, filter);
    };
    const EachModel all = [&](const Visitor& visit) { client.for_each_entry(visit); };
    FoundModels(arguments, all, is_match, streams).print(client);
    warn_of_unknown_tags(known.missing(filter.tags), client, streams);
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
