// SPDX-License-Identifier: Apache-2.0
// The files that move with a model to another path. Only the .cpp files of this module include this
// header.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "hosting/scaffold/edited_tree.h"
#include "hosting/scaffold/file_transaction.h"
#include "hosting/scaffold/hub_edit.h"
#include "hosting/scaffold/model_files.h"
#include "hosting/scaffold/present_hub.h"

namespace onnxhub {

struct ModelMove {
    std::string from;  ///< path of the model, from the hub's top
    std::string to;
    bool drops_signature = false;  ///< if it does not stay valid
};

/// Plans the move of a model, its external data, its archive, its signature and its sidecar, and
/// the lines of .gitattributes.
class MovedFiles {
public:
    MovedFiles(ModelMove move, const PresentHub& hub, FileTransaction& change, EditedTree& edit);

    /// Returns the files that also stay at their old paths. Throws UserError when the model is not
    /// a file of the hub, when a path is taken, and when the signature would not stay valid.
    std::vector<KeptFile> move();

    /// Old → new path of each file.
    const std::map<std::string, std::string>& paths() const { return paths_; }

private:
    void check_model() const;
    void move_weights(const FilesOfModel& files, FileUsers& users);
    void move_archives(const FilesOfModel& files, FileUsers& users);
    void move_signature();
    void move_documents();
    void move_lfs_lines();
    void keep(const std::string& path, const std::string& user);
    void move_file(const std::string& from, const std::string& to, bool stays = false);
    void refuse_taken(const std::string& from, const std::string& to) const;
    std::string moved_with_stem(const std::string& path) const;

    const ModelMove move_;
    const PresentHub& hub_;
    FileTransaction& change_;
    EditedTree& edit_;
    const std::string old_folder_;
    const std::string new_folder_;
    std::map<std::string, std::string> files_without_case_;
    std::map<std::string, std::string> paths_;
    std::vector<KeptFile> kept_;
};

}  // namespace onnxhub
