// SPDX-License-Identifier: Apache-2.0
#include "validator/reading_rules.h"

#include <array>

#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

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
        "A link in the column \"Model Class\" points outside of the repository, is not a valid "
        "path, "
        "or has a typing error in its brackets.",
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

constexpr std::array reading_rule_list{
    readme_unreadable,   readme_too_complex,  readme_not_utf8,    readme_conflict,
    folder_no_link,      folder_absolute_url, folder_unsafe_path, folder_no_readme,
    folder_is_submodule, column_misspelled,   column_missing,     row_no_model,
    row_name_is_link,    row_no_link,         row_absolute_url,   row_unsafe_path,
    row_no_onnx_version, row_bad_opset,       row_duplicate,      row_file_missing,
    row_archive_missing, row_file_ignored,    row_file_unusable,  feature_tensor_unknown,
};

}  // namespace

std::span<const RuleInfo> reading_rules() {
    return reading_rule_list;
}

}  // namespace onnxhub
