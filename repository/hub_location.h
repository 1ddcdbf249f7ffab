// SPDX-License-Identifier: Apache-2.0
// The local location of a hub: a folder, or a revision of a git repository.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "repository/git_repository.h"

namespace onnxhub {

struct HubLocation {
    std::filesystem::path folder;
    std::shared_ptr<const GitRepository> repository;  ///< null: a plain folder
    std::string unusable_repository;  ///< why `repository` is null although there is one
    std::string subfolder;            ///< path of the hub in the repository; usually ""
    bool reads_commit = false;        ///< reads `ref` instead of the files of the folder
    std::string ref;  ///< branch, tag or commit; default for a bare repository: "HEAD"
};

/// `location` is a folder or a bare repository; either kind of repository may be followed by
/// ":ref". Throws UserError when it does not exist. The ref is not resolved here.
HubLocation locate_hub(const std::string& location);

}  // namespace onnxhub
