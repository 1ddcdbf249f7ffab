// SPDX-License-Identifier: Apache-2.0
#include "validator/fix.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "generator/entry_claims.h"
#include "generator/manifest_update.h"
#include "manifest/rule_ids.h"
#include "validator/rule_catalog.h"

namespace onnxhub {
namespace {

/// Actions for entries and rows; indices into HubState.
struct Plan {
    std::set<std::size_t> rows;     ///< regenerate their entries from their descriptions
    std::set<std::size_t> entries;  ///< without a row: update them from their files
    std::set<std::size_t> removed;  ///< remove these entries
    std::set<std::size_t> spared;   ///< not removed, because no one confirmed it
    bool reformats = false;
};

class Planner {
public:
    Planner(const HubState& hub, bool removals_confirmed)
        : hub_(hub), removals_confirmed_(removals_confirmed) {
        if (const ManifestDocument* document = hub.document()) {
            for (std::size_t i = 0; i < document->entries.size(); ++i) {
                entry_of_line_[document->entries[i].line] = i;
            }
            claims_ = claim_entries(*document, invalid_rows(hub.hub));
        }
        for (std::size_t i = 0; i < hub.described.models.size(); ++i) {
            const ModelRow& row = *hub.described.models[i].row;
            row_of_place_[place_key(row.source_file, row.line, row.model_path)] = i;
        }
    }

    Plan plan(const std::vector<Finding>& findings) {
        for (const Finding& finding : findings) {
            const RuleInfo* rule = find_rule(finding.rule);
            if (rule && rule->is_fixable) add(finding);
        }
        for (const std::size_t entry : plan_.removed) plan_.entries.erase(entry);
        spare_too_many();
        regenerate_namesakes_of_removed();
        return std::move(plan_);
    }

private:
    using PlaceKey = std::tuple<std::string, int, std::string>;

    static PlaceKey place_key(std::string file, int line, std::string model_path) {
        return {std::move(file), line, std::move(model_path)};
    }

    void add(const Finding& finding) {
        if (finding.rule == rule_id::manifest_missing) {
            for (std::size_t i = 0; i < hub_.described.models.size(); ++i) add_row(i);
        } else if (finding.rule == rule_id::entry_order ||
                   finding.rule == rule_id::manifest_format) {
            plan_.reformats = true;
        } else if (finding.rule == rule_id::row_without_entry) {
            const auto row = row_of_place_.find(place_key(
                finding.file, finding.line, finding.about.empty() ? finding.file : finding.about));
            if (row != row_of_place_.end()) add_row(row->second);
        } else if (const auto entry = entry_at(finding)) {
            add_entry(finding, *entry);
        }
    }

    void add_row(std::size_t row) {
        if (hub_.described.models[row].entry) plan_.rows.insert(row);
    }

    std::optional<std::size_t> entry_at(const Finding& finding) const {
        if (finding.file != hub_.manifest.file) return std::nullopt;
        auto entry = entry_of_line_.upper_bound(finding.line);
        if (entry == entry_of_line_.begin()) return std::nullopt;
        return std::prev(entry)->second;
    }

    void add_entry(const Finding& finding, std::size_t index) {
        const auto row = hub_.matches.row_of_entry[index];
        const bool file_is_gone = finding.rule == rule_id::model_missing;
        if (finding.rule == rule_id::entry_without_row ||
            finding.rule == rule_id::duplicate_entry) {
            // Of equal entries, keep the one with the row.
            (row ? plan_.rows : plan_.removed).insert(row ? *row : index);
        } else if (row && hub_.described.models[*row].entry) {
            plan_.rows.insert(*row);
        } else if (has_perhaps_moved(index)) {
            return;
        } else if (file_is_gone) {
            plan_.removed.insert(index);
        } else if (!row && hub_.document()->entries[index].entry && !is_no_model(index)) {
            plan_.entries.insert(index);
        }
    }

    /// A row that cannot be read may describe the model at another path.
    bool has_perhaps_moved(std::size_t index) const {
        if (claims_[index] == EntryClaim::none) return false;
        const auto path = safe_path(name_of(hub_.document()->entries[index]).model_path);
        return path && !hub_.described.contents.has_file(*path);
    }

    void spare_too_many() {
        const std::size_t present = hub_.document() ? hub_.document()->entries.size() : 0;
        if (removals_confirmed_ || !needs_confirmation(plan_.removed.size(), present)) return;
        plan_.spared = std::exchange(plan_.removed, {});
    }

    /// Whether the file at the entry's path is not a model. Its digest is then not the model's.
    bool is_no_model(std::size_t index) const {
        const auto graph =
            hub_.described.graphs.find(hub_.document()->entries[index].entry->model_path);
        return graph != hub_.described.graphs.end() && !graph->second;
    }

