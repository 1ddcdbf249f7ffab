// SPDX-License-Identifier: Apache-2.0
// Which files exist on both sides, and which are certainly the same. Private to this module.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "generator/file_changes.h"
#include "repository/tree.h"

namespace onnxhub {

/// Both trees must outlive the object.
class ModelFiles {
public:
    ModelFiles(const Tree& before, const Tree& after);

    /// Whether `path` exists in the hub: as a file, or as a link without a target.
    static bool has_file(const Tree& tree, const std::string& path);

    /// Git has the same blob, or the content is the same. Symbolic links without a target in the
    /// hub are compared by their text. False if neither side has the file.
    bool is_proven_same(const std::string& path);

    /// Whether only one side has the file, or both have it and it may differ.
    bool differs(const std::string& path);

    /// The same for any file.
    bool file_differs(const std::string& path) { return changes_.differs(path); }

    /// Changed files in the model's directory whose names begin like the model's: "a.onnx_data",
    /// "a.bin". If the graph is unknown, they may contain its weights.
    std::vector<std::string> changed_companions(const std::string& model_path) const;

    /// Whether a file in or below the model's directory differs that may contain weights.
    bool has_changes_beside(const std::string& model_path) const;

private:
    const Tree& before_;
    const Tree& after_;
    FileChanges changes_;
    std::set<std::string> changed_files_;    ///< without models and text files
    std::set<std::string> changed_folders_;  ///< with all parent directories
    std::set<std::string> models_;           ///< of both sides
};

}  // namespace onnxhub
