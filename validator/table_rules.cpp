// SPDX-License-Identifier: Apache-2.0
#include "validator/table_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "manifest/entry_name.h"
#include "manifest/onnx_release.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

// Found while the tables are read; generate tells of them too.

constexpr RuleInfo readme_unreadable{
    .id = rule_id::readme_unreadable,
    .severity = Severity::error,
    .family = "tables",
    .what = "The root `README.md` can't be read.",
    .why = "It is where the hub's models are found.",
    .example = "`README.md` is a symbolic link out of the repository.",
    .fix = "Make it a regular file.",
};

constexpr RuleInfo readme_too_complex{
    .id = rule_id::readme_too_complex,
    .severity = Severity::error,
    .family = "tables",
    .what = "A README is nested or laid out so that its tables can't be read in reasonable time.",
    .why = "None of its models is in the hub.",
    .example = "Ten thousand nested block quotes.",
    .fix = "Simplify the document at that line.",
};

constexpr RuleInfo readme_not_utf8{
    .id = rule_id::readme_not_utf8,
    .severity = Severity::warning,
    .family = "tables",
    .what = "A README has bytes that are not UTF-8.",
    .why = "Names read from it have U+FFFD in their place.",
    .example = "A name typed in Latin-1.",
    .fix = "Save the file as UTF-8.",
};

constexpr RuleInfo readme_conflict{
    .id = rule_id::readme_conflict,
    .severity = Severity::error,
    .family = "tables",
    .what = "A README holds the conflict markers of a merge.",
    .why = "The two sides say different things of the same models, so none of its rows is read.",
    .example = "`<<<<<<< HEAD` above a row",
    .fix = "Take one side, or both, and remove the markers.",
};

constexpr RuleInfo folder_no_link{
    .id = rule_id::folder_no_link,
    .severity = Severity::note,
    .family = "tables",
    .what = "A cell of the column \"Model Class\" has no link.",
    .why = "That is how hubs list models nobody contributed yet.",
    .example = "`Text to Image | …`",
    .fix = "Nothing, or link it to its folder once there is one.",
};

constexpr RuleInfo folder_absolute_url{
    .id = rule_id::folder_absolute_url,
    .severity = Severity::error,
    .family = "tables",
    .what = "A link in the column \"Model Class\" leads to another site.",
    .why = "The folder is not found, and none of its models is in the hub.",
    .example = "`[MNIST](https://github.com/onnx/models/tree/main/vision/mnist)`",
    .fix = "Link by the relative path: `[MNIST](vision/mnist)`.",
};

constexpr RuleInfo folder_unsafe_path{
    .id = rule_id::folder_unsafe_path,
    .severity = Severity::error,
    .family = "tables",
    .what = "A link in the column \"Model Class\" leaves the repository or can't be a path.",
    .why = "The folder is not found, and none of its models is in the hub.",
    .example = "`[MNIST](../elsewhere/mnist)`",
    .fix = "Link to a folder of this repository by its relative path.",
};

constexpr RuleInfo folder_no_readme{
    .id = rule_id::folder_no_readme,
    .severity = Severity::error,
    .family = "tables",
    .what = "A folder that the root README links to has no `README.md`, or does not exist.",
    .why = "None of its models is in the hub.",
    .example = "The folder was renamed, and the link was not.",
    .fix = "Correct the link, or add the README with its table of models.",
};

constexpr RuleInfo folder_is_submodule{
    .id = rule_id::folder_is_submodule,
    .severity = Severity::note,
    .family = "tables",
    .what = "A linked folder is a git submodule; its models are left out.",
    .why = "Its files are not part of this repository.",
    .example = "`[Partner](partner)`, where `partner` is a submodule.",
    .fix = "Nothing, or add the models to this repository.",
};

constexpr RuleInfo column_misspelled{
    .id = rule_id::column_misspelled,
    .severity = Severity::error,
    .family = "tables",
    .what =
        "A table looks like one of models, but the name of a column is a slip away from what "
        "it must be.",
    .why = "Tables without all their columns are not read: none of its models is in the hub.",
    .example = "`Opset verison` for `Opset version`",
    .fix = "Correct the name of the column.",
};

