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

// Reported while tables are read, also by `generate`.

constexpr RuleInfo readme_unreadable{
    .id = rule_id::readme_unreadable,
    .severity = Severity::error,
    .family = "tables",
    .what = "The root `README.md` cannot be read.",
    .why = "The hub's models are listed there.",
    .example = "`README.md` is a symbolic link that points outside of the repository.",
    .fix = "Make it a regular file.",
};

constexpr RuleInfo readme_too_complex{
    .id = rule_id::readme_too_complex,
    .severity = Severity::error,
    .family = "tables",
    .what =
        "A README is nested so deeply, or has such a layout, that its tables cannot be read in "
        "reasonable time.",
    .why = "The hub has none of its models.",
    .example = "Ten thousand nested block quotes",
    .fix = "Simplify the document at this line.",
};

constexpr RuleInfo readme_not_utf8{
    .id = rule_id::readme_not_utf8,
    .severity = Severity::warning,
    .family = "tables",
    .what = "A README contains bytes that are not UTF-8.",
    .why = "Names from this README contain U+FFFD instead of these bytes.",
    .example = "A name is encoded in Latin-1.",
    .fix = "Save the file as UTF-8.",
};

constexpr RuleInfo readme_conflict{
    .id = rule_id::readme_conflict,
    .severity = Severity::error,
    .family = "tables",
    .what = "A README contains the conflict markers of a merge.",
    .why = "The two sides differ, so `onnxhub` reads none of its rows.",
    .example = "`<<<<<<< HEAD` above a row",
    .fix = "Keep one side or both, and remove the markers.",
};

constexpr RuleInfo folder_no_link{
    .id = rule_id::folder_no_link,
    .severity = Severity::note,
    .family = "tables",
    .what = "A cell in the column \"Model Class\" has no link.",
    .why = "Hubs list models this way that no one has contributed yet.",
    .example = "`Text to Image | …`",
    .fix = "No action is needed. When the directory exists, link to it.",
};

constexpr RuleInfo folder_absolute_url{
    .id = rule_id::folder_absolute_url,
    .severity = Severity::error,
    .family = "tables",
    .what = "A link in the column \"Model Class\" leads to another site.",
    .why = "`onnxhub` does not find the directory, and the hub has none of its models.",
    .example = "`[MNIST](https://github.com/onnx/models/tree/main/vision/mnist)`",
    .fix =
        "Use a relative link: `[MNIST](vision/mnist)`. If the links lead to the hub itself, state "
        "its address as `generate.repository` in `onnxhub.toml`.",
};

constexpr RuleInfo folder_unsafe_path{
    .id = rule_id::folder_unsafe_path,
    .severity = Severity::error,
    .family = "tables",
    .what =
        "A link in the column \"Model Class\" points outside of the repository or is not a valid "
        "path.",
    .why = "`onnxhub` does not find the directory, and the hub has none of its models.",
    .example = "`[MNIST](../elsewhere/mnist)`",
    .fix = "Use a relative link to a directory in this repository.",
};

constexpr RuleInfo folder_no_readme{
    .id = rule_id::folder_no_readme,
    .severity = Severity::error,
    .family = "tables",
    .what = "A directory that the root README links to has no `README.md`, or does not exist.",
    .why = "The hub has none of its models.",
    .example = "The directory was renamed, but the link was not updated.",
    .fix = "Correct the link, or add a README with a table of models.",
};

constexpr RuleInfo folder_is_submodule{
    .id = rule_id::folder_is_submodule,
    .severity = Severity::note,
    .family = "tables",
    .what = "A linked directory is a git submodule. Its models are skipped.",
    .why = "Its files are not part of this repository.",
    .example = "`[Partner](partner)`, and `partner` is a submodule",
    .fix = "No action is needed. To include the models, add them to this repository.",
};

constexpr RuleInfo column_misspelled{
    .id = rule_id::column_misspelled,
    .severity = Severity::error,
    .family = "tables",
    .what = "A table looks like a table of models, but the name of a column is misspelled.",
    .why = "`onnxhub` ignores tables without all columns. The hub has none of the models.",
    .example = "`Opset verison` instead of `Opset version`",
    .fix = "Correct the name of the column.",
};

