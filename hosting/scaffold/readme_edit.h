// SPDX-License-Identifier: Apache-2.0
// Rows for the README tables of a hub. Everything else in a README keeps its bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace onnxhub {

/// A file a row links to.
struct LinkedFile {
    std::string path;              ///< from the README's folder
    std::uint64_t size_bytes = 0;  ///< with the weights beside a model
    bool has_changed = true;       ///< false: a size that stands in the row stays as it is written
};

struct ModelRow {
    std::string name;
    LinkedFile model;
    std::optional<LinkedFile> archive;
    std::string onnx_version;
    std::int64_t opset_version = 0;
    std::map<std::string, std::string> more;  ///< cells of further columns, by header
    int present_line = 0;  ///< 1-based, of the row that is renewed; 0: the first of the same file
};

/// Whether with_model_row() fills the column from other members than `more`.
bool is_column_of_models(const std::string& header);

/// `readme` with a row for the model in its first table of models, or its present row renewed: of
/// that only cells change which say something else, and cells the row knows nothing of stay as they
/// are written. `path` is the README's, from the hub's top. Throws UserError when there is
/// no such table, or it lacks a column the row needs.
std::string with_model_row(const std::string& readme, const std::string& path, const ModelRow& row);

/// The top README with a row that links to `folder` ("": the hub's top itself), unless one does.
std::string with_folder_row(const std::string& readme, const std::string& folder,
                            const std::string& title, const std::string& description);

/// A README with an empty table of models, with these columns too.
std::string new_model_readme(const std::string& title,
                             const std::vector<std::string>& more_columns);

/// `readme` with an empty table of models behind its end, with these columns too, unless it has
/// one. Throws UserError when a column that is missing or misspelled hides one.
std::string with_model_table(const std::string& readme, const std::string& path,
                             const std::vector<std::string>& more_columns = {});

/// `readme`, the hub's top one, with an empty table of folders behind its end, unless it has one.
std::string with_folder_table(const std::string& readme);

/// "26 kB", "97.8 MB", as the official zoo writes sizes.
std::string table_size(std::uint64_t bytes);

}  // namespace onnxhub
