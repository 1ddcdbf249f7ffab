// SPDX-License-Identifier: Apache-2.0
#include "validator/table_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "generator/entry_claims.h"
#include "manifest/entry_name.h"
#include "manifest/onnx_release.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

constexpr RuleInfo row_bad_version{
    .id = rule_id::row_bad_version,
    .severity = Severity::warning,
    .family = "tables",
    .what =
        "The cell in the column \"ONNX version\" is not a release number (numbers separated by "
        "dots).",
    .why = "Clients cannot compare the version.",
    .example = "`onnx 1.9`, or `1,9`",
    .fix = "Write only the release number, for example 1.9 or 1.4.1.",
};

// The manifest against the tables.

constexpr RuleInfo row_without_entry{
    .id = rule_id::row_without_entry,
    .severity = Severity::error,
    .family = "tables",
    .what = "A row has no entry in the manifest.",
    .why = "Clients do not see the model, because they read only the manifest.",
    .example = "A pull request added the model and its row, but did not regenerate the manifest.",
    .fix = "Run `onnxhub generate`, or `onnxhub validate --fix`, and commit the manifest.",
    .is_fixable = true,
};

constexpr RuleInfo entry_without_row{
    .id = rule_id::entry_without_row,
    .severity = Severity::error,
    .family = "tables",
    .what = "An entry has no row in any table.",
    .why =
        "The next `onnxhub generate` removes the entry, and readers of the hub's pages do not find "
        "the model.",
    .example = "The row was deleted, but the manifest was not regenerated.",
    .fix =
        "Add the row, or run `onnxhub validate --fix`. If the hub lists models without rows, set "
        "`discover = true` in `[generate]`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_path_differs{
    .id = rule_id::entry_path_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry links to a file that is not the entry's `model_path`.",
    .why = "Readers of the page and clients get different models.",
    .example = "The row links to `mnist-12.onnx`, but the entry names `mnist-8.onnx`.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_name_differs{
    .id = rule_id::entry_name_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry has another model name.",
    .why = "Users who request the name on the page do not find the model.",
    .example = "The table says `ResNet-50`, but the entry says `ResNet50`.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_version_differs{
    .id = rule_id::entry_version_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry has another ONNX version.",
    .why = "Users choose models by this version.",
    .example = "The table says 1.9, but the entry says 1.8.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_opset_differs{
    .id = rule_id::entry_opset_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry has another opset version.",
    .why = "Clients choose a model by its opset and load a different one.",
    .example = "The table says 12, but the entry says 21.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_tags_differ{
    .id = rule_id::entry_tags_differ,
    .severity = Severity::warning,
    .family = "tables",
    .what = "An entry's tags are not the names of the directories of its README.",
    .why = "A search by tag does not find the model.",
    .example =
        "The directory moved to `validated/`. `strip_tags` in `onnxhub.toml` removes this name "
        "from the tags.",
    .fix = "Run `onnxhub validate --fix`, or set `strip_tags`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_archive_differs{
    .id = rule_id::entry_archive_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry links to another archive with test data, or to none.",
    .why = "Readers of the page and clients get different test data.",
    .example = "The row links to `mnist-12.tar.gz`, but the entry has no `model_with_data_path`.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr std::array table_rule_list{
    row_bad_version,     row_without_entry,  entry_without_row,
    entry_path_differs,  entry_name_differs, entry_version_differs,
    entry_opset_differs, entry_tags_differ,  entry_archive_differs,
};

/// "1.9", "1.4.1": the form of ONNX release numbers.
bool is_version(std::string_view text) {
    bool after_digit = false;
    for (const char c : text) {
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && (c != '.' || !after_digit)) return false;
        after_digit = is_digit;
    }
    return after_digit;
}

/// One entry against its row.
class PairChecker {
public:
    PairChecker(const HubState& hub, const ManifestEntry& entry, const ModelDescription& model,
                FindingList& findings)
        : hub_(hub), present_(entry), entry_(*entry.entry), model_(model), findings_(findings) {}

    void check() {
        const ModelRow& row = *model_.row;
        check_path(row);
        compare(entry_name_differs, "model", "is named", entry_.model, row.name);
        if (states_opset(row)) {
            compare(entry_version_differs, "onnx_version", "has ONNX version", entry_.onnx_version,
                    row.onnx_version);
            compare(entry_opset_differs, "opset_version", "has opset",
                    std::to_string(entry_.opset_version), std::to_string(row.opset_version));
        }
        compare(entry_tags_differ, "metadata.tags", "gives the tags",
                fmt::format("{}", fmt::join(entry_.tags, ", ")),
                fmt::format("{}", fmt::join(row.tags, ", ")));
        check_archive(row);
    }

private:
    void report(const RuleInfo& rule, std::string_view field, std::string message) {
        findings_.report(rule, place_of(hub_, present_, field), std::move(message),
                         fmt::format("if {} is correct, run `onnxhub validate --fix`",
                                     to_text(place_of(*model_.row))),
                         subject_of(present_));
    }

    void compare(const RuleInfo& rule, std::string_view field, std::string_view verb,
                 const std::string& stated, const std::string& expected) {
        if (stated == expected) return;
        report(rule, field,
               fmt::format("the {} of {} {} \"{}\", but the entry says \"{}\"",
                           model_.row->stated ? "source" : "table", entry_.model_path, verb,
                           expected, stated));
    }

