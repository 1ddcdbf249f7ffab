// SPDX-License-Identifier: Apache-2.0
#include "validator/change_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "manifest/entry_name.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "validator/port_difference.h"

namespace onnxhub {
namespace {

constexpr RuleInfo ports_changed_without_model{
    .id = rule_id::ports_changed_without_model,
    .severity = Severity::error,
    .family = "changes",
    .what =
        "A change removes or edits `io_ports` or `extra_ports` of a model whose SHA-256 stays the "
        "same, and the model's bytes are not here to decide. Checked with `--changed-since` alone.",
    .why =
        "The same bytes have the same ports: either the base or the change is wrong, and removed "
        "ports come back only when someone downloads the model.",
    .example = "A typo in a table, and `generate` wrote the entry again without its ports.",
    .fix =
        "Restore the ports from the base. Where the base is wrong, get the model with "
        "`git lfs pull`, so that its graph decides.",
};

constexpr RuleInfo external_data_changed_without_model{
    .id = rule_id::external_data_changed_without_model,
    .severity = Severity::error,
    .family = "changes",
    .what =
        "A change removes or adds files in `external_data` of a model whose SHA-256 stays the "
        "same, and the model's bytes are not here to decide. Checked with `--changed-since` alone.",
    .why = "The same bytes name the same files: a model without one of them can't be loaded.",
    .example = "The entry was made again on a machine without the model.",
    .fix =
        "Restore the list from the base. Where the base is wrong, get the model with "
        "`git lfs pull`, so that its graph decides.",
};

constexpr RuleInfo checks_changed{
    .id = rule_id::checks_changed,
    .severity = Severity::warning,
    .family = "changes",
    .what =
        "A change edits what decides about it: `onnxhub.toml`, the baseline, or workflows "
        "(`.github/workflows`, `.github/actions`, `.gitlab-ci.yml`). Checked with "
        "`--changed-since` alone, which takes settings and baseline from the base.",
    .why = "A pull request could otherwise turn off the checks that would find its mistakes.",
    .example = "A pull request that adds a model and an `[[validate.ignore]]` for its findings.",
    .fix = "Review the file by hand; its effect begins when the change is merged.",
};

constexpr std::array change_rule_list{ports_changed_without_model,
                                      external_data_changed_without_model, checks_changed};

constexpr const char* restore_hint =
    "restore it from the base, or get the model with `git lfs pull`, so that its graph decides";

/// Paths from the model's folder, so that a moved model has the same.
std::set<std::string> external_files(const Entry& entry) {
    const std::string folder(parent_folder(entry.model_path));
    std::set<std::string> files;
    for (const ExternalDataFile& file : entry.external_data) {
        const bool is_beside = !folder.empty() && file.path.starts_with(folder + "/");
        files.insert(is_beside ? file.path.substr(folder.size() + 1) : file.path);
    }
    return files;
}

bool knows_graph(const Entry& entry) {
    return entry.io_ports || entry.extra_ports || !entry.external_data.empty();
}

/// Entries of the base whose facts a change may not lose, by the digest of the model.
class KnownEntries {
public:
    explicit KnownEntries(const ManifestDocument& base) {
        for (const ManifestEntry& present : base.entries) {
            if (!present.entry || !present.entry->content.sha || !knows_graph(*present.entry)) {
                continue;
            }
            entries_.emplace(*present.entry->content.sha, &*present.entry);
        }
    }

    /// The entry of the same bytes; of several that of the same path, then one that says the same,
    /// then one of the same name. Null: the base knows nothing.
    const Entry* find(const Sha256& sha, const Entry& now) const {
        const auto [first, last] = entries_.equal_range(sha);
        const Entry* best = nullptr;
        int best_score = -1;
        for (auto known = first; known != last; ++known) {
            const Entry& entry = *known->second;
            const bool has_same_ports =
                entry.io_ports == now.io_ports && entry.extra_ports == now.extra_ports;
            const int score = 8 * static_cast<int>(entry.model_path == now.model_path) +
                              4 * static_cast<int>(has_same_ports) +
                              2 * static_cast<int>(entry.model == now.model) +
                              static_cast<int>(entry.opset_version == now.opset_version);
            if (score > best_score) best = &entry;
            best_score = std::max(score, best_score);
        }
        return best;
    }

    const std::multimap<Sha256, const Entry*>& all() const { return entries_; }

private:
    std::multimap<Sha256, const Entry*> entries_;
};

class ChangeChecker {
public:
    ChangeChecker(const HubState& hub, const ManifestDocument& base, FindingList& findings)
        : hub_(hub), base_(base), findings_(findings) {}

    void check_entries() {
        if (!hub_.document()) return;
        for (std::size_t i = 0; i < hub_.document()->entries.size(); ++i) check_entry(i);
    }

