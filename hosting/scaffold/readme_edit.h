// SPDX-License-Identifier: Apache-2.0
// Edits rows in the README tables of a hub. All other bytes of a README are unchanged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "repository/repository_url.h"

namespace onnxhub {

/// A file that a row links to.
struct LinkedFile {
    std::string path;              ///< relative to the README's folder
    std::uint64_t size_bytes = 0;  ///< includes the external data of a model
    bool has_changed = true;       ///< false: the size in the row is kept as written
};

struct RowText {
    std::string name;
    LinkedFile model;
    std::optional<LinkedFile> archive;
    std::string onnx_version;
    std::int64_t opset_version = 0;
    std::map<std::string, std::string> more;  ///< cells of additional columns, by header
    int present_line = 0;  ///< 1-based line of the row to update; 0: the first row of the same file
};

/// Whether with_model_row() fills this column from members other than `more`.
bool is_column_of_models(const std::string& header);

/// `readme` with a row for the model in its first table of models, or with its current row updated.
/// Only cells with a different value change, and cells without a new value are kept as written.
/// `path` is the README's path from the hub's top. A URL of the repository `own` is a path. Throws
/// UserError when there is no such table, or it lacks a required column.
std::string with_model_row(const std::string& readme, const std::string& path, const RowText& row,
                           const std::optional<RepositoryUrl>& own = {});

/// The top README with a row that links to `folder` ("": the hub's top itself), unless a row does
/// already. `own` as above.
std::string with_folder_row(const std::string& readme, const std::string& folder,
                            const std::string& title, const std::string& description,
                            const std::optional<RepositoryUrl>& own = {});

/// A README with an empty table of models, including these columns.
std::string new_model_readme(const std::string& title,
                             const std::vector<std::string>& more_columns);

/// `readme` with an empty table of models at its end, including these columns, unless it has one.
/// Throws UserError when a table is not recognized because a column is missing or misspelled.
std::string with_model_table(const std::string& readme, const std::string& path,
                             const std::vector<std::string>& more_columns = {});

/// `readme`, the hub's top one, with an empty table of folders at its end, unless it has one.
std::string with_folder_table(const std::string& readme);

/// `readme` without the rows at these 1-based lines. nullopt when one of the lines is not a row of
/// a Markdown table, such as a row of an HTML table.
std::optional<std::string> without_rows(const std::string& readme, const std::string& path,
                                        const std::set<int>& lines);

/// What changes in the row of a model that has another name or other files.
struct RowChange {
    int line = 0;                           ///< 1-based line of the row
    std::vector<std::string> name_columns;  ///< headers; the first that the table has is the name's
    std::optional<std::pair<std::string, std::string>> name = {};  ///< old and new text
    std::map<std::string, std::string> paths = {};  ///< of linked files, from the hub's top
};

/// `readme` with the changed row; all other cells are kept as written. nullopt when the line is not
/// a row of a Markdown table. The caller reads the row again, since a cell may have a form that is
/// not recognized here. `own` as above.
std::optional<std::string> with_changed_row(const std::string& readme, const std::string& path,
                                            const RowChange& change,
                                            const std::optional<RepositoryUrl>& own = {});

/// The cells of the row at this 1-based line with more than its model, archive and versions say:
/// their text by header. nullopt when the line is not a row of a Markdown table.
std::optional<std::map<std::string, std::string>> more_cells(const std::string& readme,
                                                             const std::string& path, int line);

/// Whether the table that gets rows of models has this column.
bool has_model_column(const std::string& readme, const std::string& path,
                      const std::string& header);

/// "26 kB", "97.8 MB": the official zoo's format for sizes.
std::string table_size(std::uint64_t bytes);

}  // namespace onnxhub
