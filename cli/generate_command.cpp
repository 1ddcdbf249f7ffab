// SPDX-License-Identifier: Apache-2.0
// `onnxhub generate`: from a repository to its manifest.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "cli/command.h"
#include "cli/generation_fetch.h"
#include "cli/generation_report.h"
#include "cli/hub_folder.h"
#include "cli/hub_options.h"
#include "cli/hub_stamps.h"
#include "cli/hub_turn.h"
#include "cli/interruption.h"
#include "cli/progress.h"
#include "cli/shard_options.h"
#include "generator/generate.h"
#include "generator/manifest_part.h"
#include "manifest/hub_path.h"
#include "manifest/manifest_difference.h"
#include "model/onnx_worker.h"
#include "model/shape_inference.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct GenerateArguments {
    std::string hub_root = ".";
    std::optional<std::string> revision;
    std::optional<std::string> output;
    std::optional<std::string> settings_file;
    std::optional<std::string> carry;
    std::optional<std::string> base;
    std::optional<std::string> single_path;
    std::vector<std::string> exclude;
    Target target = Target::all;
    std::optional<Shard> shard;
    std::optional<std::uint64_t> max_disk_bytes;
    std::optional<std::string> resume_file;
    std::optional<unsigned> jobs;
    bool discover = false;
    bool fetch = false;
    bool drop = false;
    bool rehash = false;
    bool check = false;
    bool allow_removals = false;
};

/// Everything generate() is given, kept alive together.
struct Inputs {
    HubFolder hub;
    std::string present_text;
    std::optional<ManifestDocument> present;
    std::optional<ManifestDocument> carry;
    std::vector<ManifestDocument> earlier;  ///< of HEAD and of the base, where they differ
    std::unique_ptr<Tree> base;
    std::unique_ptr<ShapeInference> inference;
    GenerateOptions options;
    /// Only where the hub's own manifest is written:
    std::optional<HubLock> lock;
    std::optional<HubStamps> stamps;  ///< of the working tree
};

/// Whether the hub's own manifest is written; everything else only reads the hub.
bool changes_hub(const GenerateArguments& arguments) {
    if (arguments.check) return false;
    if (!arguments.output) return !arguments.revision && !arguments.shard;
    if (*arguments.output == "-") return false;
    std::error_code error;
    const fs::path manifest = fs::path(arguments.hub_root) / std::string(manifest_file_name);
    return fs::weakly_canonical(*arguments.output, error) ==
               fs::weakly_canonical(manifest, error) &&
           !error;
}

void open_generate_base(const GenerateArguments& arguments, Inputs& inputs,
                        Diagnostics& diagnostics) {
    if (arguments.target != Target::diff && !arguments.base) return;
    const auto& repository = inputs.hub.repository;
    if (!repository) {
        throw UserError(inputs.hub.folder.string() +
                        ": is not in a git repository, so there is nothing to compare with; "
                        "use --target all");
    }
    const CommitId head =
        inputs.hub.commit ? *inputs.hub.commit : repository->resolve_commit("HEAD");
    const CommitId base =
        repository->merge_base(repository->resolve_commit(arguments.base.value_or("HEAD")), head);
    inputs.base = repository->tree_of(base, inputs.hub.subfolder);
    if (arguments.target != Target::diff) return;  // only its manifest is of interest
    inputs.options.base = inputs.base.get();
    Diagnostics ignored_diagnostics;
    inputs.options.base_settings =
        arguments.settings_file ? read_settings(*inputs.base, arguments.settings_file, diagnostics)
                                : read_settings(*inputs.base, std::nullopt, ignored_diagnostics);
}

/// The manifest of an earlier state, when it is another one and can be read: it only adds to what
/// the present one knows.
void add_earlier(const Tree& tree, Inputs& inputs) {
    try {
        const auto text = read_hub_file(tree, std::string(manifest_file_name), json_size_limit);
        if (!text || *text == inputs.present_text) return;
        auto parsed = parse_manifest(*text);
        if (auto* document = std::get_if<ManifestDocument>(&parsed)) {
            inputs.earlier.push_back(std::move(*document));
        }
    } catch (const UserError&) {  // such as a blob that a partial clone left out
    }
}

