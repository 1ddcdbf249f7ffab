// SPDX-License-Identifier: Apache-2.0
// `onnxhub validate`: checks a repository and its manifest, and reports.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <ostream>
#include <set>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/user_error.h"
#include "cli/base_checks.h"
#include "cli/baseline_file.h"
#include "cli/change_fetch.h"
#include "cli/command.h"
#include "cli/git_messages.h"
#include "cli/hub_folder.h"
#include "cli/hub_stamps.h"
#include "cli/hub_turn.h"
#include "cli/interruption.h"
#include "cli/lfs_server.h"
#include "cli/progress.h"
#include "cli/report_output.h"
#include "cli/shard_options.h"
#include "cli/validation_sweep.h"
#include "model/onnx_worker.h"
#include "repository/change_base.h"
#include "repository/lfs_fetch.h"
#include "validator/change_scope.h"
#include "validator/fix.h"
#include "validator/report.h"
#include "validator/rule_catalog.h"
#include "validator/rule_page.h"
#include "validator/validate.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct ValidateArguments {
    std::string hub_root = ".";
    std::optional<std::string> revision;
    std::optional<std::string> manifest_file;
    std::optional<std::string> changed_since;
    std::optional<std::string> settings_file;
    std::optional<std::string> baseline;
    std::optional<std::string> write_baseline;
    std::vector<std::string> select;
    std::vector<std::string> ignore;
    ReportOutput output;
    std::optional<Severity> fail_on = Severity::error;
    std::optional<Shard> shard;
    std::optional<std::uint64_t> max_disk_bytes;
    std::optional<std::string> resume_file;
    std::optional<unsigned> jobs;
    bool schema_only = false;
    bool fix = false;
    bool allow_removals = false;
    bool fetch = false;
    bool drop = false;
    bool deepen = false;
    bool remote = false;
    bool rules = false;
};

/// Everything a run works with, kept alive together.
struct Session {
    const ValidateArguments& arguments;
    HubFolder hub;
    Settings settings;
    Diagnostics settings_diagnostics;
    ManifestText manifest;
    fs::path manifest_path;  ///< on the disk, for --fix
    std::shared_ptr<OnnxWorkers> workers;
    std::unique_ptr<ShapeInference> inference;
    std::unique_ptr<ModelChecker> checker;
    std::unique_ptr<HashProgress> progress;
    ValidateOptions options;
    /// With --changed-since: where this branch and that reference parted. Nothing: it can't be
    /// told.
    std::optional<ChangeBase> base = {};
    std::unique_ptr<Tree> base_tree = {};
    ManifestText base_manifest = {};
    std::optional<ManifestResult> parsed_base = {};
    BaseChecks base_checks = {};
    BaseHub base_hub = {};
    std::vector<std::string> fetch_troubles = {};
    /// With --fix:
    std::optional<HubLock> lock = {};
    std::optional<HubStamps> stamps = {};
};

ManifestText read_manifest_text(const ValidateArguments& arguments, const Tree& tree) {
    if (arguments.manifest_file) {
        return {*arguments.manifest_file, read_disk_file(*arguments.manifest_file)};
    }
    const std::string path(manifest_file_name);
    return {path, read_hub_file(tree, path, json_size_limit)};
}

Session open_session(const ValidateArguments& arguments, const Streams& streams) {
    Session session{arguments,
                    open_hub(arguments.hub_root, arguments.revision),
                    {},
                    {},
                    {},
                    {},
                    std::make_shared<OnnxWorkers>(),
                    nullptr,
                    nullptr,
                    nullptr,
                    {}};
    if (arguments.fix) session.stamps.emplace(session.hub.folder, *session.hub.tree);
    session.settings =
        read_settings(*session.hub.tree, arguments.settings_file, session.settings_diagnostics);
    session.manifest = read_manifest_text(arguments, *session.hub.tree);
    session.manifest_path = arguments.manifest_file
                                ? fs::path(*arguments.manifest_file)
                                : session.hub.folder / std::string(manifest_file_name);
    session.inference = isolated_shape_inference(session.workers);
    session.checker = isolated_model_checker(session.workers);
    session.progress = std::make_unique<HashProgress>(
        streams.err,
        streams.err_is_terminal && !streams.options.no_progress && !streams.options.quiet);
    session.options.selection = RuleSelection(arguments.select, arguments.ignore);
    session.options.checker = session.checker.get();
    session.options.jobs = arguments.jobs.value_or(0);
    session.options.schema_only = arguments.schema_only;
    session.options.shard = arguments.shard;
    if (arguments.remote) {
        HttpOptions http;
        http.user_agent = "onnxhub/" ONNXHUB_VERSION;
        http.is_stopped = is_interrupted;
        session.options.remote = lfs_server_of(session.hub, std::move(http));
    }
    return session;
}