    /// model-missing reports a path without a file, with the row as its hint.
    void check_path(const ModelRow& row) {
        if (row.model_path == entry_.model_path || !has_file(entry_.model_path)) return;
        if (!has_file(row.model_path)) return;  // reported at the row
        report(entry_path_differs, "model_path",
               fmt::format("the table links to {}, but the entry to {}", row.model_path,
                           entry_.model_path));
    }

    void check_archive(const ModelRow& row) {
        const bool row_has_file = row.archive_path && has_file(*row.archive_path);
        if (entry_.archive_path) {
            if (row.archive_path == entry_.archive_path || !has_file(*entry_.archive_path)) return;
            report(entry_archive_differs, "metadata.model_with_data_path",
                   fmt::format("the table links to {}, but the entry to {}",
                               row.archive_path ? *row.archive_path : "no archive",
                               *entry_.archive_path));
        } else if (row_has_file) {
            report(entry_archive_differs, "metadata",
                   fmt::format("the table links to {}, but the entry to no archive",
                               *row.archive_path));
        }
    }

    bool has_file(const std::string& path) const {
        return safe_path(path) && hub_.described.contents.has_file(path);
    }

    const HubState& hub_;
    const ManifestEntry& present_;
    const Entry& entry_;
    const ModelDescription& model_;
    FindingList& findings_;
};

void check_entries(const HubState& hub, const ManifestDocument& document, FindingList& findings) {
    const std::vector<EntryClaim> claims = claim_entries(document, invalid_rows(hub.hub));
    std::set<EntryName> with_row;
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        if (hub.matches.row_of_entry[i]) with_row.insert(name_of(document.entries[i]));
    }
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        const ManifestEntry& entry = document.entries[i];
        if (!hub.part.has_model(name_of(entry).model_path)) continue;
        if (const auto row = hub.matches.row_of_entry[i]) {
            if (!entry.entry) continue;
            PairChecker(hub, entry, hub.described.models[*row], findings).check();
            continue;
        }
        if (!hub.knows_its_models()) {
            findings.skip(entry_without_row, "the hub has no tables");
            continue;
        }
        const EntryName name = name_of(entry);
        if (with_row.contains(name)) continue;  // duplicate-entry reports it
        if (claims[i] != EntryClaim::none) {
            findings.skip(entry_without_row, "their rows cannot be read");
            continue;
        }
        const bool has_sources = hub.hub.has_sources;
        findings.report(entry_without_row, place_of(hub, entry),
                        (has_sources ? "no source describes " : "no table lists ") + to_text(name),
                        fmt::format("add {}, or run `onnxhub validate --fix` to remove the entry",
                                    has_sources ? "it to a source" : "a row"),
                        subject_of(entry));
    }
}

/// A source need not state the ONNX version, but a table of the official layout must.
bool states_version(const ModelRow& row) {
    return states_opset(row) && !(row.stated && row.onnx_version.empty());
}

/// The names of the entries with a path. Reads the manifest when it is asked the first time.
class EntryNames {
public:
    explicit EntryNames(const ManifestDocument* document) : document_(document) {}

    /// Null when no entry has the path.
    const EntryName* of(const std::string& model_path) {
        if (document_ && names_.empty()) {
            for (const ManifestEntry& entry : document_->entries) {
                EntryName name = name_of(entry);
                names_.try_emplace(name.model_path, std::move(name));
            }
        }
        const auto found = names_.find(model_path);
        return found == names_.end() ? nullptr : &found->second;
    }

private:
    const ManifestDocument* document_;
    std::unordered_map<std::string, EntryName> names_;
};

/// `same_path` is an entry with the row's path, which belongs to another row; may be null.
std::string without_entry_text(const HubState& hub, const ModelRow& row,
                               const EntryName* same_path) {
    if (!same_path) {
        return fmt::format("{} (opset {}) has no entry in {}", row.model_path, row.opset_version,
                           hub.manifest.file);
    }
    return fmt::format("{} has no entry as \"{}\" (opset {}) in {}, only as \"{}\" (opset {})",
                       row.model_path, row.name, row.opset_version, hub.manifest.file,
                       same_path->model, same_path->opset_version);
}

void check_rows(const HubState& hub, FindingList& findings) {
    EntryNames names(hub.document());
    for (std::size_t i = 0; i < hub.described.models.size(); ++i) {
        const ModelDescription& model = hub.described.models[i];
        if (!hub.part.has_model(model.row->model_path)) continue;
        if (states_version(*model.row) && !is_version(model.row->onnx_version)) {
            findings.report(row_bad_version, place_of(*model.row, model.row->cells.onnx_version),
                            fmt::format("the ONNX version \"{}\" of \"{}\" is not a release number",
                                        model.row->onnx_version, model.row->name),
                            "write only the release number, for example 1.9",
                            subject_of(*model.row));
        }
        // Other findings say why a row cannot become an entry.
        if (!hub.document() || hub.matches.entry_of_row[i] || !model.entry) continue;
        findings.report(row_without_entry, place_of(*model.row, model.row->cells.path),
                        without_entry_text(hub, *model.row, names.of(model.row->model_path)),
                        "run `onnxhub generate` and commit the manifest", subject_of(*model.row));
    }
}

}  // namespace

std::span<const RuleInfo> table_rules() {
    return table_rule_list;
}

void check_tables(const HubState& hub, FindingList& findings) {
    if (hub.part.has_hub()) {
        for (const Diagnostic& diagnostic : hub.table_diagnostics.all()) {
            findings.report(diagnostic);
        }
    }
    check_rows(hub, findings);
    if (hub.document()) check_entries(hub, *hub.document(), findings);
}

}  // namespace onnxhub