    /// Where the main branch makes the manifest again, a missing entry alone is no error.
    void check_lost_entries() {
        const std::set<Sha256> kept = digests_with_entry();
        std::set<std::string> told;
        for (const ModelDescription& model : hub_.described.models) {
            const std::string& path = model.row.model_path;
            if (!hub_.part.has_model(path) || !model.facts) continue;
            const Sha256& sha = model.facts->sha;
            if (graph_of(path, sha)) continue;
            if (kept.contains(sha) || !base_.all().contains(sha) || !told.insert(path).second) {
                continue;
            }
            findings_.report(
                ports_changed_without_model, place_of(model.row),
                fmt::format("the manifest no longer has an entry with the ports of {}, whose bytes "
                            "are those of the base",
                            path),
                "restore the entry from the base", subject_of(model.row));
        }
    }

private:
    void check_entry(std::size_t index) {
        const ManifestEntry& present = hub_.document()->entries[index];
        if (!present.entry || !hub_.part.has_model(present.entry->model_path)) return;
        const auto sha = digest_of(*present.entry);
        const Entry* known = sha ? base_.find(*sha, *present.entry) : nullptr;
        if (!known) return;
        const ModelGraph* graph = graph_of(present.entry->model_path, *sha);
        check_io_ports(present, *known, graph);
        if (!decides_features(index, graph)) check_extra_ports(present, *known);
        if (!graph) check_external_data(present, *known);
    }

    std::optional<Sha256> digest_of(const Entry& entry) const {
        if (entry.content.sha) return entry.content.sha;
        const auto path = safe_path(entry.model_path);
        const auto* facts = path ? hub_.described.contents.facts(*path) : nullptr;
        return facts ? std::optional(facts->sha) : std::nullopt;
    }

    std::set<Sha256> digests_with_entry() const {
        std::set<Sha256> digests;
        if (!hub_.document()) return digests;
        for (const ManifestEntry& present : hub_.document()->entries) {
            const auto sha = present.entry ? digest_of(*present.entry) : std::nullopt;
            if (sha) digests.insert(*sha);
        }
        return digests;
    }

    /// Null when the bytes are not here, can't be read, or are not those of the digest.
    const ModelGraph* graph_of(const std::string& path, const Sha256& sha) const {
        const auto found = hub_.described.graphs.find(path);
        if (found == hub_.described.graphs.end() || !safe_path(path)) return nullptr;
        const ContentFacts* facts = hub_.described.contents.facts(path);
        return facts && facts->sha == sha ? found->second.get() : nullptr;
    }

    /// Whether extra-ports-differ judges the entry.
    bool decides_features(std::size_t index, const ModelGraph* graph) const {
        return graph && !hub_.settings.feature_tensors.empty() && hub_.matches.row_of_entry[index];
    }

    void check_io_ports(const ManifestEntry& present, const Entry& known, const ModelGraph* graph) {
        const Entry& entry = *present.entry;
        if (!known.io_ports || entry.io_ports == known.io_ports) return;
        if (graph) {
            // io-ports-differ judges. Where inference failed it lets numbers pass, which the base
            // may know better.
            if (!graph->inference_failure || find_difference(*known.io_ports, graph->ports, true)) {
                return;
            }
        }
        if (!entry.io_ports) {
            report(ports_changed_without_model, present, "metadata.io_ports",
                   fmt::format("the entry of {} no longer has io_ports, though the model has the "
                               "same bytes as in the base",
                               entry.model_path));
            return;
        }
        const auto difference =
            find_difference(*entry.io_ports, *known.io_ports, false, "the base");
        if (!difference) return;
        report(ports_changed_without_model, present, "metadata.io_ports",
               fmt::format("io_ports of {} changed, though the model has the same bytes: {}",
                           entry.model_path, *difference));
    }

    void check_extra_ports(const ManifestEntry& present, const Entry& known) {
        const Entry& entry = *present.entry;
        if (!known.extra_ports || entry.extra_ports == known.extra_ports) return;
        report(ports_changed_without_model, present, "metadata.extra_ports",
               fmt::format("extra_ports of {} {}, though the model has the same bytes as in the "
                           "base",
                           entry.model_path, entry.extra_ports ? "changed" : "are gone"));
    }

    void check_external_data(const ManifestEntry& present, const Entry& known) {
        const auto before = external_files(known);
        const auto now = external_files(*present.entry);
        if (before == now) return;
        report(
            external_data_changed_without_model, present, "metadata.external_data",
            fmt::format("external_data of {} changed from [{}] to [{}], though the model has "
                        "the same bytes",
                        present.entry->model_path, fmt::join(before, ", "), fmt::join(now, ", ")));
    }

    void report(const RuleInfo& rule, const ManifestEntry& present, std::string_view field,
                std::string message) {
        findings_.report(rule, place_of(hub_, present, field), std::move(message), restore_hint,
                         subject_of(present));
    }

    const HubState& hub_;
    KnownEntries base_;
    FindingList& findings_;
};

void report_changed_check(const ChangedCheck& check, FindingList& findings) {
    using Kind = ChangedCheck::Kind;
    const std::string name = check.file.empty() ? check.path + ": " : "";
    const char* message = check.kind == Kind::settings
                              ? "the change edits the settings; those of the base decide here"
                          : check.kind == Kind::baseline
                              ? "the change edits the baseline; that of the base decides here"
                              : "the change edits a workflow, which may check less than the base's";
    findings.report(checks_changed, {check.file, 0}, name + message, "review it by hand",
                    {check.path, ""});
}

}  // namespace

std::span<const RuleInfo> change_rules() {
    return change_rule_list;
}

void check_changes(const HubState& hub, const BaseHub& base, const Settings& settings,
                   FindingList& findings) {
    if (hub.part.has_hub()) {
        for (const ChangedCheck& check : base.changed_checks) report_changed_check(check, findings);
    }
    if (!base.manifest) return;
    ChangeChecker checker(hub, *base.manifest, findings);
    checker.check_entries();
    if (settings.tolerates_stale_manifest) checker.check_lost_entries();
}

}  // namespace onnxhub