/// From now on the base decides what counts, and its manifest is at hand.
void judge_by_base(Session& session) {
    const ValidateArguments& arguments = session.arguments;
    session.base_manifest = {
        session.manifest.file,
        read_hub_file(*session.base_tree, std::string(manifest_file_name), json_size_limit)};
    if (session.base_manifest.text) {
        session.parsed_base = parse_manifest(*session.base_manifest.text);
        session.base_hub.manifest = std::get_if<ManifestDocument>(&*session.parsed_base);
    }
    session.base_checks = read_base_checks(
        {session.hub, *session.base->commit, arguments.settings_file, arguments.baseline});
    session.base_hub.changed_checks = session.base_checks.changed;
    session.options.base = &session.base_hub;
    if (session.base_checks.settings) session.options.judging = &*session.base_checks.settings;
}

void open_validate_base(Session& session, const Streams& streams) {
    const auto& changed_since = session.arguments.changed_since;
    if (!changed_since) return;
    const auto& repository = session.hub.repository;
    if (!repository) {
        throw UserError(session.hub.folder.string() +
                        ": is not in a git repository; leave out --changed-since");
    }
    const CommitId head =
        session.hub.commit ? *session.hub.commit : repository->resolve_commit("HEAD");
    session.base = find_change_base({session.hub.folder, *changed_since, head,
                                     session.arguments.deepen, git_messages(streams)});
    if (!session.base->commit) {
        if (!session.arguments.deepen) throw UserError(session.base->note);
        return;
    }
    // Opened anew: what was fetched since is in it.
    session.base_tree = GitRepository::find(session.hub.folder)
                            ->tree_of(*session.base->commit, session.hub.subfolder);
    judge_by_base(session);
}

/// The part of the hub this run is about.
Scope part_of(const Session& session) {
    return session.options.shard ? Scope(*session.options.shard) : Scope();
}

std::unique_ptr<HubState> read_state(const Session& session, const Tree& tree,
                                     const ManifestText& manifest, Scope part) {
    ReadOptions options{session.inference.get(), session.progress.get(), session.options.jobs,
                        session.arguments.schema_only, std::move(part)};
    auto state = read_hub_state(tree, session.settings, manifest, options);
    session.progress->finish();
    state->table_diagnostics.append(session.settings_diagnostics);
    return state;
}

std::unique_ptr<HubState> read_state(const Session& session, const Tree& tree,
                                     const ManifestText& manifest) {
    return read_state(session, tree, manifest, part_of(session));
}

/// Tells apart runs that would find something else.
Sha256 run_digest(const Session& session) {
    FieldHasher hasher;
    hasher.add(state_text(session.hub));
    hasher.add(session.manifest.text.value_or(""));
    hasher.add(session.base && session.base->commit ? *session.base->commit : "");
    for (const auto* names : {&session.arguments.select, &session.arguments.ignore}) {
        hasher.add(std::to_string(names->size()));
        for (const std::string& name : *names) hasher.add(name);
    }
    return hasher.finish();
}

/// What the rules find in models and archives that are here for a while only.
FindingList check_fetched(Session& session, HubState& state,
                          const std::vector<ModelToFetch>& models, const Streams& streams) {
    const ValidateArguments& arguments = session.arguments;
    const SweepOptions options{arguments.revision, state.part, arguments.max_disk_bytes,
                               arguments.resume_file, run_digest(session)};
    const auto check_validate_options = [&](Scope batch) {
        const auto tree = open_tree(session.hub);
        FindingList found;
        run_rules(*read_state(session, *tree, session.manifest, std::move(batch)), session.options,
                  found);
        return found;
    };
    Swept swept = sweep(session.hub, models, options, check_validate_options, streams);
    state.part = state.part.without_models(std::move(swept.models));
    session.fetch_troubles = std::move(swept.troubles);
    return std::move(swept.findings);
}

