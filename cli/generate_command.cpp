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

#include "cli/hub_folder.h"
#include "cli/interruption.h"
#include "cli/job.h"
#include "cli/progress.h"
#include "cli/worker_program.h"
#include "generator/generate.h"
#include "generator/shape_inference.h"
#include "manifest/atomic_file.h"
#include "manifest/environment_error.h"
#include "manifest/hub_path.h"
#include "manifest/manifest_difference.h"
#include "repository/lfs_fetch.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t listed_models = 10;  // more of a kind are only counted, unless --verbose

struct Arguments {
    std::string hub_root = ".";
    std::optional<std::string> revision;
    std::optional<std::string> output;
    std::optional<std::string> settings_file;
    std::optional<std::string> carry;
    std::optional<std::string> base;
    std::optional<std::string> single_path;
    std::vector<std::string> exclude;
    Target target = Target::all;
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
    std::unique_ptr<Tree> base;
    std::unique_ptr<ShapeInference> inference;
    GenerateOptions options;
};

/// "1 entry", "189 entries".
std::string counted(std::size_t count, const char* one, const char* many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string entry_count(std::size_t count) {
    return counted(count, "entry", "entries");
}

void open_base(const Arguments& arguments, Inputs& inputs, Diagnostics& diagnostics) {
    if (arguments.target != Target::diff) return;
    const auto& repository = inputs.hub.repository;
    if (!repository) {
        throw EnvironmentError(inputs.hub.folder.string() +
                               ": is not in a git repository, so there is nothing to compare with; "
                               "use --target all");
    }
    const CommitId head =
        inputs.hub.commit ? *inputs.hub.commit : repository->resolve_commit("HEAD");
    const CommitId base =
        repository->merge_base(repository->resolve_commit(arguments.base.value_or("HEAD")), head);
    inputs.base = repository->tree_of(base, inputs.hub.subfolder);
    inputs.options.base = inputs.base.get();
    Diagnostics troubles_of_the_past;
    inputs.options.base_settings =
        arguments.settings_file ? read_settings(*inputs.base, arguments.settings_file, diagnostics)
                                : read_settings(*inputs.base, std::nullopt, troubles_of_the_past);
}

void add_excludes(Settings& settings, const std::vector<std::string>& globs) {
    settings.exclude.insert(settings.exclude.end(), globs.begin(), globs.end());
}

std::string clean_single_path(const Arguments& arguments) {
    auto clean = clean_hub_path("", *arguments.single_path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&clean)) {
        throw EnvironmentError(*arguments.single_path + ": " + unsafe->reason +
                               "; give the model's path from the hub's top folder");
    }
    return std::get<std::string>(std::move(clean));
}

Inputs read_inputs(const Arguments& arguments, Diagnostics& diagnostics) {
    Inputs inputs;
    inputs.hub = open_hub(arguments.hub_root, arguments.revision);
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
    if (arguments.target == Target::single) options.single_path = clean_single_path(arguments);
    open_base(arguments, inputs, diagnostics);
    add_excludes(options.settings, arguments.exclude);
    add_excludes(options.base_settings, arguments.exclude);
    options.discover = arguments.discover || options.settings.discover;
    options.rehash = arguments.rehash;
    options.jobs = arguments.jobs.value_or(0);
    inputs.inference = isolated_shape_inference(this_program_as_workers());
    options.inference = inputs.inference.get();
    return inputs;
}

/// Pointers to what `inputs` holds are set here, after it has stopped moving.
GenerateResult generate_from(Inputs& inputs, HashProgress& progress, Diagnostics& diagnostics) {
    GenerateOptions& options = inputs.options;
    options.present = inputs.present ? &*inputs.present : nullptr;
    options.carry = inputs.carry ? &*inputs.carry : options.present;
    options.observer = &progress;
    GenerateResult result = generate(*inputs.hub.tree, options, diagnostics);
    progress.finish();
    return result;
}

