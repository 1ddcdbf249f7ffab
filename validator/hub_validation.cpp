// SPDX-License-Identifier: Apache-2.0
#include "validator/hub_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/user_error.h"
#include "generator/hub_stamps.h"
#include "manifest/json.h"
#include "manifest/manifest_reader.h"
#include "repository/change_base.h"
#include "repository/hub_lock.h"
#include "repository/lfs_fetch.h"
#include "sources/settings.h"
#include "validator/base_checks.h"
#include "validator/baseline_file.h"
#include "validator/change_fetch.h"
#include "validator/change_scope.h"
#include "validator/fix.h"
#include "validator/validate.h"
#include "validator/validation_sweep.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

using Tables = std::shared_ptr<const HubTables>;

/// The lock of the hub whose manifest is repaired.
std::optional<HubLock> lock_for_fix(const ValidationRequest& request, FetchObserver& observer) {
    if (!request.fixes) return std::nullopt;
    if (!request.manifest_file) return lock_hub(request.folder, observer);
    return lock_hub_of(*request.manifest_file, observer);
}

/// Entries that are removed only with a person's confirmation.
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

/// One run: everything it works with, kept alive together. Options point into it, so it cannot
/// move.
class Validation {
public:
    Validation(const ValidationRequest& request, const ValidationTools& tools,
               FetchObserver& observer)
        : request_(request), tools_(tools), observer_(observer) {
        lock_ = lock_for_fix(request_, observer_);
        hub_ = open_hub(request_.folder, request_.revision);
        if (request_.fixes) stamps_.emplace(hub_);
        settings_ = read_settings(*hub_.tree, request_.settings_file, settings_diagnostics_);
        manifest_ = read_manifest_text();
        parsed_ = parse_text(manifest_);
        set_options();
        open_base();
    }

    HubValidation run() {
        tables_ = read_tables(*hub_.tree);
        HubValidation result;
        std::unique_ptr<HubState> state = read_now(whole_part());
        if (request_.peek) peek(state);
        result.peeked = peek_summary_;
        if (request_.peek && request_.peek->is_dry) return result;
        result.report = check(state);
        if (peek_summary_ && peek_summary_->models > 0) {
            result.report.notices.push_back(fmt::format(
                "{} of {} read from servers, without the bytes that would prove them",
                peek_summary_->models == 1 ? "the graph" : "the graphs",
                peek_summary_->models == 1 ? "1 model was"
                                           : fmt::format("{} models were", peek_summary_->models)));
        }
        if (request_.changed_since) {
            result.report = keep_changes(*state, std::move(result.report));
        }
        if (request_.fixes) result.report = fix(*state, std::move(result.report));
        drop_notes(result.report);
        pass_baseline(result.report);
        result.report.folder = hub_.subfolder;
        result.fetch_problems = std::move(fetch_problems_);
        return result;
    }

private:
    ManifestText read_manifest_text() const {
        if (request_.manifest_file) {
            return {*request_.manifest_file, read_file(*request_.manifest_file, json_size_limit)};
        }
        const std::string path(manifest_file_name);
        return {path, read_hub_file(*hub_.tree, path, json_size_limit)};
    }

    void set_options() {
        options_.selection = RuleSelection(request_.select, request_.ignore);
        options_.checker = tools_.checker;
        options_.jobs = request_.jobs;
        options_.schema_only = request_.schema_only;
        options_.shard = request_.shard;
        options_.run = tools_.run;
        options_.addresses = tools_.addresses;
        options_.remote_sources = tools_.remote_sources;
        if (tools_.connect) options_.remote = tools_.connect(hub_);
    }

    /// The base of the change decides what is ignored.
    void open_base() {
        if (!request_.changed_since) return;
        if (!hub_.repository) {
            throw UserError(hub_.folder.string() +
                            ": is not in a git repository; leave out --changed-since");
        }
        const CommitId head = hub_.commit ? *hub_.commit : hub_.repository->resolve_commit("HEAD");
        const ChangeBase base = find_change_base({hub_.folder, *request_.changed_since, head,
                                                  request_.deepens, git_messages(observer_)});
        base_note_ = base.note;
        if (!base.commit) {
            if (!request_.deepens) throw UserError(base.note);
            return;
        }
        change_.emplace(hub_, *base.commit);
        base_tree_ = change_->repository->tree_of(*base.commit, hub_.subfolder);
        base_manifest_ = {
            manifest_.file,
            read_hub_file(*base_tree_, std::string(manifest_file_name), json_size_limit)};
        base_parsed_ = parse_text(base_manifest_);
        if (base_parsed_) base_hub_.manifest = std::get_if<ManifestDocument>(base_parsed_.get());
        base_checks_ =
            read_base_checks({hub_, *change_, request_.settings_file, request_.baseline_file});
        base_hub_.changed_checks = base_checks_.changed;
        base_hub_.has_changed = [this](const std::string& path) {
            return has_changed(*base_tree_, *hub_.tree, path);
        };
        base_hub_.tree = base_tree_.get();
        options_.base = &base_hub_;
        if (base_checks_.settings) options_.judging = &*base_checks_.settings;
    }

