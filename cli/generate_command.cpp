// SPDX-License-Identifier: Apache-2.0
// `onnxhub generate`: generate the manifest of a repository.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "base/byte_source.h"
#include "base/environment.h"
#include "cli/command.h"
#include "cli/generation_report.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/index_options.h"
#include "cli/interruption.h"
#include "cli/kept_inference.h"
#include "cli/peek_options.h"
#include "cli/shard_options.h"
#include "generator/hub_generation.h"
#include "hosting/client/user_config.h"
#include "manifest/manifest_difference.h"
#include "manifest/manifest_reader.h"
#include "model/onnx_worker.h"
#include "model/shape_inference.h"
#include "validator/ignored_findings.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct GenerateArguments {
    std::string hub_root;
    std::optional<std::string> revision;
    std::optional<std::string> output;
    std::optional<std::string> settings_file;
    std::optional<std::string> carry;
    std::optional<std::string> base;
    std::optional<std::string> single_path;
    std::optional<std::string> index_folder;
    std::size_t index_roots = kept_index_roots;
    std::vector<std::string> exclude;
    Target target = Target::all;
    std::optional<Shard> shard;
    std::optional<std::uint64_t> max_disk_bytes;
    PeekArguments peek;
    std::optional<std::string> resume_file;
    std::optional<unsigned> jobs;
    bool discover = false;
    bool fetch = false;
    bool drop = false;
    bool rehash = false;
    bool check = false;
    bool json = false;
    bool allow_removals = false;
};

/// Whether the command writes the hub's own manifest. Only then it needs the hub's lock.
bool changes_hub(const GenerateArguments& arguments) {
    if (arguments.check) return false;
    if (!arguments.output) return !arguments.revision && !arguments.shard;
    return *arguments.output != "-" && is_manifest_of(arguments.hub_root, *arguments.output);
}

/// The URLs are untrusted, so they lead to the public internet and hosts that the user names.
ElsewhereOptions elsewhere_options() {
    ElsewhereOptions options;
    options.http.policy = address_policy_of(read_user_config(process_environment));
    options.http.user_agent = "onnxhub/" ONNXHUB_VERSION;
    options.http.is_stopped = is_interrupted;
    options.state_folder = default_state_folder(process_environment);
    return options;
}

GenerationRequest generation_request(const GenerateArguments& arguments) {
    GenerationRequest request;
    request.folder = arguments.hub_root;
    request.revision = arguments.revision;
    request.settings_file = arguments.settings_file;
    request.carry_file = arguments.carry;
    request.base = arguments.base;
    request.target = arguments.target;
    request.single_path = arguments.single_path.value_or("");
    request.exclude = arguments.exclude;
    request.shard = arguments.shard;
    if (arguments.fetch) {
        request.fetch = {arguments.drop, arguments.max_disk_bytes, arguments.resume_file};
        request.fetch_elsewhere = elsewhere_options();
    }
    request.peek = peek_request(arguments.peek);
    request.discover = arguments.discover;
    request.rehash = arguments.rehash;
    request.jobs = arguments.jobs.value_or(0);
    request.locks_hub = changes_hub(arguments);
    return request;
}

/// Prints the entries that `generate` would change.
ExitCode print_differences(const GeneratedHub& hub, bool has_errors, bool as_json,
                           const Streams& streams) {
    const ManifestUpdate& update = hub.result.update;
    if (update.text == hub.present_text) {
        if (as_json) write_json(streams, json_text(to_json(std::vector<EntryDifference>())) + "\n");
        note(streams, fmt::format("{} is up to date, {}", manifest_file_name,
                                  entry_count(update.entry_count)));
        return has_errors ? ExitCode::findings : ExitCode::done;
    }
    const ManifestDocument nothing;
    const ManifestDocument after = read_manifest(update.text, "the new manifest");
    const auto differences = compare_manifests(hub.present ? *hub.present : nothing, after);
    if (as_json) write_json(streams, json_text(to_json(differences)) + "\n");
    for (const EntryDifference& difference : differences) {
        if (!as_json) write_lines(streams, to_text(difference) + "\n");
    }
    note(streams, differences.empty()
                      ? fmt::format("{} differs in order or format only; run `onnxhub generate` to "
                                    "rewrite it",
                                    manifest_file_name)
                      : fmt::format("{} is out of date in {}; run `onnxhub generate` and "
                                    "commit the result",
                                    manifest_file_name, entry_count(differences.size())));
    return ExitCode::findings;
}

