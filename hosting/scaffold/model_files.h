// SPDX-License-Identifier: Apache-2.0
// The files of a hub that belong to its models, and which models share them. Only the .cpp files of
// this module include this header.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "manifest/manifest.h"
#include "repository/tree.h"
#include "sources/model_row.h"

namespace onnxhub {

/// External data that the model's graph names, as paths in the hub; nothing when the graph is not
/// available locally.
std::optional<std::set<std::string>> weights_of_graph(const Tree& hub,
                                                      const std::string& model_path);

/// Files of one model, apart from the model itself. All paths are from the hub's top.
struct FilesOfModel {
    std::set<std::string> weights;   ///< that the graph or the manifest names
    std::set<std::string> archives;  ///< that a row or the manifest names
    /// False: neither the graph nor the manifest says which external data the model has.
    bool has_known_weights = true;
};

FilesOfModel files_of_model(const Tree& hub, const std::vector<ModelRow>& rows,
                            const ManifestDocument* manifest, const std::string& model_path);

/// Which models use which files: by rows, by the manifest, and by graphs that are available
/// locally.
class FileUsers {
public:
    /// `leaving` are models that do not count.
    FileUsers(const Tree& hub, const std::vector<ModelRow>& rows, const ManifestDocument* manifest,
              std::set<std::string> leaving);

    /// The path of a model that uses `path`, or is it; nothing if there is none. Reads the graphs
    /// of the hub's models once.
    std::optional<std::string> user_of(const std::string& path);

private:
    void add_graphs();

    const Tree& hub_;
    const std::set<std::string> leaving_;
    std::set<std::string> models_;
    std::map<std::string, std::string> users_;  ///< file → one of the models
    bool has_graphs_ = false;
};

/// Whether the file may be removed or moved with a model that names it: not a README, a manifest, a
/// setting, another model or a hidden file, which a model or a row can name as well.
bool can_belong_to_model(const std::string& path);

}  // namespace onnxhub