/// Fetches what a first look found missing; the content goes again with the object when asked to.
std::unique_ptr<FetchedContent> fetch_missing(const Arguments& arguments, Inputs& inputs,
                                              const GenerateResult& first, const Streams& streams) {
    if (!arguments.fetch || first.missing.empty()) return nullptr;
    const HubFolder& hub = inputs.hub;
    std::vector<std::string> paths;
    std::uint64_t bytes = 0;
    for (const MissingContent& missing : first.missing) {
        paths.push_back(missing.path);
        bytes += missing.size_bytes;
    }
    FetchRequest request = fetch_request(hub, arguments.revision, std::move(paths));
    note(streams, fmt::format("fetching {}, {}", counted(request.paths.size(), "model", "models"),
                              human_bytes(bytes)));
    request.into = arguments.drop ? FetchInto::store_alone : FetchInto::working_tree;
    request.drop = arguments.drop;
    auto fetched = std::make_unique<FetchedContent>(*hub.repository, std::move(request));
    inputs.hub.tree = open_tree(hub);
    return fetched;
}

template <class Items, class Tell>
void tell_some(const Streams& streams, const Items& items, const Tell& tell) {
    std::size_t told = 0;
    for (const auto& item : items) {
        if (told == listed_models && !streams.options.verbose) {
            note(streams, fmt::format("  and {} more (--verbose lists them)", items.size() - told));
            return;
        }
        note(streams, "  " + tell(item));
        ++told;
    }
}

void tell_missing(const Streams& streams, const GenerateResult& result) {
    if (result.missing.empty()) return;
    const auto without_entry =
        std::count_if(result.missing.begin(), result.missing.end(),
                      [](const MissingContent& missing) { return !missing.has_entry; });
    const auto total = static_cast<std::ptrdiff_t>(result.missing.size());
    note(streams,
         fmt::format("{} not here (a Git LFS pointer) and known to no manifest: {}",
                     counted(result.missing.size(), "model", "models"),
                     without_entry == total ? "they have no entry yet"
                     : without_entry == 0   ? "their entries have no io_ports yet"
                                            : fmt::format("{} have no entry yet, the others no "
                                                            "io_ports",
                                                          without_entry)));
    tell_some(streams, result.missing, [](const MissingContent& missing) {
        return fmt::format("{} ({})", printable(missing.path), human_bytes(missing.size_bytes));
    });
    std::vector<std::string> paths;
    for (const MissingContent& missing : result.missing) paths.push_back(missing.path);
    const bool is_short = paths.size() <= 3;
    note(streams,
         "to get them: " + (is_short ? fmt::format("git lfs pull --include \"{}\", then this again",
                                                   printable(lfs_include_patterns(paths).front()))
                                     : std::string("this command with --fetch (and --drop to keep "
                                                   "the pointers afterwards)")));
}

void tell_changes(const Streams& streams, const ManifestUpdate& update) {
    for (const MovedEntry& moved : update.moved) {
        note(streams,
             fmt::format("moved: {} is now {}", to_text(moved.entry), printable(moved.new_path)));
    }
    if (update.removed.empty()) return;
    note(streams, entry_count(update.removed.size()) + " without a model or row any more:");
    for (const EntryName& name : update.removed) note(streams, "  removed: " + to_text(name));
}

std::string source_text(const SourceCount& count, const char* what) {
    return fmt::format("{} ({}) {}", count.files, human_bytes(count.bytes), what);
}

void tell_statistics(const Streams& streams, const GenerateResult& result) {
    const FactStatistics& facts = result.statistics;
    note(streams, fmt::format("files: {}, {}, {}; io_ports: {} read, {} carried, {} missing",
                              source_text(facts.pointer, "from LFS pointers"),
                              source_text(facts.index, "unchanged since git's index"),
                              source_text(facts.hashed, "hashed"), result.read_ports,
                              result.carried_ports, result.missing.size()));
}

/// Whether so many entries would go that a person should say so first: more than a tenth.
bool loses_too_many(const GenerateResult& result, const std::optional<ManifestDocument>& present) {
    return present && result.update.removed.size() * 10 > present->entries.size();
}