/// Fetches into the Git LFS store, where it stays, and reads everything again. Pointers stay
/// pointers.
std::unique_ptr<HubState> fetch(Session& session, std::unique_ptr<HubState> state,
                                const std::vector<ModelToFetch>& models, const Streams& streams) {
    FetchRequest request =
        fetch_request(session.hub, session.arguments.revision, paths_of(models), streams);
    note(streams, fmt::format("fetching {} file{}", request.paths.size(),
                              request.paths.size() == 1 ? "" : "s"));
    request.into = FetchInto::store_alone;
    const FetchedContent fetched(*session.hub.repository, std::move(request));
    if (fetched.problem()) session.fetch_troubles.push_back(*fetched.problem());
    session.hub.tree = open_tree(session.hub);
    state.reset();
    return read_state(session, *session.hub.tree, session.manifest);
}

/// Reads the hub and runs the rules, with --fetch also over what is not here.
ValidationReport check_validate_options(Session& session, std::unique_ptr<HubState>& state,
                                        const Streams& streams) {
    state = read_state(session, *session.hub.tree, session.manifest);
    FindingList findings;
    std::string refusal;
    if (session.arguments.fetch) {
        std::vector<ModelToFetch> models = models_to_fetch(*state);
        if (session.base) refusal = keep_models_of_change(session.hub, *session.base, models);
        if (session.arguments.drop) {
            findings = check_fetched(session, *state, models, streams);
        } else if (!models.empty()) {
            state = fetch(session, std::move(state), models, streams);
        }
    }
    run_rules(*state, session.options, findings);
    ValidationReport report = make_report(*state, session.options, std::move(findings));
    if (!refusal.empty()) report.notices.push_back("nothing was fetched, since " + refusal);
    for (const std::string& trouble : session.fetch_troubles) report.notices.push_back(trouble);
    return report;
}

/// The hub as it was where this branch and `changed_since` parted.
ValidationReport keep_changes(const Session& session, const HubState& now,
                              ValidationReport report) {
    if (!session.base_tree) {
        report.notices.push_back("everything is reported, since what changed can't be told: " +
                                 session.base->note);
        return report;
    }
    const Tree& tree = *session.base_tree;
    const ManifestText& manifest = session.base_manifest;
    ChangeScope scope(tree, manifest, now);
    const bool needs_base = std::ranges::any_of(
        report.findings, [&](const Finding& finding) { return !scope.touches(finding); });
    std::vector<Finding> base_findings;
    if (needs_base) {
        const auto before = read_state(session, tree, manifest);
        ValidateOptions options = session.options;
        options.base = nullptr;
        try {
            base_findings = validate(*before, options).findings;
        } catch (const UserError&) {  // there was nothing then: all of it is new
        }
    }
    report.findings = findings_of_change(std::move(report.findings), scope, base_findings);
    for (const std::string& notice : session.base_checks.notices) report.notices.push_back(notice);
    report.notices.push_back(
        fmt::format("only what changed since {} is reported{}{}", *session.arguments.changed_since,
                    session.base->note.empty() ? "" : "; ", session.base->note));
    return report;
}

/// The lock of the hub whose manifest --fix writes.
std::optional<HubLock> lock_for_fix(const ValidateArguments& arguments, const Streams& streams) {
    if (!arguments.fix) return std::nullopt;
    if (!arguments.manifest_file) return wait_for_turn(arguments.hub_root, streams);
    const fs::path folder = fs::path(*arguments.manifest_file).parent_path();
    return wait_for_turn(folder.empty() ? "." : folder, streams);
}