/// Parts and manifests of other revisions go to standard output by default, so that they do not
/// replace the hub's manifest.
std::string output_of(const GenerateArguments& arguments) {
    if (arguments.output) return *arguments.output;
    if (arguments.revision || arguments.shard) return "-";
    return (fs::path(arguments.hub_root) / std::string(manifest_file_name))
        .lexically_normal()
        .string();
}

ExitCode write_part(const GenerateArguments& arguments, const ManifestPart& part, bool has_errors,
                    const Streams& streams) {
    const bool has_unmade = std::ranges::any_of(
        part.rows, [](const RowResult& row) { return row.missing && !row.missing->has_entry; });
    write_document(streams, output_of(arguments), part_text(part),
                   fmt::format("shard {} of the manifest, {}", to_text(part.shard),
                               entry_count(part.rows.size())));
    return has_errors || has_unmade ? ExitCode::findings : ExitCode::done;
}

ExitCode write_manifest(const GenerateArguments& arguments, const GeneratedHub& hub,
                        bool has_errors, const Streams& streams) {
    print_result(streams, hub.result);
    has_errors |= has_unmade_entries(hub.result);
    if (arguments.check) return print_differences(hub, has_errors, arguments.json, streams);
    const ManifestUpdate& update = hub.result.update;
    if (hub.present && !arguments.allow_removals &&
        refuses_removals(streams, update, hub.present->entries.size())) {
        return ExitCode::findings;
    }
    write_document(streams, output_of(arguments), update.text, entry_count(update.entry_count));
    if (hub.present && update.text != hub.present_text && output_of(arguments) != "-") {
        print_entry_changes(streams, *hub.present, update);
    }
    if (changes_hub(arguments)) warn_of_old_statement(arguments.hub_root, update.text, streams);
    if (arguments.index_folder) {
        const IndexFolderOptions options{
            *arguments.index_folder, {}, arguments.index_roots, check_interruption};
        note(streams,
             index_report_text(write_index_folder(update.text, "the new manifest", options)));
    }
    return has_errors ? ExitCode::findings : ExitCode::done;
}

ExitCode run_generate(const GenerateArguments& arguments, const Streams& streams) {
    catch_interruptions();
    const auto inference = kept_shape_inference(std::make_shared<OnnxWorkers>());
    HubPrinter printer(streams);
    std::optional<GeneratedHub> hub;
    bool has_errors = false;
    std::size_t accepted = 0;
    printer.run([&](Diagnostics& diagnostics) {
        hub = generate_hub(generation_request(arguments), inference.get(), &printer.progress(),
                           printer, diagnostics);
        has_errors = diagnostics.has_errors();
        accepted = remove_accepted_warnings(hub->ignored_rules, diagnostics);
    });
    if (accepted > 0) {
        note(streams, fmt::format("{} warning{} accepted by [[validate.ignore]]", accepted,
                                  accepted == 1 ? " is" : "s are"));
    }
    if (arguments.peek.is_dry && hub->peeked) {
        print_peek_estimate(streams, *hub->peeked);
        return ExitCode::done;
    }
    if (hub->peeked) note(streams, "graphs read from servers: " + peek_text(*hub->peeked));
    if (hub->part) return write_part(arguments, *hub->part, has_errors, streams);
    return write_manifest(arguments, *hub, has_errors, streams);
}

Target parse_target(const std::string& name) {
    if (name == "all") return Target::all;
    if (name == "diff") return Target::diff;
    if (name == "single") return Target::single;
    throw CLI::ValidationError("--target", "\"" + name + "\" is not one of all, diff, single");
}