/// What the present manifest may have lost: a commit knows more than a file that was regenerated
/// while a table was in error.
void read_earlier(Inputs& inputs) {
    const auto& repository = inputs.hub.repository;
    if (repository && !inputs.hub.commit) {
        std::optional<CommitId> head;
        try {
            head = repository->resolve_commit("HEAD");
        } catch (const UserError&) {  // no commit yet
        }
        if (head) add_earlier(*repository->tree_of(*head, inputs.hub.subfolder), inputs);
    }
    if (inputs.base) add_earlier(*inputs.base, inputs);
}

void add_excludes(Settings& settings, const std::vector<std::string>& globs) {
    settings.exclude.insert(settings.exclude.end(), globs.begin(), globs.end());
}

std::string clean_single_path(const GenerateArguments& arguments) {
    auto clean = clean_hub_path("", *arguments.single_path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&clean)) {
        throw UserError(*arguments.single_path + ": " + unsafe->reason +
                        "; give the model's path from the hub's top folder");
    }
    return std::get<std::string>(std::move(clean));
}

Inputs read_inputs(const GenerateArguments& arguments, Diagnostics& diagnostics,
                   const Streams& streams) {
    Inputs inputs;
    if (changes_hub(arguments)) inputs.lock = wait_for_turn(arguments.hub_root, streams);
    inputs.hub = open_hub(arguments.hub_root, arguments.revision);
    if (inputs.lock && !arguments.revision) {
        inputs.stamps.emplace(inputs.hub.folder, *inputs.hub.tree);
    }
    const std::string manifest_path(manifest_file_name);
    if (auto text = read_hub_file(*inputs.hub.tree, manifest_path, json_size_limit)) {
        inputs.present_text = std::move(*text);
        inputs.present = read_manifest(inputs.present_text, manifest_path);
    }
    if (arguments.carry) {
        inputs.carry = read_manifest(read_disk_file(*arguments.carry), *arguments.carry);
    }
    GenerateOptions& options = inputs.options;
    options.settings = read_settings(*inputs.hub.tree, arguments.settings_file, diagnostics);
    options.target = arguments.target;
    options.shard = arguments.shard;
    if (arguments.target == Target::single) options.single_path = clean_single_path(arguments);
    open_generate_base(arguments, inputs, diagnostics);
    read_earlier(inputs);
    add_excludes(options.settings, arguments.exclude);
    add_excludes(options.base_settings, arguments.exclude);
    options.discover = arguments.discover || options.settings.discover;
    options.rehash = arguments.rehash;
    options.jobs = arguments.jobs.value_or(0);
    inputs.inference = isolated_shape_inference(std::make_shared<OnnxWorkers>());
    options.inference = inputs.inference.get();
    return inputs;
}

/// Pointers to what `inputs` holds are set here, after it has stopped moving.
void point_options(Inputs& inputs, HashProgress& progress) {
    GenerateOptions& options = inputs.options;
    options.present = inputs.present ? &*inputs.present : nullptr;
    options.carry = inputs.carry ? &*inputs.carry : options.present;
    for (const ManifestDocument& document : inputs.earlier) options.earlier.push_back(&document);
    options.observer = &progress;
}

ExitCode check_generate_options(const Inputs& inputs, const GenerateResult& result, bool has_errors,
                                const Streams& streams) {
    if (result.update.text == inputs.present_text) {
        note(streams, fmt::format("{} is up to date, {}", manifest_file_name,
                                  entry_count(result.update.entry_count)));
        return has_errors ? ExitCode::findings : ExitCode::done;
    }
    const ManifestDocument nothing;
    const ManifestDocument after = read_manifest(result.update.text, "the new manifest");
    const auto differences = compare_manifests(inputs.present ? *inputs.present : nothing, after);
    for (const EntryDifference& difference : differences) {
        write_lines(streams, to_text(difference) + "\n");
    }
    note(streams, differences.empty()
                      ? fmt::format("{} differs in order or format only; run `onnxhub generate` to "
                                    "write it anew",
                                    manifest_file_name)
                      : fmt::format("{} is out of date in {}; run `onnxhub generate` and "
                                    "commit the result",
                                    manifest_file_name, entry_count(differences.size())));
    return ExitCode::findings;
}

/// Where the result goes unless --output says: a part and what --rev gives aren't the hub's own.
std::string output_of(const GenerateArguments& arguments, const Inputs& inputs) {
    if (arguments.output) return *arguments.output;
    if (arguments.revision || arguments.shard) return "-";
    return (inputs.hub.folder / std::string(manifest_file_name)).lexically_normal().string();
}