constexpr RuleInfo column_missing{
    .id = rule_id::column_missing,
    .severity = Severity::error,
    .family = "tables",
    .what =
        "A table has all columns of Model, Download, ONNX version and Opset version, except one.",
    .why = "`onnxhub` ignores tables without all columns. The hub has none of the models.",
    .example = "`Model | Download | ONNX version`",
    .fix = "Add the column.",
};

constexpr RuleInfo row_no_model{
    .id = rule_id::row_no_model,
    .severity = Severity::error,
    .family = "tables",
    .what = "A row has a download, but the cell in the column \"Model\" is empty.",
    .why = "The hub does not have the model, because users could not request it.",
    .example = "`| | [1 MB](mnist.onnx) | 1.3 | 8 |`",
    .fix = "Write the name of the model.",
};

constexpr RuleInfo row_name_is_link{
    .id = rule_id::row_name_is_link,
    .severity = Severity::warning,
    .family = "tables",
    .what =
        "The cell in the column \"Model\" contains a link. The model's name in the manifest is "
        "then a piece of HTML.",
    .why = "Users find models by name, and do not type HTML.",
    .example = "`[age_googlenet](https://example.org/paper)`",
    .fix = "Move the link to another column, for example to one for the paper.",
};

constexpr RuleInfo row_no_link{
    .id = rule_id::row_no_link,
    .severity = Severity::error,
    .family = "tables",
    .what = "The cell in the column \"Download\" has no link.",
    .why = "The hub does not have the model.",
    .example = "`| MNIST | 26 KB | 1.3 | 8 |`",
    .fix = "Link to the `.onnx` file. The path is relative to the README.",
};

constexpr RuleInfo row_absolute_url{
    .id = rule_id::row_absolute_url,
    .severity = Severity::error,
    .family = "tables",
    .what = "A download links to another site.",
    .why =
        "Clients load models from the hub itself. The hub cannot guarantee the content of other "
        "sites.",
    .example = "`[26 KB](https://example.org/mnist.onnx)`",
    .fix =
        "Commit the file (with Git LFS if it is large) and use a relative link. If the links lead "
        "to "
        "the hub itself, state its address as `generate.repository` in `onnxhub.toml`.",
};

constexpr RuleInfo row_unsafe_path{
    .id = rule_id::row_unsafe_path,
    .severity = Severity::error,
    .family = "tables",
    .what = "The link of a download points outside of the repository or is not a valid path.",
    .why = "The hub does not have the model.",
    .example = "`[26 KB](../../../mnist.onnx)` in a directory two levels deep",
    .fix = "Use a relative link to a file in this repository.",
};

constexpr RuleInfo row_no_onnx_version{
    .id = rule_id::row_no_onnx_version,
    .severity = Severity::error,
    .family = "tables",
    .what = "The cell in the column \"ONNX version\" is empty.",
    .why = "The hub does not have the model, because its entry would lack a required key.",
    .example = "`| MNIST | [26 KB](mnist.onnx) | | 8 |`",
    .fix = "Write the ONNX release that exported the model, for example 1.9.",
};

constexpr RuleInfo row_bad_opset{
    .id = rule_id::row_bad_opset,
    .severity = Severity::error,
    .family = "tables",
    .what = "The cell in the column \"Opset version\" is not a number from 1 to 1000.",
    .why = "The hub does not have the model, because its entry would lack a required key.",
    .example = "`v8`, or `7, 8`",
    .fix = "Write the opset of the default domain, for example 13.",
};

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

constexpr RuleInfo row_duplicate{
    .id = rule_id::row_duplicate,
    .severity = Severity::warning,
    .family = "tables",
    .what = "A row is the same as an earlier row.",
    .why = "One of the two rows is wrong, or left over from a merge.",
    .example = "The same line occurs twice.",
    .fix = "Remove or correct one of the two rows.",
};

