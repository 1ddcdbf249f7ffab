// SPDX-License-Identifier: Apache-2.0
// Rows for the README tables of a hub. Everything else in a README keeps its bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace onnxhub {

/// A file a row links to.
struct LinkedFile {
    std::string path;  ///< from the README's folder
    std::uint64_t size_bytes = 0;
};

struct ModelRow {
    std::string name;
    LinkedFile model;
    std::optional<LinkedFile> archive;
    std::string onnx_version;
    std::int64_t opset_version = 0;
    std::map<std::string, std::string> more;  ///< cells of further columns, by header
};

/// `readme` with a row for the model in its first table of models, or its present row (of the same
/// name and file) renewed. `path` is the README's, from the hub's top. Throws EnvironmentError when
/// there is no such table, or it lacks a column the row needs.
std::string with_model_row(const std::string& readme, const std::string& path, const ModelRow& row);

/// The top README with a row that links to `folder`, unless one does.
std::string with_folder_row(const std::string& readme, const std::string& folder,
                            const std::string& title, const std::string& description);

/// `readme` with an empty table of models, or of folders, behind its end, unless it has one.
std::string with_model_table(const std::string& readme, const std::string& path);
std::string with_folder_table(const std::string& readme);

/// "26 kB", "97.8 MB", as the official zoo writes sizes.
std::string table_size(std::uint64_t bytes);

}  // namespace onnxhub