/// What becomes of all rows that are asked for, with what had to be fetched.
std::vector<RowResult> make_all_rows(const GenerateArguments& arguments, Inputs& inputs,
                                     const GenerationPlan& plan, const RunIdentity& run_generate,
                                     FactStatistics& statistics, Diagnostics& diagnostics,
                                     const Streams& streams) {
    std::vector<RowResult> rows =
        make_rows(*inputs.hub.tree, plan, plan.selected, inputs.options, &statistics);
    if (arguments.fetch) {
        const FetchOptions fetch{arguments.revision, arguments.drop, arguments.max_disk_bytes,
                                 arguments.resume_file};
        fetch_missing(inputs.hub, plan, inputs.options, fetch, run_generate, rows, diagnostics,
                      streams);
    }
    return rows;
}

ExitCode write_part(const GenerateArguments& arguments, const Inputs& inputs,
                    const GenerationPlan& plan, ManifestPart part, const Streams& streams) {
    static const ManifestDocument nothing;
    part.is_complete = true;
    const ManifestDocument& present = inputs.present ? *inputs.present : nothing;
    part.present = present_entries_of(part.shard, present, plan.claims);
    part.earlier = earlier_entries_of(part.shard, inputs.options.earlier, present);
    Diagnostics told = part.diagnostics;
    bool has_unmade = false;
    for (const RowResult& row : part.rows) {
        told.append(row.diagnostics);
        has_unmade |= row.missing && !row.missing->has_entry;
    }
    print(streams, told);
    write_document(streams, output_of(arguments, inputs), part_text(part),
                   fmt::format("shard {} of the manifest, {}", to_text(part.shard),
                               entry_count(part.rows.size())));
    return told.has_errors() || has_unmade ? ExitCode::findings : ExitCode::done;
}

/// Refuses when the hub did not stay as it was while it was read.
void require_generate_state(const GenerateArguments& arguments, const Inputs& inputs,
                            const GenerationPlan& plan, const std::vector<RowResult>& rows) {
    if (inputs.lock) inputs.lock->wait_for_git();
    if (!inputs.stamps) return;
    std::vector<std::string> paths;
    for (const RowResult& row : rows) {
        if (arguments.fetch) break;  // that changes models itself
        paths.push_back(plan.rows[row.position].model_path);
        if (!row.entry) continue;
        if (row.entry->archive_path) paths.push_back(*row.entry->archive_path);
        for (const ExternalDataFile& file : row.entry->external_data) paths.push_back(file.path);
    }
    inputs.stamps->require_unchanged(paths);
}

ExitCode write_manifest(const GenerateArguments& arguments, const Inputs& inputs,
                        const GenerateResult& result, const Diagnostics& diagnostics,
                        const Streams& streams) {
    print(streams, diagnostics);
    tell_result(streams, result);
    const bool has_errors = diagnostics.has_errors() || has_unmade_entries(result);
    if (arguments.check) return check_generate_options(inputs, result, has_errors, streams);
    if (inputs.present && !arguments.allow_removals &&
        refuses_removals(streams, result.update, inputs.present->entries.size())) {
        return ExitCode::findings;
    }
    write_document(streams, output_of(arguments, inputs), result.update.text,
                   entry_count(result.update.entry_count));
    return has_errors ? ExitCode::findings : ExitCode::done;
}

ExitCode run_generate(const GenerateArguments& arguments, const Streams& streams) {
    catch_interruptions();
    Diagnostics diagnostics;
    Inputs inputs = read_inputs(arguments, diagnostics, streams);
    HashProgress progress(streams.err, streams.err_is_terminal && !streams.options.no_progress &&
                                           !streams.options.quiet);
    point_options(inputs, progress);
    GenerationPlan plan;
    try {
        plan = plan_generation(*inputs.hub.tree, inputs.options, diagnostics);
    } catch (const UserError&) {
        print(streams, diagnostics);  // they may say why, such as a README that can't be read
        throw;
    }
    ManifestPart part;
    part.shard = arguments.shard.value_or(Shard{});
    part.inputs =
        inputs_digest(plan, inputs.options.settings, inputs.present_text, state_text(inputs.hub));
    part.rows = make_all_rows(arguments, inputs, plan, {part.shard, part.inputs}, part.statistics,
                              diagnostics, streams);
    progress.finish();
    if (arguments.shard) {
        diagnostics.append(inputs.hub.tree->notes());
        part.diagnostics = std::move(diagnostics);
        return write_part(arguments, inputs, plan, std::move(part), streams);
    }
    require_generate_state(arguments, inputs, plan, part.rows);
    GenerateResult result = join_rows(plan, std::move(part.rows), inputs.options, diagnostics);
    result.statistics = part.statistics;
    diagnostics.append(inputs.hub.tree->notes());  // last, since listing the tree adds to them
    return write_manifest(arguments, inputs, result, diagnostics, streams);
}

