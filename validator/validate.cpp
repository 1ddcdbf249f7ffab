// SPDX-License-Identifier: Apache-2.0
#include "validator/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/spelling.h"
#include "base/user_error.h"
#include "base/utc_time.h"
#include "manifest/entry_name.h"
#include "manifest/rule_ids.h"
#include "validator/archive_rules.h"
#include "validator/change_rules.h"
#include "validator/document_rules.h"
#include "validator/file_rules.h"
#include "validator/finding_region.h"
#include "validator/graph_rules.h"
#include "validator/hub_signing_rules.h"
#include "validator/ignored_findings.h"
#include "validator/index_rules.h"
#include "validator/model_rules.h"
#include "validator/pointer_rules.h"
#include "validator/rule_catalog.h"
#include "validator/signature_rules.h"
#include "validator/source_lines.h"
#include "validator/source_rules.h"
#include "validator/source_url_rule.h"
#include "validator/table_rules.h"

namespace onnxhub {
namespace {

std::set<std::string_view> rules_named(const std::string& name) {
    std::set<std::string_view> named;
    for (const RuleInfo& rule : all_rules()) {
        if (rule.id == name || rule.family == name) named.insert(rule.id);
    }
    if (!named.empty()) return named;
    throw UserError("command line: there is no rule or family \"" + name + "\"; " +
                    advice_on_unknown_rule(name));
}

/// Reports the diagnostics of readers of rows and models.
void report_reading(const HubState& hub, FindingList& findings) {
    const auto report = [&](const Diagnostics& diagnostics) {
        for (const Diagnostic& diagnostic : diagnostics.all()) {
            // check_pointers() reports pointers, and check_graphs() reports opsets and names.
            if (diagnostic.rule.starts_with("pointer-") ||
                diagnostic.rule == rule_id::graph_opset_differs ||
                diagnostic.rule == rule_id::graph_name_repeated) {
                continue;
            }
            findings.report(diagnostic);
        }
    };
    for (const ModelDescription& model : hub.described.models) {
        if (hub.part.has_model(model.row->model_path)) report(model.diagnostics);
    }
    report(hub.described.more_diagnostics);
    if (hub.part.has_hub()) report(hub.tree.notes());
}

/// `generate` gives some of its diagnostics another severity than their rule has here.
void take_severity_of_rules(std::vector<Finding>& findings) {
    for (Finding& finding : findings) {
        if (const RuleInfo* rule = find_rule(finding.rule)) finding.severity = rule->severity;
    }
}

bool is_before(const Finding& a, const Finding& b) {
    return std::tie(a.file, a.line, a.column, a.rule, a.message) <
           std::tie(b.file, b.line, b.column, b.rule, b.message);
}

bool says_the_same(const Finding& a, const Finding& b) {
    return !is_before(a, b) && !is_before(b, a);
}

void require_something(const HubState& hub) {
    const ManifestDocument* document = hub.document();
    const bool has_broken_manifest = hub.parsed && !document;
    if (has_broken_manifest || (document && !document->entries.empty())) return;
    if (!hub.hub.models.empty() || !hub.hub.broken.empty() || hub.table_diagnostics.has_errors()) {
        return;
    }
    // Sources that describe no model are findings of their own.
    if (hub.hub.has_sources && !hub.table_diagnostics.empty()) return;
    // A new hub has an empty table and an empty manifest.
    const bool is_new_hub = document && hub.hub.has_table && hub.settings.exclude.empty();
    if (is_new_hub) return;
    throw UserError(
        fmt::format("{}: nothing to check: {}, and {}; name the top directory of a hub",
                    hub.manifest.file, document ? "it has no entries" : "it does not exist",
                    hub.hub.has_table ? "all models in the tables are excluded"
                                      : "there is no README.md with a table of models"));
}

/// A wrong SHA-256 of a file that is there. Until the manifest is regenerated, no client can load
/// it.
bool is_wrong_digest(const Finding& finding) {
    return finding.rule == rule_id::model_sha_differs ||
           finding.rule == rule_id::archive_sha_differs ||
           finding.rule == rule_id::external_file_differs;
}

/// "a.json:3, a.json:9 and 2 more"
std::string places_text(const std::vector<std::string>& places, std::size_t count) {
    std::string text = fmt::format("{}", fmt::join(places, ", "));
    if (count > places.size()) text += fmt::format(" and {} more", count - places.size());
    return text;
}

/// Findings that `generate` repairs on the main branch become notes, wrong digests warnings.
void tolerate_stale_manifest(const std::string& of_shard, ValidationReport& report) {
    constexpr std::size_t places_limit = 10;
    std::vector<std::string> places;
    std::size_t count = 0;
    for (Finding& finding : report.findings) {
        const RuleInfo* rule = find_rule(finding.rule);
        if (!rule || !rule->is_fixable || finding.severity == Severity::note) continue;
        if (is_wrong_digest(finding)) {
            finding.severity = std::min(finding.severity, Severity::warning);
            continue;
        }
        finding.severity = Severity::note;
        ++count;
        if (places.size() == places_limit) continue;
        places.push_back(finding.line > 0 ? fmt::format("{}:{}", finding.file, finding.line)
                                          : finding.file);
    }
    if (count == 0) return;
    report.notices.push_back(
        fmt::format("{}the manifest is out of date in {} place{}, which `onnxhub generate` repairs "
                    "on the main branch: {}",
                    of_shard, count, count == 1 ? "" : "s", places_text(places, count)));
}

/// Of one model, the checker reports the same as model-contradictory.
void drop_what_the_checker_says(std::vector<Finding>& findings) {
    std::set<std::string> failed;
    for (const Finding& finding : findings) {
        if (finding.rule == rule_id::checker_failed) failed.insert(finding.file);
    }
    std::erase_if(findings, [&](const Finding& finding) {
        return finding.rule == rule_id::model_contradictory && failed.contains(finding.file);
    });
}

/// Those that people think of when they read which files were checked. Archives belong to the shard
/// of their model.
std::vector<std::string> checked_files(const HubState& hub, const Shard& shard) {
    std::set<std::string> files;
    const auto add = [&](const std::string& path) {
        if (files.size() < listed_files_limit) files.insert(path);
    };
    if (shard.number == 1 && hub.manifest.text) add(hub.manifest.file);
    for (const ModelRow& row : hub.hub.models) {
        if (shard.has(row.source_file.text())) add(row.source_file);
        if (!shard.has(row.model_path)) continue;
        add(row.model_path);
        if (row.archive_path) add(*row.archive_path);
    }
    if (const ManifestDocument* document = hub.document()) {
        for (const ManifestEntry& entry : document->entries) {
            const std::string path = name_of(entry).model_path;
            if (shard.has(path)) add(path);
        }
    }
    return {files.begin(), files.end()};
}

void count_checked(const HubState& hub, const ValidateOptions& options, ValidationReport& report) {
    const Shard shard = options.shard.value_or(Shard{});
    if (const ManifestDocument* document = hub.document()) {
        for (const ManifestEntry& entry : document->entries) {
            report.entries_checked += shard.has(name_of(entry).model_path) ? 1 : 0;
        }
    }
    if (options.schema_only) return;
    for (const ModelRow& row : hub.hub.models) {
        report.rows_checked += shard.has(row.model_path) ? 1 : 0;
    }
    report.files = checked_files(hub, shard);
    for (const std::string& file : hub.files) report.files_checked += shard.has(file) ? 1 : 0;
}

/// A change is judged by the settings of its base.
const Settings& judging_settings(const HubState& hub, const ValidateOptions& options) {
    return options.judging ? *options.judging : hub.settings;
}

/// A job on the main branch of a signed hub regenerates the manifest, since it must sign it.
bool tolerates_stale_manifest(const HubState& hub, const ValidateOptions& options) {
    return judging_settings(hub, options).tolerates_stale_manifest || has_signed_base(options.base);
}

/// A change of a signed hub needs no manifest. If it has one, the job on the main branch signs it.
void tolerate_unsigned_manifest(ValidationReport& report) {
    for (Finding& finding : report.findings) {
        if (finding.rule == rule_id::hub_statement_differs) finding.severity = Severity::note;
    }
}

}  // namespace

RuleSelection::RuleSelection(const std::vector<std::string>& selected,
                             const std::vector<std::string>& ignored)
    : is_everything_(selected.empty() && ignored.empty()) {
    for (const std::string& name : selected) rules_.merge(rules_named(name));
    if (selected.empty()) {
        for (const RuleInfo& rule : all_rules()) rules_.insert(rule.id);
    }
    for (const std::string& name : ignored) {
        for (const std::string_view rule : rules_named(name)) rules_.erase(rule);
    }
}

bool RuleSelection::includes(std::string_view rule) const {
    return is_everything_ || rules_.contains(rule);
}

bool RuleSelection::includes_any_of(std::string_view family) const {
    return std::ranges::any_of(all_rules(), [&](const RuleInfo& rule) {
        return rule.family == family && includes(rule.id);
    });
}

void run_rules(const HubState& hub, const ValidateOptions& options, FindingList& findings) {
    const auto wants = [&](std::string_view family) {
        return options.selection.includes_any_of(family);
    };
    if (wants("document") && hub.part.has_hub()) {
        check_document(hub, options.jobs, findings);
        check_source_urls(hub, options.addresses, findings);
    }
    if (options.schema_only) return;
    report_reading(hub, findings);
    if (wants("tables")) check_tables(hub, findings);
    if (wants("files")) check_files(hub, findings);
    if (wants("pointers")) check_pointers(hub, options.jobs, findings);
    if (wants("remote") && options.remote) {
        check_remote(hub, options.remote, options.jobs, findings);
    }
    if (wants("remote") && options.remote_sources) {
        check_remote_sources(hub, options.remote_sources, findings);
    }
    if (wants("graph")) {
        check_graphs(hub, findings);
        check_models(hub, options.checker, options.jobs, findings);
    }
    if (wants("archive")) check_archives(hub, options.jobs, findings);
    if (wants("run") && options.run) {
        check_runs(hub, {*options.run, judging_settings(hub, options), options.base, options.jobs},
                   findings);
    }
    if (wants("sources")) check_sources(hub, findings);
    if (wants("signatures")) check_signatures(hub, options.jobs, findings);
    if (wants("signing") && hub.part.has_hub()) {
        check_hub_signing(hub, options.base, options.now.value_or(seconds_since_1970()), findings);
    }
    if (wants("index") && hub.part.has_hub()) check_index_files(hub, options.jobs, findings);
    if (wants("changes") && options.base) {
        check_changes(hub, *options.base, tolerates_stale_manifest(hub, options), findings);
    }
}

ValidationReport make_report(const HubState& hub, const ValidateOptions& options,
                             FindingList list) {
    require_something(hub);
    ValidationReport report;
    report.shard = options.shard;
    const bool checked_everything =
        options.selection.is_everything() && !options.schema_only && !options.shard;
    if (options.shard && options.shard->number == 1) skip_unused_ignores(hub.settings, list);
    report.unchecked = list.unchecked();
    std::erase_if(report.unchecked, [&](const Unchecked& unchecked) {
        return !options.selection.includes(unchecked.rule);
    });
    const std::string of_shard =
        options.shard ? fmt::format("shard {}: ", to_text(*options.shard)) : "";
    for (const auto& [rule, count] : list.left_out()) {
        report.notices.push_back(
            fmt::format("{}{} more findings of {} are not listed", of_shard, count, rule));
    }
    report.findings = list.take_findings();
    report.runs = list.runs();
    std::ranges::stable_sort(report.runs.models, {}, &ModelRunResult::model);
    take_severity_of_rules(report.findings);
    drop_what_the_checker_says(report.findings);
    const Settings& judging = judging_settings(hub, options);
    const std::size_t ignored =
        apply_ignores(hub.settings, judging, checked_everything, report.findings);
    if (ignored > 0) {
        report.notices.push_back(fmt::format("{}{} finding{} ignored by {}{}", of_shard, ignored,
                                             ignored == 1 ? " is" : "s are", judging.file,
                                             options.judging ? " of the base" : ""));
    }
    std::erase_if(report.findings, [&](const Finding& finding) {
        return !options.selection.includes(finding.rule);
    });
    if (has_signed_base(options.base)) tolerate_unsigned_manifest(report);
    if (tolerates_stale_manifest(hub, options)) tolerate_stale_manifest(of_shard, report);
    std::stable_sort(report.findings.begin(), report.findings.end(), is_before);
    report.findings.erase(
        std::unique(report.findings.begin(), report.findings.end(), says_the_same),
        report.findings.end());
    add_source_lines(hub.tree, hub.manifest, report.findings);
    find_columns(hub.manifest.file, report.findings);
    std::stable_sort(report.findings.begin(), report.findings.end(), is_before);
    for (Finding& finding : report.findings) {
        if (finding.subject.empty() && finding.key.empty()) {
            finding.key = key_of_line(finding.source_line);
        }
    }
    count_checked(hub, options, report);
    return report;
}

ValidationReport validate(const HubState& hub, const ValidateOptions& options) {
    FindingList findings;
    run_rules(hub, options, findings);
    return make_report(hub, options, std::move(findings));
}

}  // namespace onnxhub
