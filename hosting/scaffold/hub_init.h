// SPDX-License-Identifier: Apache-2.0
// Creates a new hub from templates.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace onnxhub {

struct HubOutline {
    std::string name = "Model hub";         ///< its title
    std::optional<std::string> owner;       ///< the maintainer
    std::optional<std::string> repository;  ///< its name on GitHub below the owner, if it is there
    std::string licence = {};  ///< licence of all models; "": each model's README states its own
    bool is_flat = false;  ///< one folder "models" for all models, instead of one per model class
};

struct HubFile {
    std::string path;  ///< from the hub's top
    std::string content;
};

/// The files of a new hub, sorted by path.
std::vector<HubFile> files_of_new_hub(const HubOutline& outline);

struct InitReport {
    std::vector<std::string> made;
    std::vector<std::string> kept;  ///< existed already and were not changed
    bool has_committed = false;     ///< a new repository was created, with one commit
};

/// Creates the folder of a new hub if it does not exist, so that it can be locked. Throws UserError
/// when that is impossible, or the folder belongs to git: a bare repository, or inside .git.
void make_hub_folder(const std::filesystem::path& folder);

/// Makes `folder` a hub. Never overwrites existing files. Throws UserError when a file cannot be
/// written, or the folder belongs to git: a bare repository, or inside .git.
InitReport init_hub(const std::filesystem::path& folder, const HubOutline& outline);

}  // namespace onnxhub
