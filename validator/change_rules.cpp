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
        "A change removes or edits `io_ports` or `extra_ports` of a model, but the model's SHA-256 "
        "is the same and its content is not available locally. Checked only with "
        "`--changed-since`.",
    .why =
        "The same content has the same ports, so the base or the change is wrong. Removed ports "
        "come back only when someone downloads the model.",
    .example = "A table had a typo, and `generate` wrote the entry without its ports.",
    .fix =
        "Restore the ports from the base. If the base is wrong, download the model with `git lfs "
        "pull`, so that `validate` can read its graph.",
};

constexpr RuleInfo external_data_changed_without_model{
    .id = rule_id::external_data_changed_without_model,
    .severity = Severity::error,
    .family = "changes",
    .what =
        "A change adds or removes files in `external_data` of a model, but the model's SHA-256 is "
        "the same and its content is not available locally. Checked only with `--changed-since`.",
    .why =
        "The same content needs the same files. Without one of them, the model cannot be loaded.",
    .example = "The entry was regenerated on a machine without the model.",
    .fix =
        "Restore the list from the base. If the base is wrong, download the model with `git lfs "
        "pull`, so that `validate` can read its graph.",
};

constexpr RuleInfo checks_changed{
    .id = rule_id::checks_changed,
    .severity = Severity::warning,
    .family = "changes",
    .what =
        "A change edits files that configure the checks: `onnxhub.toml`, the baseline, or "
        "workflows (`.github/workflows`, `.github/actions`, `.gitlab-ci.yml`). Checked only with "
        "`--changed-since`, which uses the settings and the baseline of the base.",
    .why = "A pull request could otherwise disable the checks that would report its errors.",
    .example = "A pull request adds a model and an `[[validate.ignore]]` for its findings.",
    .fix = "Review the file manually. It takes effect when the change is merged.",
};

constexpr std::array change_rule_list{ports_changed_without_model,
                                      external_data_changed_without_model, checks_changed};

constexpr const char* restore_hint =
    "restore it from the base, or run `git lfs pull` so that `validate` can read the graph";

/// Paths relative to the model's directory, which stay the same when the model moves.
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

/// Entries of the base by the digest of their model. A change must not lose what they say.
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

    /// The entry with the same digest. If there are several, prefers the same path, then the same
    /// ports, then the same name. Null: there is none.
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

    /// If the main branch regenerates the manifest, a missing entry alone is not an error.
    void check_lost_entries() {
        const std::set<Sha256> kept = digests_with_entry();
        std::set<std::string> reported;
        for (const ModelDescription& model : hub_.described.models) {
            const std::string& path = model.row->model_path;
            const auto sha = digest_of(model);
            if (!hub_.part.has_model(path) || !sha || graph_of(path, *sha)) continue;
            if (kept.contains(*sha) || !base_.all().contains(*sha) ||
                !reported.insert(path).second) {
                continue;
            }
            findings_.report(
                ports_changed_without_model, place_of(*model.row, model.row->cells.path),
                fmt::format("the manifest no longer has an entry with the ports of {}, whose bytes "
                            "are those of the base",
                            path),
                "restore the entry from the base", subject_of(*model.row));
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

    static std::optional<Sha256> digest_of(const ModelDescription& model) {
        if (model.facts) return model.facts->sha;
        return model.elsewhere ? model.elsewhere->sha : std::nullopt;
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

    /// Null when the file is not downloaded, not readable, or has another digest.
    const ModelGraph* graph_of(const std::string& path, const Sha256& sha) const {
        const auto found = hub_.described.graphs.find(path);
        if (found == hub_.described.graphs.end() || !safe_path(path)) return nullptr;
        const ContentFacts* facts = hub_.described.contents.facts(path);
        return facts && facts->sha == sha ? found->second.get() : nullptr;
    }

    /// Whether extra-ports-differ checks the entry.
    bool decides_features(std::size_t index, const ModelGraph* graph) const {
        return graph && !hub_.settings.feature_tensors.empty() && hub_.matches.row_of_entry[index];
    }

    void check_io_ports(const ManifestEntry& present, const Entry& known, const ModelGraph* graph) {
        const Entry& entry = *present.entry;
        if (!known.io_ports || entry.io_ports == known.io_ports) return;
        if (graph) {
            // io-ports-differ checks the entry. If inference failed, that rule accepts any number
            // for an unknown dimension, and the base may have the right one.
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
               fmt::format("extra_ports of {} {}, but the model has the same content as in the "
                           "base",
                           entry.model_path, entry.extra_ports ? "changed" : "were removed"));
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
    const char* message =
        check.kind == Kind::settings
            ? "the change edits the settings; this run uses the settings of the base"
        : check.kind == Kind::baseline
            ? "the change edits the baseline; this run uses the baseline of the base"
            : "the change edits a workflow, which may run fewer checks";
    findings.report(checks_changed, {check.file, 0}, name + message, "review the file manually",
                    {check.path, ""});
}

}  // namespace

std::span<const RuleInfo> change_rules() {
    return change_rule_list;
}

void check_changes(const HubState& hub, const BaseHub& base, bool tolerates_stale_manifest,
                   FindingList& findings) {
    if (hub.part.has_hub()) {
        for (const ChangedCheck& check : base.changed_checks) report_changed_check(check, findings);
    }
    if (!base.manifest) return;
    ChangeChecker checker(hub, *base.manifest, findings);
    checker.check_entries();
    if (tolerates_stale_manifest) checker.check_lost_entries();
}

}  // namespace onnxhub