constexpr RuleInfo column_missing{
    .id = rule_id::column_missing,
    .severity = Severity::error,
    .family = "tables",
    .what =
        "A table has all but one of the columns Model, Download, ONNX version and Opset "
        "version.",
    .why = "Tables without all their columns are not read: none of its models is in the hub.",
    .example = "`Model | Download | ONNX version`",
    .fix = "Add the column.",
};

constexpr RuleInfo row_no_model{
    .id = rule_id::row_no_model,
    .severity = Severity::error,
    .family = "tables",
    .what = "A row has a download, but no name in the column \"Model\".",
    .why = "The model is not in the hub: nobody could ask for it.",
    .example = "`| | [1 MB](mnist.onnx) | 1.3 | 8 |`",
    .fix = "Write the model's name.",
};

constexpr RuleInfo row_name_is_link{
    .id = rule_id::row_name_is_link,
    .severity = Severity::warning,
    .family = "tables",
    .what =
        "The cell \"Model\" holds a link, which makes the model's name a piece of HTML in the "
        "manifest.",
    .why = "Users find models by name and can't type that one.",
    .example = "`[age_googlenet](https://example.org/paper)`",
    .fix = "Move the link to another column, such as one for the paper.",
};

constexpr RuleInfo row_no_link{
    .id = rule_id::row_no_link,
    .severity = Severity::error,
    .family = "tables",
    .what = "The cell \"Download\" of a row has no link.",
    .why = "The model is not in the hub.",
    .example = "`| MNIST | 26 KB | 1.3 | 8 |`",
    .fix = "Link to the `.onnx` file by its path relative to the README.",
};

constexpr RuleInfo row_absolute_url{
    .id = rule_id::row_absolute_url,
    .severity = Severity::error,
    .family = "tables",
    .what = "A download links to another site.",
    .why = "Clients load models from the hub itself; nothing vouches for other sites.",
    .example = "`[26 KB](https://example.org/mnist.onnx)`",
    .fix = "Commit the file, with Git LFS where it is large, and link to it by its relative path.",
};

constexpr RuleInfo row_unsafe_path{
    .id = rule_id::row_unsafe_path,
    .severity = Severity::error,
    .family = "tables",
    .what = "A download's link leaves the repository or can't be a path.",
    .why = "The model is not in the hub.",
    .example = "`[26 KB](../../../mnist.onnx)` in a folder two levels deep",
    .fix = "Link to a file of this repository by its relative path.",
};

constexpr RuleInfo row_no_onnx_version{
    .id = rule_id::row_no_onnx_version,
    .severity = Severity::error,
    .family = "tables",
    .what = "The cell \"ONNX version\" of a row is empty.",
    .why = "The model is not in the hub: its entry would lack a required key.",
    .example = "`| MNIST | [26 KB](mnist.onnx) | | 8 |`",
    .fix = "Write the ONNX release the model was made with, such as 1.9.",
};

constexpr RuleInfo row_bad_opset{
    .id = rule_id::row_bad_opset,
    .severity = Severity::error,
    .family = "tables",
    .what = "The cell \"Opset version\" of a row is no number from 1 to 1000.",
    .why = "The model is not in the hub: its entry would lack a required key.",
    .example = "`v8`, or `7, 8`",
    .fix = "Write the model's default-domain opset, such as 13.",
};

constexpr RuleInfo row_bad_version{
    .id = rule_id::row_bad_version,
    .severity = Severity::warning,
    .family = "tables",
    .what = "The cell \"ONNX version\" of a row is not numbers with dots between them.",
    .why = "Clients that compare versions can't use it.",
    .example = "`onnx 1.9`, or `1,9`",
    .fix = "Write the release alone, such as 1.9 or 1.4.1.",
};

constexpr RuleInfo row_duplicate{
    .id = rule_id::row_duplicate,
    .severity = Severity::warning,
    .family = "tables",
    .what = "A row says the same as an earlier one.",
    .why = "One of the two was meant to say something else, or is left over from a merge.",
    .example = "The same line twice.",
    .fix = "Remove or correct one of the two.",
};