/// What --fix leaves alone unless a person confirms it, as generate does.
void report_spared(const HubState& hub, const ManifestFix& fix, ValidationReport& report) {
    if (fix.spared.empty()) return;
    report.notices.push_back(
        fmt::format("not fixed: {} of {} entries would be removed; to remove them, confirm with "
                    "--allow-removals",
                    fix.spared.size(), hub.document()->entries.size()));
    for (const EntryName& name : fix.spared) {
        report.notices.push_back("not fixed: remove " + to_text(name));
    }
}

/// Refuses when the hub did not stay as it was while it was read.
void check_state(const Session& session, const HubState& hub) {
    if (session.lock) session.lock->wait_for_git();
    std::vector<std::string> paths;
    for (const ModelDescription& model : hub.described.models) {
        paths.push_back(model.row.model_path);
        if (model.row.archive_path) paths.push_back(*model.row.archive_path);
    }
    session.stamps->require_unchanged(paths);
}

ValidationReport fix(Session& session, std::unique_ptr<HubState> state, ValidationReport report) {
    const ManifestFix result =
        fix_manifest(*state, report.findings, session.arguments.allow_removals);
    if (result.done.empty()) {
        if (result.spared.empty()) report.notices.push_back("--fix found nothing to repair");
        report_spared(*state, result, report);
        return report;
    }
    check_state(session, *state);
    check_interruption();
    write_file_atomically(session.manifest_path, result.text);
    ManifestText fixed{session.manifest.file, result.text};
    const auto after = read_state(session, *session.hub.tree, fixed);
    ValidationReport second = validate(*after, session.options);
    if (session.arguments.changed_since) second = keep_changes(session, *after, std::move(second));
    for (const std::string& done : result.done) second.notices.push_back("fixed: " + done);
    report_spared(*state, result, second);
    return second;
}

/// Notes are for those who ask for them.
void drop_notes(const ValidateArguments& arguments, const Streams& streams,
                ValidationReport& report) {
    if (streams.options.verbose || !arguments.select.empty()) return;
    std::erase_if(report.findings,
                  [](const Finding& finding) { return finding.severity == Severity::note; });
}

ExitCode list_rules(const ValidateArguments& arguments, const Streams& streams) {
    switch (arguments.output.format.value_or(ReportFormat::text)) {
        case ReportFormat::text:
            streams.out << rules_text();
            break;
        case ReportFormat::json:
            streams.out << rules_json();
            break;
        case ReportFormat::markdown:
            streams.out << rules_markdown();
            break;
        default:
            throw UserError(
                "command line: --rules has the formats text, json and markdown; choose one");
    }
    streams.out.flush();
    return ExitCode::done;
}

ExitCode run_validate(const ValidateArguments& arguments, const Streams& streams) {
    if (arguments.rules) return list_rules(arguments, streams);
    catch_interruptions();
    std::optional<HubLock> lock = lock_for_fix(arguments, streams);
    Session session = open_session(arguments, streams);
    session.lock = std::move(lock);
    open_validate_base(session, streams);
    std::unique_ptr<HubState> state;
    ValidationReport report = check_validate_options(session, state, streams);
    if (arguments.changed_since) report = keep_changes(session, *state, std::move(report));
    if (arguments.fix) report = fix(session, std::move(state), std::move(report));
    drop_notes(arguments, streams, report);
    if (arguments.write_baseline) {
        save_baseline(*arguments.write_baseline, report, streams);
        return ExitCode::done;
    }
    if (arguments.baseline) {
        // A part of the hub can't tell what is fixed.
        const bool is_whole = !arguments.changed_since && !arguments.schema_only &&
                              arguments.select.empty() && arguments.ignore.empty();
        pass_baseline(*arguments.baseline, session.base_checks.baseline, is_whole, report);
    }
    report.folder = session.hub.subfolder;
    write_report(report, arguments.output, streams);
    if (!session.fetch_troubles.empty()) {
        throw UserError(session.fetch_troubles.front() +
                        ", so not everything was checked; push what is missing, or leave "
                        "out --fetch");
    }
    return fails(report, arguments.fail_on) ? ExitCode::findings : ExitCode::done;
}

