// SPDX-License-Identifier: Apache-2.0
// A new hub from templates.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace onnxhub {

struct HubOutline {
    std::string name = "Model hub";         ///< its title
    std::optional<std::string> owner;       ///< who runs it
    std::optional<std::string> repository;  ///< its name below its owner on GitHub, if it is there
    std::string licence = {};  ///< of all models; "": each model's README states its own
    bool is_flat = false;  ///< one folder "models" for all, in place of one for each model class
};

struct HubFile {
    std::string path;  ///< from the hub's top
    std::string content;
};

/// The files of a new hub, in the order of their paths.
std::vector<HubFile> files_of_new_hub(const HubOutline& outline);

struct InitReport {
    std::vector<std::string> made;
    std::vector<std::string> kept;  ///< were there already, whatever they hold
    bool has_committed = false;     ///< it was no repository; now it is, with one commit
};

/// Makes the folder of a new hub, unless it is there, so that it can be locked. Throws
/// UserError when that is impossible, or the folder is git's own: a bare repository, or
/// inside .git.
void make_hub_folder(const std::filesystem::path& folder);

/// Makes `folder` a hub. Nothing that is there is ever overwritten. Throws UserError when
/// something can't be written, or the folder is git's own: a bare repository, or inside .git.
InitReport init_hub(const std::filesystem::path& folder, const HubOutline& outline);

}  // namespace onnxhub