constexpr RuleInfo row_file_missing{
    .id = rule_id::row_file_missing,
    .severity = Severity::error,
    .family = "tables",
    .what = "A row's download leads to no file of the repository.",
    .why = "Readers of the page get \"404 Not Found\", and the model is not in the hub.",
    .example = "The link says `model/mnist-8.onnx`, the file is `models/mnist-8.onnx`.",
    .fix = "Correct the link, or commit the file.",
};

constexpr RuleInfo row_archive_missing{
    .id = rule_id::row_archive_missing,
    .severity = Severity::warning,
    .family = "tables",
    .what = "A row's download with test data leads to no file of the repository.",
    .why = "Readers of the page get \"404 Not Found\"; the entry is made without test data.",
    .example = "The model was updated to opset 12 and its archive was never committed.",
    .fix = "Correct the link, commit the archive, or empty the cell.",
};

constexpr RuleInfo row_file_ignored{
    .id = rule_id::row_file_ignored,
    .severity = Severity::error,
    .family = "tables",
    .what = "A row's download leads to a file that `.gitignore` excludes and git does not track.",
    .why = "The file exists on this machine alone.",
    .example = "`*.onnx` in `.gitignore`",
    .fix = "Track it with `git add -f`, or remove the row.",
};

constexpr RuleInfo row_file_unusable{
    .id = rule_id::row_file_unusable,
    .severity = Severity::error,
    .family = "tables",
    .what =
        "A row's download leads to something that is no readable file: a folder, a link out of "
        "the repository, a broken Git LFS pointer.",
    .why = "The model is not in the hub.",
    .example = "`[26 KB](model)`, where `model` is a folder",
    .fix = "Correct the link or the file.",
};

constexpr RuleInfo feature_tensor_unknown{
    .id = rule_id::feature_tensor_unknown,
    .severity = Severity::warning,
    .family = "tables",
    .what =
        "`[features.tensors]` in `onnxhub.toml` names a tensor that the model's graph doesn't "
        "have, or whose shape is not known.",
    .why = "The entry gets no `extra_ports`.",
    .example = "`\"ResNet18\" = \"pool1\"`, when the tensor is `resnetv15_pool1_fwd`",
    .fix = "Name a tensor of the graph.",
};

// The manifest against the tables.

constexpr RuleInfo row_without_entry{
    .id = rule_id::row_without_entry,
    .severity = Severity::error,
    .family = "tables",
    .what = "A row of a table has no entry in the manifest.",
    .why = "Clients don't see the model: they read the manifest alone.",
    .example = "A pull request added the model and its row and did not regenerate the manifest.",
    .fix = "Run `onnxhub generate`, or `onnxhub validate --fix`, and commit the manifest.",
    .is_fixable = true,
};