ExitCode check(const Inputs& inputs, const GenerateResult& result, bool has_errors,
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
        streams.out << to_text(difference) << '\n';
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

void write_output(const Arguments& arguments, const Inputs& inputs, const GenerateResult& result,
                  const Streams& streams) {
    const std::string output = arguments.output.value_or(
        arguments.revision
            ? "-"
            : (inputs.hub.folder / std::string(manifest_file_name)).lexically_normal().string());
    if (output == "-") {
        streams.out << result.update.text;
        streams.out.flush();
        if (!streams.out) throw EnvironmentError("standard output: can't be written");
        return;
    }
    std::error_code error;
    const bool is_same = fs::is_regular_file(output, error) &&
                         fs::file_size(output, error) == result.update.text.size() &&
                         read_disk_file(output) == result.update.text;
    if (is_same) {
        note(streams,
             fmt::format("{}: {}, unchanged", output, entry_count(result.update.entry_count)));
        return;
    }
    check_interruption();
    write_file_atomically(output, result.update.text);
    note(streams, fmt::format("{}: {} written", output, entry_count(result.update.entry_count)));
}

ExitCode run(const Arguments& arguments, const Streams& streams) {
    catch_interruptions();
    Diagnostics diagnostics;
    Inputs inputs = read_inputs(arguments, diagnostics);
    HashProgress progress(streams.err, streams.err_is_terminal && !streams.options.no_progress &&
                                           !streams.options.quiet);
    Diagnostics findings;
    GenerateResult result;
    try {
        result = generate_from(inputs, progress, findings);
    } catch (const EnvironmentError&) {
        print(streams, findings);  // they may say why, such as a README that can't be read
        throw;
    }
    if (const auto fetched = fetch_missing(arguments, inputs, result, streams)) {
        findings = {};
        result = generate_from(inputs, progress, findings);
    }
    diagnostics.append(std::move(findings));
    print(streams, diagnostics);
    tell_missing(streams, result);
    tell_changes(streams, result.update);
    tell_statistics(streams, result);
    const bool has_unmade = std::any_of(result.missing.begin(), result.missing.end(),
                                        [](const MissingContent& m) { return !m.has_entry; });
    const bool has_errors = diagnostics.has_errors() || has_unmade;
    if (arguments.check) return check(inputs, result, has_errors, streams);
    if (loses_too_many(result, inputs.present) && !arguments.allow_removals) {
        Diagnostics refusal;
        refusal.report({Severity::error, "too-many-removals", std::string(manifest_file_name), 0,
                        fmt::format("{} of {} entries would vanish, so nothing was written",
                                    result.update.removed.size(), inputs.present->entries.size()),
                        "correct the tables, or confirm with --allow-removals"});
        print(streams, refusal);
        return ExitCode::findings;
    }
    write_output(arguments, inputs, result, streams);
    return has_errors ? ExitCode::findings : ExitCode::done;
}

Target parse_target(const std::string& name) {
    if (name == "all") return Target::all;
    if (name == "diff") return Target::diff;
    if (name == "single") return Target::single;
    throw CLI::ValidationError("--target", "\"" + name + "\" is not one of all, diff, single");
}

void check_combinations(const Arguments& arguments) {
    if (arguments.target == Target::single && !arguments.single_path) {
        throw CLI::ValidationError("--target single needs --path MODEL_PATH");
    }
    if (arguments.target != Target::single && arguments.single_path) {
        throw CLI::ValidationError("--path goes with --target single");
    }
    if (arguments.target != Target::diff && arguments.base) {
        throw CLI::ValidationError("--base goes with --target diff");
    }
    if (arguments.jobs && (*arguments.jobs < 1 || *arguments.jobs > 1024)) {
        throw CLI::ValidationError("--jobs is not a number from 1 to 1024");
    }
    if (arguments.drop && !arguments.fetch) {
        throw CLI::ValidationError("--drop goes with --fetch");
    }
}

}  // namespace

void add_generate_command(CLI::App& app, Job& job) {
    const auto arguments = std::make_shared<Arguments>();
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
    option("--base", arguments->base, "REV",
           "For --target diff: compare with the merge base with this revision (default: HEAD)");
    option("--path", arguments->single_path, "MODEL_PATH", "For --target single: the model's path");
    option("--carry", arguments->carry, "FILE",
           "Take io_ports of models that are not here from this manifest, where the SHA-256 is the "
           "same (default: the hub's own)");
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
    command->add_flag("--rehash", arguments->rehash, "Read every byte that is here, trust nothing");
    command->add_flag("--allow-removals", arguments->allow_removals,
                      "Write even if more than a tenth of the entries vanish");
    command->add_flag("--check", arguments->check,
                      "Write nothing; exit with 1 and say what would change");
    command->callback([arguments, &job] {
        check_combinations(*arguments);
        job = [arguments](const Streams& streams) { return run(*arguments, streams); };
    });
}

}  // namespace onnxhub
