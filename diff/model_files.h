// SPDX-License-Identifier: Apache-2.0
// Which models' files are on either side, and which are proven to be the same. Only for the sources
// of this module.
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

    /// Whether anything of the hub is at `path`: a file, or a link that leads to none.
    static bool has_file(const Tree& tree, const std::string& path);

    /// Git has the same blob, or the bytes are the same; of symbolic links that lead to no file of
    /// the hub, their text. Of what is on neither side nothing is proven.
    bool is_proven_same(const std::string& path);

    /// On one side alone, or on both and not proven to be the same.
    bool differs(const std::string& path);

    /// Whether the file, which may be no model, is on one side only or differs.
    bool file_differs(const std::string& path) { return changes_.differs(path); }

    /// Files that differ beside the model, whose names begin as the model's does: "a.onnx_data",
    /// "a.bin". Where the graph isn't known, they may hold its weights.
    std::vector<std::string> changed_companions(const std::string& model_path) const;

    /// Whether a file that may hold weights differs in the model's folder or below.
    bool has_changes_beside(const std::string& model_path) const;

private:
    const Tree& before_;
    const Tree& after_;
    FileChanges changes_;
    std::set<std::string> changed_files_;    ///< neither models nor text
    std::set<std::string> changed_folders_;  ///< with the folders above
    std::set<std::string> models_;           ///< of both sides
};

}  // namespace onnxhub
