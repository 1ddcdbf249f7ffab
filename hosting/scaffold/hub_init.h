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
    std::string licence = "Apache-2.0";
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

/// Makes `folder` a hub. Nothing that is there is ever overwritten. Throws EnvironmentError when
/// something can't be written, or the folder is git's own: a bare repository, or inside .git.
InitReport init_hub(const std::filesystem::path& folder, const HubOutline& outline);

}  // namespace onnxhub