void check_validate_combinations(const ValidateArguments& arguments) {
    const auto refuse = [](const char* option, const char* why) {
        throw CLI::ValidationError(option, why);
    };
    if (arguments.fix && arguments.revision) {
        refuse("--fix",
               "a revision can't be changed; check out the branch and leave out "
               "--rev");
    }
    if (arguments.allow_removals && !arguments.fix) refuse("--allow-removals", "needs --fix");
    if (arguments.baseline && arguments.write_baseline) {
        refuse("--write-baseline", "writes all findings, so it goes without --baseline");
    }
    if (arguments.drop && !arguments.fetch) refuse("--drop", "goes with --fetch");
    if (arguments.drop && arguments.fix) {
        refuse("--drop", "leaves nothing to repair from, so it goes without --fix");
    }
    if (arguments.max_disk_bytes && !arguments.drop) {
        refuse("--max-disk", "goes with --fetch --drop");
    }
    if (arguments.resume_file && !arguments.drop) refuse("--resume", "goes with --fetch --drop");
    if (arguments.shard && (arguments.fix || arguments.schema_only || arguments.baseline ||
                            arguments.write_baseline)) {
        refuse("--shard",
               "sees a part of the hub, so it goes without --fix, --schema-only and baselines");
    }
    if (arguments.schema_only && arguments.remote) {
        refuse("--remote", "asks about files, so it goes without --schema-only");
    }
}

}  // namespace

void add_validate_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<ValidateArguments>();
    CLI::App* command =
        app.add_subcommand("validate", "Checks a repository and its manifest, and reports");
    command->add_option("DIR", arguments->hub_root, "The hub's top folder (default: .)")
        ->option_text("[DIR]");
    const auto option = [command](const char* name, auto& value, const char* type,
                                  const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    option("--rev", arguments->revision, "REV",
           "Check this commit, branch or tag instead of the working tree; works in bare clones");
    option("--manifest", arguments->manifest_file, "FILE",
           "Check this manifest instead of the hub's own");
    option("--changed-since", arguments->changed_since, "REF",
           "Report what changed since the merge base with REF, and what that breaks elsewhere");
    add_report_options(*command, arguments->output);
    option("--settings", arguments->settings_file, "FILE",
           "Settings to use instead of the hub's onnxhub.toml");
    option("--select", arguments->select, "RULE", "Only these rules or families")
        ->allow_extra_args(false);
    option("--ignore", arguments->ignore, "RULE", "Without these rules or families")
        ->allow_extra_args(false);
    add_fail_on_option(*command, arguments->fail_on);
    add_shard_option(*command, arguments->shard);
    option("--baseline", arguments->baseline, "FILE",
           "Pass by the findings in this file, and tell which of them are fixed");
    option("--write-baseline", arguments->write_baseline, "FILE",
           "Write all findings there for --baseline");
    option("-j,--jobs", arguments->jobs, "N", "Threads to use, 1 to 1024 (default: one per core)")
        ->check(CLI::Range(1u, 1024u));
    command->add_flag("--deepen", arguments->deepen,
                      "With --changed-since in a shallow clone: fetch the history it takes; where "
                      "the base stays unknown, report everything");
    command->add_flag("--schema-only", arguments->schema_only,
                      "Check the manifest by itself, whatever the repository holds");
    command->add_flag("--fix", arguments->fix,
                      "Repair the manifest as far as tables, files and graphs tell how");
    command->add_flag("--allow-removals", arguments->allow_removals,
                      "Let --fix remove more than a tenth of the entries");
    command->add_flag("--fetch", arguments->fetch,
                      "Get models and archives that are not here from the Git LFS server first");
    command->add_flag("--drop", arguments->drop,
                      "With --fetch: drop what was got after it was checked");
    add_max_disk_option(*command, arguments->max_disk_bytes);
    option("--resume", arguments->resume_file, "FILE",
           "With --fetch --drop: keep what is found in each batch there, and go on from it");
    command->add_flag("--remote", arguments->remote,
                      "Ask the Git LFS server whether it has every object; downloads nothing");
    command->add_flag("--rules", arguments->rules, "List the rules");
    command->callback([arguments, &chosen] {
        check_validate_combinations(*arguments);
        chosen = [arguments](const Streams& streams) { return run_validate(*arguments, streams); };
    });
}

}  // namespace onnxhub