Target parse_target(const std::string& name) {
    if (name == "all") return Target::all;
    if (name == "diff") return Target::diff;
    if (name == "single") return Target::single;
    throw CLI::ValidationError("--target", "\"" + name + "\" is not one of all, diff, single");
}

void check_generate_combinations(const GenerateArguments& arguments) {
    if (arguments.target == Target::single && !arguments.single_path) {
        throw CLI::ValidationError("--target single needs --path MODEL_PATH");
    }
    if (arguments.target != Target::single && arguments.single_path) {
        throw CLI::ValidationError("--path goes with --target single");
    }
    if (arguments.jobs && (*arguments.jobs < 1 || *arguments.jobs > 1024)) {
        throw CLI::ValidationError("--jobs is not a number from 1 to 1024");
    }
    if (arguments.drop && !arguments.fetch) {
        throw CLI::ValidationError("--drop goes with --fetch");
    }
    if (arguments.max_disk_bytes && !arguments.drop) {
        throw CLI::ValidationError("--max-disk goes with --fetch --drop");
    }
    if (arguments.resume_file && !arguments.drop) {
        throw CLI::ValidationError("--resume goes with --fetch --drop");
    }
    if (arguments.shard && (arguments.target != Target::all || arguments.check)) {
        throw CLI::ValidationError("--shard goes with --target all and without --check");
    }
}

}  // namespace

void add_generate_command(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<GenerateArguments>();
    CLI::App* command = app.add_subcommand("generate", "Write the manifest from the repository");
    const auto option = [&](const char* name, auto& value, const char* type, const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    option("dir", arguments->hub_root, "", "Top folder of the hub (default: this one)");
    option("--rev", arguments->revision, "REV",
           "Read this commit, branch or tag instead of the working tree");
    option("-o,--output", arguments->output, "FILE",
           "Where to write; '-' is standard output (the default with --rev)");
    command
        ->add_option_function<std::string>(
            "--target",
            [arguments](const std::string& name) { arguments->target = parse_target(name); },
            "Entries to make anew (default: all)")
        ->type_name("all|diff|single");
    option(
        "--base", arguments->base, "REV",
        "Merge base with this revision: --target diff compares with it (default: HEAD), and what "
        "the manifest has lost of a model is taken from its manifest");
    option("--path", arguments->single_path, "MODEL_PATH", "For --target single: the model's path");
    option(
        "--carry", arguments->carry, "FILE",
        "Take io_ports of models that are not here from this manifest first, where the SHA-256 is "
        "the same, then from the hub's own, that of HEAD and that of --base");
    add_shard_option(*command, arguments->shard);
    option("--settings", arguments->settings_file, "FILE",
           "Settings to use instead of the hub's onnxhub.toml");
    option("--exclude", arguments->exclude, "GLOB", "Leave out models whose path matches")
        ->allow_extra_args(false);
    option("-j,--jobs", arguments->jobs, "N", "Threads to use, 1 to 1024 (default: one per core)");
    command->add_flag("--discover", arguments->discover,
                      "Also make entries for .onnx files no table lists");
    command->add_flag("--fetch", arguments->fetch,
                      "Get the models whose io_ports are needed with `git lfs pull`");
    command->add_flag("--drop", arguments->drop,
                      "Drop what --fetch got afterwards: files stay pointers, `git status` clean");
    add_max_disk_option(*command, arguments->max_disk_bytes);
    option("--resume", arguments->resume_file, "FILE",
           "With --fetch --drop: keep what is read of each batch there, and go on from it");
    command->add_flag("--rehash", arguments->rehash, "Read every byte that is here, trust nothing");
    command->add_flag("--allow-removals", arguments->allow_removals,
                      "Write even if more than a tenth of the entries vanish");
    command->add_flag("--check", arguments->check,
                      "Write nothing; exit with 1 and say what would change");
    command->callback([arguments, &chosen] {
        check_generate_combinations(*arguments);
        chosen = [arguments](const Streams& streams) { return run_generate(*arguments, streams); };
    });
}

}  // namespace onnxhub
