// SPDX-License-Identifier: Apache-2.0
// What README files say about models. Nothing here has been checked against the files yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"

namespace onnxhub {

/// A folder of models that the root README names.
struct ModelFolder {
    std::string path;  ///< from the hub's root, clean
    int line = 0;      ///< 1-based line in the root README where it is named first

    bool operator==(const ModelFolder&) const = default;
};

/// One model as its README tells it.
struct ReadmeModel {
    std::string readme_path;  ///< for diagnostics about this model,
    int line = 0;             ///< and the 1-based line of the row
    std::string name;         ///< text of the "Model" cell without its markup
    std::string model_path;   ///< first link of the "Download" cell, from the hub's root, clean
    std::optional<std::string> archive_path;  ///< first link of "Download (with sample test data)"
    std::string onnx_version;                 ///< as written: "1.9" stays "1.9"
    std::int64_t opset_version = 0;
    std::vector<std::string> tags;  ///< the README's folders, '_' as ' '; "preprocessing"

    /// Whether the two rows say the same, wherever they stand.
    bool says_the_same(const ReadmeModel& other) const;
};

/// A row meant as a model that can't be used; the diagnostics say why.
struct BrokenRow {
    std::string readme_path;
    int line = 0;
    std::string name;        ///< empty when it couldn't be read
    std::string model_path;  ///< likewise

    bool operator==(const BrokenRow&) const = default;
};

/// The models of one README.
struct ModelTables {
    std::vector<ReadmeModel> models;  ///< in the order of the file
    std::vector<BrokenRow> broken;
    /// A missing or misspelled column hides a table, or the document could not be read or holds
    /// the conflict markers of a merge.
    bool has_lost_table = false;
};

struct ModelFolders {
    bool has_table = false;            ///< a table with a column "Model Class" was there
    std::vector<ModelFolder> folders;  ///< sorted by path, each once
    bool has_lost_folder = false;      ///< a link can't be used, or a table can't be read
    bool is_unusable = false;          ///< nothing of the document can be believed
};

/// Reads the root README's tables with a column "Model Class": the first link in that cell is a
/// folder. A cell without a link is a note, a link that can't be used an error. A document that
/// holds the conflict markers of a merge gives an error at the first of them and nothing else.
ModelFolders parse_model_folders(std::string_view markdown, const std::string& readme_path,
                                 Diagnostics& diagnostics);

/// Reads every table with the columns Model, Download, ONNX version and Opset version; other
/// tables are prose. A row that can't be used is reported and left out, and reading goes on, so
/// that one run shows all that is wrong. Models come in the order of the file. Rows which say the
/// same as an earlier one are reported and left out. A document that holds the conflict markers of
/// a merge gives an error at the first of them and no rows.
ModelTables parse_model_tables(std::string_view markdown, const std::string& readme_path,
                               Diagnostics& diagnostics);

}  // namespace onnxhub
