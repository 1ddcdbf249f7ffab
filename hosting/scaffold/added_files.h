// SPDX-License-Identifier: Apache-2.0
// The files of a model that is added to a hub: the model, its weights, the archive with its test
// data. Only the .cpp files of this module include this header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hosting/scaffold/add_request.h"
#include "hosting/scaffold/added_model.h"
#include "hosting/scaffold/file_transaction.h"
#include "repository/tree.h"
#include "sources/model_row.h"

namespace onnxhub {

/// Throws UserError, which names the option, for a folder that a hub cannot have.
void check_class_folder(const char* option, const std::string& folder);

/// The first three functions check and choose, stage() writes.
class AddedFiles {
public:
    /// `tree` has the files of the hub before the change.
    AddedFiles(const AddRequest& request, const AddedModel& model, FileTransaction& change,
               const Tree& tree)
        : request_(request), model_(model), change_(change), tree_(tree) {}

    /// The path from the hub's top of a model that is already in it.
    std::optional<std::string> path_inside_hub() const;

    /// Chooses the paths below `folder`. A model that is already there keeps its path, others get
    /// `<folder>/<subfolder>`. Throws UserError for names and weights that a hub cannot have.
    void place(const std::string& folder, const std::string& subfolder);

    /// Throws UserError when a file would replace one that does not belong to the model, or a
    /// symbolic link. `rows` are the hub's.
    void check_places(const std::vector<ModelRow>& rows);

    /// Stages everything, with the lines that Git LFS needs. Returns the archive's size in bytes, 0
    /// without test data. Throws UserError and WriteError.
    std::uint64_t stage();

    const std::string& folder() const { return folder_; }
    const std::string& model_path() const { return model_path_; }
    std::string archive_path() const;
    bool is_same_file() const { return is_same_file_; }  ///< the hub has the model's bytes
    /// Another file is at the model's path.
    bool is_place_taken() const { return is_there_ && !is_same_file_; }
    bool has_new_bytes() const { return !is_same_file_ || has_new_weights_; }
    std::uint64_t size_bytes() const;  ///< of the model with its weights
    std::filesystem::path at(const std::string& path) const { return change_.hub() / path; }

private:
    /// Destinations in the hub and source files.
    using Weights = std::vector<std::pair<std::string, std::filesystem::path>>;

    bool is_in_folder(const std::string& path) const {
        return folder_.empty() || path.starts_with(folder_ + "/");
    }
    std::string place_of_model(const std::string& subfolder) const;
    Weights find_weights() const;
    bool has_bytes_of(const std::string& path, const std::filesystem::path& from) const;
    void check_place(const std::string& path) const;
    void track_in_lfs();
    std::uint64_t pack();

    const AddRequest& request_;
    const AddedModel& model_;
    FileTransaction& change_;
    const Tree& tree_;
    std::string folder_;
    std::string model_path_;
    Weights weights_;
    bool is_there_ = false;
    bool is_same_file_ = false;
    bool has_new_weights_ = false;
};

}  // namespace onnxhub