/// Checks what depends on the value of --target. CLI11 checks all other combinations.
void check_target(const GenerateArguments& arguments) {
    if (arguments.target == Target::single && !arguments.single_path) {
        throw CLI::ValidationError("--target single requires --path MODEL_PATH");
    }
    if (arguments.target != Target::single && arguments.single_path) {
        throw CLI::ValidationError("--path requires --target single");
    }
    if (arguments.shard && arguments.target != Target::all) {
        throw CLI::ValidationError("--shard requires --target all");
    }
}

}  // namespace

void add_generate_command(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<GenerateArguments>();
    CLI::App* command = app.add_subcommand("generate", "Generate the manifest from the repository");
    const auto option = [&](const char* name, auto& value, const char* type, const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    command->add_option("DIR", arguments->hub_root, hub_folder_help)->option_text("[DIR]");
    option("--rev", arguments->revision, "REV",
           "Read this commit, branch or tag instead of the working tree");
    option("-o,--output", arguments->output, "FILE",
           "Write the manifest to this file; '-' is standard output (the default with --rev)");
    command
        ->add_option_function<std::string>(
            "--target",
            [arguments](const std::string& name) { arguments->target = parse_target(name); },
            "Select the entries to regenerate (default: all)")
        ->type_name("all|diff|single");
    option("--base", arguments->base, "REV",
           "Compare with the merge base of this revision for --target diff (default: HEAD), and "
           "take from its manifest what the present one has lost");
    option("--path", arguments->single_path, "MODEL_PATH",
           "Select the model of --target single by its path");
    option("--carry", arguments->carry, "FILE",
           "Take io_ports of models that are not available locally from this manifest, by SHA-256, "
           "before those of the hub, HEAD and --base");
    CLI::Option* shard = add_shard_option(*command, arguments->shard);
    option("--settings", arguments->settings_file, "FILE",
           "Use these settings instead of the hub's onnxhub.toml");
    option("--exclude", arguments->exclude, "GLOB", "Leave out models whose path matches")
        ->allow_extra_args(false);
    option("-j,--jobs", arguments->jobs, "N", "Use N threads, 1 to 1024 (default: one per core)")
        ->check(CLI::Range(1u, 1024u));
    command->add_flag("--discover", arguments->discover,
                      "Also make entries for .onnx files that no table lists");
    CLI::Option* fetch =
        command->add_flag("--fetch", arguments->fetch,
                          "Fetch the models whose io_ports are needed with `git lfs pull`");
    CLI::Option* drop =
        command
            ->add_flag(
                "--drop", arguments->drop,
                "Delete fetched files afterwards: files stay pointers, `git status` stays clean")
            ->needs(fetch);
    add_max_disk_option(*command, arguments->max_disk_bytes)->needs(drop);
    option("--resume", arguments->resume_file, "FILE",
           "Keep the finished batches of --fetch --drop in this file, and resume from it")
        ->needs(drop);
    add_peek_options_with_dry_run(*command, arguments->peek);
    command->add_flag(
        "--rehash", arguments->rehash,
        "Read every file that is available locally, even if git's index says it is unchanged");
    command->add_flag("--allow-removals", arguments->allow_removals,
                      "Write even if more than a tenth of the entries would be removed");
    CLI::Option* check =
        command
            ->add_flag("--check", arguments->check,
                       "Write nothing; exit with status 1 and print what would change")
            ->excludes(shard);
    CLI::Option* index =
        option("--index", arguments->index_folder, "OUT",
               "Also write an index of the manifest into this directory, which a web server shows "
               "as the hub's root")
            ->excludes(shard)
            ->excludes(check);
    add_keep_index_option(*command, arguments->index_roots)->needs(index);
    command->add_flag("--json", arguments->json, "With --check, print what would change as JSON")
        ->needs(check);
    command->callback([arguments, &chosen] {
        check_target(*arguments);
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->hub_root, streams);
            return run_generate(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