constexpr RuleInfo row_file_missing{
    .id = rule_id::row_file_missing,
    .severity = Severity::error,
    .family = "tables",
    .what = "The download of a row leads to a file that is not in the repository.",
    .why = "Readers of the page get \"404 Not Found\", and the hub does not have the model.",
    .example = "The link says `model/mnist-8.onnx`, but the file is `models/mnist-8.onnx`.",
    .fix = "Correct the link, or commit the file.",
};

constexpr RuleInfo row_archive_missing{
    .id = rule_id::row_archive_missing,
    .severity = Severity::warning,
    .family = "tables",
    .what = "The download with test data leads to a file that is not in the repository.",
    .why = "Readers of the page get \"404 Not Found\", and the entry has no test data.",
    .example = "The model was updated to opset 12, but its archive was not committed.",
    .fix = "Correct the link, commit the archive, or clear the cell.",
};

constexpr RuleInfo row_file_ignored{
    .id = rule_id::row_file_ignored,
    .severity = Severity::error,
    .family = "tables",
    .what =
        "The download of a row leads to a file that `.gitignore` excludes and git does not track.",
    .why = "The file exists only on this machine.",
    .example = "`*.onnx` in `.gitignore`",
    .fix = "Track the file with `git add -f`, or remove the row.",
};

constexpr RuleInfo row_file_unusable{
    .id = rule_id::row_file_unusable,
    .severity = Severity::error,
    .family = "tables",
    .what =
        "The download of a row does not lead to a readable file. It leads to a directory, a link "
        "out of the repository, or a broken Git LFS pointer.",
    .why = "The hub does not have the model.",
    .example = "`[26 KB](model)`, and `model` is a directory",
    .fix = "Correct the link or the file.",
};

constexpr RuleInfo feature_tensor_unknown{
    .id = rule_id::feature_tensor_unknown,
    .severity = Severity::warning,
    .family = "tables",
    .what =
        "`[features.tensors]` in `onnxhub.toml` names a tensor that is not in the model's graph, "
        "or whose shape is unknown.",
    .why = "The entry gets no `extra_ports`.",
    .example = "`\"ResNet18\" = \"pool1\"`, but the tensor is `resnetv15_pool1_fwd`",
    .fix = "Write the name of a tensor in the graph.",
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
    readme_unreadable,      readme_too_complex,    readme_not_utf8,     readme_conflict,
    folder_no_link,         folder_absolute_url,   folder_unsafe_path,  folder_no_readme,
    folder_is_submodule,    column_misspelled,     column_missing,      row_no_model,
    row_name_is_link,       row_no_link,           row_absolute_url,    row_unsafe_path,
    row_no_onnx_version,    row_bad_version,       row_bad_opset,       row_duplicate,
    row_file_missing,       row_archive_missing,   row_file_ignored,    row_file_unusable,
    feature_tensor_unknown, row_without_entry,     entry_without_row,   entry_path_differs,
    entry_name_differs,     entry_version_differs, entry_opset_differs, entry_tags_differ,
    entry_archive_differs,
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
        const ModelRow& row = model_.row;
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
                                     to_text(place_of(model_.row))),
                         subject_of(present_));
    }

    void compare(const RuleInfo& rule, std::string_view field, std::string_view verb,
                 const std::string& stated, const std::string& expected) {
        if (stated == expected) return;
        report(rule, field,
               fmt::format("the {} of {} {} \"{}\", but the entry says \"{}\"",
                           model_.row.stated ? "source" : "table", entry_.model_path, verb,
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
        if (!hub.part.has_model(model.row.model_path)) continue;
        if (states_version(model.row) && !is_version(model.row.onnx_version)) {
            findings.report(row_bad_version, place_of(model.row, model.row.cells.onnx_version),
                            fmt::format("the ONNX version \"{}\" of \"{}\" is not a release number",
                                        model.row.onnx_version, model.row.name),
                            "write only the release number, for example 1.9",
                            subject_of(model.row));
        }
        // Other findings say why a row cannot become an entry.
        if (!hub.document() || hub.matches.entry_of_row[i] || !model.entry) continue;
        findings.report(row_without_entry, place_of(model.row, model.row.cells.path),
                        without_entry_text(hub, model.row, names.of(model.row.model_path)),
                        "run `onnxhub generate` and commit the manifest", subject_of(model.row));
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