    /// Entries are removed by name, so an entry with the name of a removed one must be added again.
    void regenerate_namesakes_of_removed() {
        if (plan_.removed.empty()) return;
        std::set<EntryName> gone;
        for (const std::size_t i : plan_.removed) {
            gone.insert(name_of(hub_.document()->entries[i]));
        }
        for (std::size_t i = 0; i < hub_.document()->entries.size(); ++i) {
            const auto row = hub_.matches.row_of_entry[i];
            if (row && gone.contains(name_of(hub_.document()->entries[i]))) add_row(*row);
        }
    }

    const HubState& hub_;
    const bool removals_confirmed_;
    std::map<int, std::size_t> entry_of_line_;
    std::vector<EntryClaim> claims_;  ///< by position of the entry
    /// One row of a table may list several models.
    std::map<PlaceKey, std::size_t> row_of_place_;
    Plan plan_;
};

/// An entry without a row, updated from its files.
Entry updated_from_files(const HubState& hub, Entry entry) {
    const auto facts_of = [&](const std::string& path) -> const ContentFacts* {
        return safe_path(path) ? hub.described.contents.facts(path) : nullptr;
    };
    if (const auto* facts = facts_of(entry.model_path)) {
        entry.content = {facts->sha, facts->size_bytes};
    }
    if (entry.archive_path) {
        if (const auto* facts = facts_of(*entry.archive_path)) {
            entry.archive = StatedContent{facts->sha, facts->size_bytes};
        } else {
            entry.archive_path.reset();
            entry.archive = {};
        }
    }
    const auto graph = hub.described.graphs.find(entry.model_path);
    if (graph != hub.described.graphs.end() && graph->second) {
        entry.io_ports.reset();
        if (!graph->second->has_contradictory_ports) entry.io_ports = graph->second->ports;
    }
    std::erase_if(entry.external_data,
                  [&](const ExternalDataFile& file) { return !facts_of(file.path); });
    for (ExternalDataFile& file : entry.external_data) {
        const auto* facts = facts_of(file.path);
        file.sha = facts->sha;
        file.size_bytes = facts->size_bytes;
    }
    return entry;
}

/// Positions after those of all rows, so that entries without a row keep their order.
std::size_t position_of_entry(const HubState& hub, std::size_t index) {
    return hub.described.models.size() + index;
}

PartialChange change_of(const HubState& hub, const Plan& plan) {
    PartialChange change;
    for (const ModelDescription& model : hub.described.models) {
        change.row_order.push_back({model.row->name, model.row->model_path,
                                    !states_opset(*model.row) ? 0 : model.row->opset_version});
    }
    for (const std::size_t row : plan.rows) {
        change.fresh.push_back({*hub.described.models[row].entry, row});
        // The current entry of the row may have another name.
        const auto entry = hub.document() ? hub.matches.entry_of_row[row] : std::nullopt;
        if (entry) change.gone.push_back(name_of(hub.document()->entries[*entry]));
    }
    for (const std::size_t index : plan.entries) {
        const Entry& entry = *hub.document()->entries[index].entry;
        change.fresh.push_back({updated_from_files(hub, entry), position_of_entry(hub, index)});
    }
    for (const std::size_t index : plan.removed) {
        change.gone.push_back(name_of(hub.document()->entries[index]));
    }
    return change;
}

std::string reformatted(const std::string& text) {
    const ManifestResult parsed = parse_manifest(text);
    std::vector<std::string> entries;
    for (const ManifestEntry& entry : std::get<ManifestDocument>(parsed).entries) {
        entries.push_back(entry_text(entry.json()));
    }
    return manifest_text(entries);
}

}  // namespace

ManifestFix fix_manifest(const HubState& hub, const std::vector<Finding>& findings,
                         bool removals_confirmed) {
    ManifestFix fix;
    fix.text = hub.manifest.text.value_or("");
    if (hub.parsed && !hub.document()) return fix;
    const Plan plan = Planner(hub, removals_confirmed).plan(findings);
    for (const std::size_t index : plan.spared) {
        fix.spared.push_back(name_of(hub.document()->entries[index]));
    }
    if (plan.rows.empty() && plan.entries.empty() && plan.removed.empty() && !plan.reformats) {
        return fix;
    }
    static const ManifestDocument nothing;
    const PartialChange change = change_of(hub, plan);
    fix.text = replace_some(hub.document() ? *hub.document() : nothing, change).text;
    if (plan.reformats) {
        fix.text = reformatted(fix.text);
        fix.done.push_back("sorted and reformatted the entries");
    }
    for (const FreshEntry& fresh : change.fresh) {
        const bool is_new = fresh.position < hub.described.models.size() &&
                            !(hub.document() && hub.matches.entry_of_row[fresh.position]);
        fix.done.push_back((is_new ? "added " : "regenerated ") + to_text(name_of(*fresh.entry)));
    }
    for (const std::size_t index : plan.removed) {
        fix.removed.push_back(name_of(hub.document()->entries[index]));
        fix.done.push_back("removed " + to_text(fix.removed.back()));
    }
    return fix;
}

}  // namespace onnxhub