constexpr RuleInfo entry_without_row{
    .id = rule_id::entry_without_row,
    .severity = Severity::error,
    .family = "tables",
    .what = "An entry of the manifest has no row in any table.",
    .why = "The next `onnxhub generate` drops it, and nobody who reads the hub's pages finds it.",
    .example = "The row was deleted, and the manifest was not regenerated.",
    .fix =
        "Add the row, or run `onnxhub validate --fix`. Hubs that list models without rows set "
        "`discover = true` under `[generate]`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_path_differs{
    .id = rule_id::entry_path_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry links to another file than the entry's `model_path`.",
    .why = "Readers of the page and clients get different models.",
    .example = "The row moved on to `mnist-12.onnx`, the entry still names `mnist-8.onnx`.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_name_differs{
    .id = rule_id::entry_name_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry has another model name.",
    .why = "Users who ask for the name on the page don't find the model.",
    .example = "The table says `ResNet-50`, the entry `ResNet50`.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_version_differs{
    .id = rule_id::entry_version_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry has another ONNX version.",
    .why = "Users choose models their runtime can load by it.",
    .example = "The table says 1.9, the entry 1.8.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_opset_differs{
    .id = rule_id::entry_opset_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry has another opset version.",
    .why =
        "Clients take the largest opset, or the one they are asked for: they load another model.",
    .example = "The table says 12, the entry 21.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_tags_differ{
    .id = rule_id::entry_tags_differ,
    .severity = Severity::warning,
    .family = "tables",
    .what = "An entry's tags are not the names of its README's folders.",
    .why = "Searches by tag miss the model.",
    .example =
        "The folder moved under `validated/`; `strip_tags` in `onnxhub.toml` keeps that out.",
    .fix = "Run `onnxhub validate --fix`, or set `strip_tags`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_archive_differs{
    .id = rule_id::entry_archive_differs,
    .severity = Severity::error,
    .family = "tables",
    .what = "The row of an entry links to another archive with test data, or to none.",
    .why = "Readers of the page and clients get different test data.",
    .example = "The row links to `mnist-12.tar.gz`, the entry has no `model_with_data_path`.",
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

/// "1.9", "1.4.1": as ONNX numbers its releases.
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
        const ReadmeModel& row = model_.row;
        check_path(row);
        compare(entry_name_differs, "model", "is named", entry_.model, row.name);
        if (!is_discovered(row)) {
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
                         fmt::format("run `onnxhub validate --fix` if {} is right",
                                     to_text(place_of(model_.row))),
                         subject_of(present_));
    }

    void compare(const RuleInfo& rule, std::string_view field, std::string_view verb,
                 const std::string& stated, const std::string& expected) {
        if (stated == expected) return;
        report(rule, field,
               fmt::format("the table of {} {} \"{}\", the entry says \"{}\"", entry_.model_path,
                           verb, expected, stated));
    }

    /// A path that leads nowhere is told by model-missing, with the row as its hint.
    void check_path(const ReadmeModel& row) {
        if (row.model_path == entry_.model_path || !has_file(entry_.model_path)) return;
        if (!has_file(row.model_path)) return;  // the row's own trouble
        report(entry_path_differs, "model_path",
               fmt::format("the table links to {}, the entry to {}", row.model_path,
                           entry_.model_path));
    }

    void check_archive(const ReadmeModel& row) {
        const bool row_has_file = row.archive_path && has_file(*row.archive_path);
        if (entry_.archive_path) {
            if (row.archive_path == entry_.archive_path || !has_file(*entry_.archive_path)) return;
            report(entry_archive_differs, "metadata.model_with_data_path",
                   fmt::format("the table links to {}, the entry to {}",
                               row.archive_path ? *row.archive_path : "no archive",
                               *entry_.archive_path));
        } else if (row_has_file) {
            report(
                entry_archive_differs, "metadata",
                fmt::format("the table links to {}, the entry to no archive", *row.archive_path));
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
    const std::vector<EntryClaim> claims = claim_entries(document, rows_in_error(hub.hub));
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
        if (with_row.contains(name)) continue;  // duplicate-entry has it
        if (claims[i] != EntryClaim::none) {
            findings.skip(entry_without_row, "their rows can't be read");
            continue;
        }
        findings.report(entry_without_row, place_of(hub, entry), "no table lists " + to_text(name),
                        "add a row, or run `onnxhub validate --fix` to drop the entry",
                        subject_of(entry));
    }
}

void check_rows(const HubState& hub, FindingList& findings) {
    for (std::size_t i = 0; i < hub.described.models.size(); ++i) {
        const ModelDescription& model = hub.described.models[i];
        if (!hub.part.has_model(model.row.model_path)) continue;
        if (!is_discovered(model.row) && !is_version(model.row.onnx_version)) {
            findings.report(row_bad_version, place_of(model.row),
                            fmt::format("the ONNX version \"{}\" of \"{}\" is no release number",
                                        model.row.onnx_version, model.row.name),
                            "write the release alone, such as 1.9", subject_of(model.row));
        }
        // A row that can't become an entry has findings that say why.
        if (!hub.document() || hub.matches.entry_of_row[i] || !model.entry) continue;
        findings.report(
            row_without_entry, place_of(model.row),
            fmt::format("{} (opset {}) is listed here and has no entry in {}", model.row.model_path,
                        model.row.opset_version, hub.manifest.file),
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
