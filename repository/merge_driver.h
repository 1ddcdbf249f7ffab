// SPDX-License-Identifier: Apache-2.0
// git's settings for merges of manifests, which do not travel with clones.
#pragma once

#include <filesystem>

namespace onnxhub {

/// What was missing until now.
struct MergeDriverSetup {
    bool is_new_driver = false;                   ///< configuration: what the driver runs
    std::filesystem::path new_attribute_in = {};  ///< file that names the driver now; empty: none
};

/// Makes git merge the manifest of the hub in `folder` by the driver "onnxhub" (gitattributes(5)).
/// Defines the driver in the repository's own configuration unless one of that name is defined
/// there or for the user. Where no attribute chooses it for the manifest, appends a line to the
/// repository's info/attributes, which wins over every .gitattributes. Throws UserError when
/// there is no repository or one of the files cannot be written.
MergeDriverSetup install_merge_driver(const std::filesystem::path& folder);

}  // namespace onnxhub
