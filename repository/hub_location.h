// SPDX-License-Identifier: Apache-2.0
// The local location of a hub: a folder, or a revision of a git repository.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

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

/// The hub that contains `folder`: the nearest of `folder` and the folders above it, up to the top
/// of its working tree, that has one of the files `marks`. A relative `folder` gives a relative
/// path. `folder` itself if there is none, or outside of a repository that git trusts.
std::filesystem::path enclosing_hub(const std::filesystem::path& folder,
                                    std::span<const std::string_view> marks);

}  // namespace onnxhub