    Tables read_tables(const Tree& tree) const {
        if (!request_.schema_only) {
            return read_hub_tables(tree, settings_, request_.jobs, settings_diagnostics_);
        }
        auto tables = std::make_shared<HubTables>();
        tables->diagnostics = settings_diagnostics_;
        return tables;
    }

    ReadOptions read_options(Tables tables, ParsedManifest parsed, Scope part) const {
        ReadOptions options{tools_.inference,     tools_.content,  request_.jobs,
                            request_.schema_only, std::move(part), std::move(tables)};
        options.parsed = std::move(parsed);
        return options;
    }

    /// The part of the hub this run is about.
    Scope whole_part() const { return request_.shard ? Scope(*request_.shard) : Scope(); }

    /// The hub as it is now; `known` is what was described of it before, if anything.
    std::unique_ptr<HubState> read_now(Scope part, const HubState* known = nullptr) const {
        ReadOptions options = read_options(tables_, parsed_, std::move(part));
        if (known) options.known = &known->described.contents;
        options.peeked = peeked_ ? &*peeked_ : nullptr;
        return read_hub_state(*hub_.tree, settings_, manifest_, options);
    }

    /// Runs the rules, where requested also over what has to be fetched.
    ValidationReport check(std::unique_ptr<HubState>& state) {
        FindingList findings;
        std::string refusal;
        if (request_.fetch) {
            std::vector<ModelToFetch> models = models_to_fetch(*state);
            if (request_.changed_since) {
                refusal = keep_models_of_change(change_ ? &*change_ : nullptr, models);
            }
            if (request_.fetch->drop) {
                findings = check_fetched(*state, models);
            } else if (!models.empty()) {
                state = fetch(*state, models);
            }
        }
        run_rules(*state, options_, findings);
        ValidationReport report = make_report(*state, options_, std::move(findings));
        if (!refusal.empty()) report.notices.push_back("nothing was fetched, since " + refusal);
        for (const std::string& problem : fetch_problems_) report.notices.push_back(problem);
        return report;
    }

    /// Reads graphs from servers; then `state` has them.
    void peek(std::unique_ptr<HubState>& state) {
        std::vector<ModelToFetch> models = models_to_fetch(*state);
        if (change_) keep_changed_objects(*change_, models);
        const std::vector<PeekTarget> targets = models_to_peek(models);
        if (request_.changed_since && !change_ && !targets.empty()) {
            peek_summary_.emplace();
            for (const PeekTarget& target : targets) {
                peek_summary_->failures.push_back(
                    {target.path,
                     "what changed is unknown, so the change would choose the server"});
            }
            return;
        }
        const PeekOptions options = peek_options_of_base();
        if (request_.peek->is_dry) {
            peek_summary_ = estimate_peek(targets, options);
            return;
        }
        peeked_ = peek_graphs(targets, options, observer_);
        peek_summary_ = peeked_->summary();
        if (peek_summary_->models > 0) state = read_now(whole_part(), state.get());
    }

    /// The author of a change chooses no server: settings and .lfsconfig are those of the base.
    PeekOptions peek_options_of_base() const {
        if (!change_) return peek_options(*request_.peek, hub_, settings_.peek_mirrors);
        const auto& settings = base_checks_.settings;
        PeekOptions options =
            peek_options(*request_.peek, open_hub(hub_.folder, change_->base),
                         settings ? settings->peek_mirrors : std::vector<std::string>());
        options.asks_lfs_first = true;
        return options;
    }

    /// What the rules find in models and archives while they are available. `state` leaves these
    /// models out afterwards.
    FindingList check_fetched(HubState& state, const std::vector<ModelToFetch>& models) {
        const SweepOptions options{state.part, request_.fetch->max_disk_bytes,
                                   request_.fetch->resume_file, run_digest()};
        const auto check_batch = [&](Scope batch) {
            FindingList found;
            run_rules(*read_now(std::move(batch), &state), options_, found);
            return found;
        };
        Swept swept = sweep(hub_, models, options, check_batch, observer_);
        state.part = state.part.without_models(std::move(swept.models));
        fetch_problems_ = std::move(swept.problems);
        return std::move(swept.findings);
    }

    /// Fetches into the Git LFS store, where the objects stay. Pointers stay pointers.
    std::unique_ptr<HubState> fetch(const HubState& before,
                                    const std::vector<ModelToFetch>& models) {
        FetchRequest request = fetch_request(hub_, paths_of(models), git_messages(observer_));
        observer_.fetch_started(request.paths.size());
        request.into = FetchInto::store_alone;
        const FetchedContent fetched(*hub_.repository, std::move(request));
        if (fetched.problem()) fetch_problems_.push_back(*fetched.problem());
        return read_now(whole_part(), &before);
    }

