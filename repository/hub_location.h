// SPDX-License-Identifier: Apache-2.0
// Where on this disk a hub is: a folder, or a revision of a git repository.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "repository/git_repository.h"

namespace onnxhub {

struct HubLocation {
    std::filesystem::path folder;
    std::shared_ptr<const GitRepository> repository;  ///< null: a plain folder
    std::string subfolder;                            ///< of the hub in the repository; mostly ""
    bool reads_commit = false;  ///< `ref` is meant, not the files of the folder
    std::string ref;            ///< branch, tag or commit; "HEAD" of a bare repository unless said
};

/// `location` is a folder, a bare repository, or either kind of repository with ":ref". Throws
/// UserError when there is none; whether there is such a ref is not looked at.
HubLocation locate_hub(const std::string& location);

}  // namespace onnxhub