    /// Differs between runs that may find something else.
    Sha256 run_digest() const {
        FieldHasher hasher;
        hasher.add(state_text(hub_));
        hasher.add(manifest_.text.value_or(""));
        hasher.add(change_ ? change_->base : "");
        for (const auto* names : {&request_.select, &request_.ignore}) {
            hasher.add(std::to_string(names->size()));
            for (const std::string& name : *names) hasher.add(name);
        }
        return hasher.finish();
    }

    /// Findings of the base, read once. None when there was nothing to check.
    const std::vector<Finding>& base_findings() {
        if (base_findings_) return *base_findings_;
        base_findings_.emplace();
        const auto before =
            read_hub_state(*base_tree_, settings_, base_manifest_,
                           read_options(read_tables(*base_tree_), base_parsed_, whole_part()));
        ValidateOptions options = options_;
        options.base = nullptr;
        options.run = nullptr;  // models of the base are not run: they did not change
        try {
            base_findings_ = validate(*before, options).findings;
        } catch (const UserError&) {  // there was no hub then: everything is new
        }
        return *base_findings_;
    }

    ValidationReport keep_changes(const HubState& now, ValidationReport report) {
        if (!base_tree_) {
            report.notices.push_back("everything is reported, since what changed is unknown: " +
                                     base_note_);
            return report;
        }
        ChangeScope scope(*base_tree_, base_manifest_, now);
        const bool needs_base = std::ranges::any_of(
            report.findings, [&](const Finding& finding) { return !scope.touches(finding); });
        report.findings = findings_of_change(std::move(report.findings), scope,
                                             needs_base ? base_findings() : std::vector<Finding>());
        for (const std::string& notice : base_checks_.notices) report.notices.push_back(notice);
        report.notices.push_back(fmt::format("only what changed since {} is reported{}{}",
                                             *request_.changed_since,
                                             base_note_.empty() ? "" : "; ", base_note_));
        return report;
    }

    /// Throws UserError if the hub changed while it was read.
    void require_same_state(const HubState& hub) const {
        if (lock_) lock_->wait_for_git();
        std::vector<std::string> paths;
        for (const ModelDescription& model : hub.described.models) {
            paths.push_back(model.row->model_path);
            if (model.row->archive_path) paths.push_back(*model.row->archive_path);
        }
        stamps_->require_unchanged(paths);
    }

    ValidationReport fix(const HubState& state, ValidationReport report) {
        const ManifestFix fixed = fix_manifest(state, report.findings, request_.allows_removals);
        if (fixed.done.empty()) {
            if (fixed.spared.empty()) report.notices.push_back("--fix found nothing to repair");
            report_spared(state, fixed, report);
            return report;
        }
        require_same_state(state);
        observer_.check_interruption();
        const fs::path path = request_.manifest_file
                                  ? fs::path(*request_.manifest_file)
                                  : hub_.folder / std::string(manifest_file_name);
        write_file_atomically(path, fixed.text);
        const ManifestText text{manifest_.file, fixed.text};
        ReadOptions options = read_options(tables_, parse_text(text), whole_part());
        options.known = &state.described.contents;
        const auto after = read_hub_state(*hub_.tree, settings_, text, options);
        ValidationReport second = validate(*after, options_);
        if (request_.changed_since) second = keep_changes(*after, std::move(second));
        for (const std::string& done : fixed.done) second.notices.push_back("fixed: " + done);
        report_spared(state, fixed, second);
        return second;
    }

    void drop_notes(ValidationReport& report) const {
        if (request_.keeps_notes) return;
        std::erase_if(report.findings,
                      [](const Finding& finding) { return finding.severity == Severity::note; });
    }

    void pass_baseline(ValidationReport& report) const {
        if (!request_.baseline_file) return;
        // Only a check of everything shows which findings are fixed.
        const bool is_everything = !request_.changed_since && !request_.schema_only &&
                                   request_.select.empty() && request_.ignore.empty();
        apply_baseline(*request_.baseline_file, base_checks_.baseline, is_everything, report);
    }

    const ValidationRequest& request_;
    const ValidationTools& tools_;
    FetchObserver& observer_;
    std::optional<HubLock> lock_;  ///< to fix the manifest
    HubFolder hub_;
    std::optional<HubStamps> stamps_;  ///< to fix the manifest
    Settings settings_;
    Diagnostics settings_diagnostics_;
    ManifestText manifest_;
    ParsedManifest parsed_;
    Tables tables_;
    ValidateOptions options_;
    std::vector<std::string> fetch_problems_;
    std::optional<PeekedGraphs> peeked_;
    std::optional<PeekSummary> peek_summary_;
    /// Of a change; empty when its base is unknown.
    std::optional<RepositoryChange> change_;
    std::string base_note_;
    std::unique_ptr<Tree> base_tree_;
    ManifestText base_manifest_;
    ParsedManifest base_parsed_;
    BaseChecks base_checks_;
    BaseHub base_hub_;
    std::optional<std::vector<Finding>> base_findings_;
};

}  // namespace

HubValidation validate_hub(const ValidationRequest& request, const ValidationTools& tools,
                           FetchObserver& observer) {
    return Validation(request, tools, observer).run();
}

}  // namespace onnxhub
