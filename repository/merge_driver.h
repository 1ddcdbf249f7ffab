// SPDX-License-Identifier: Apache-2.0
// Sets up git's merge driver for manifests. Clones do not copy these settings.
#pragma once

#include <filesystem>

namespace onnxhub {

/// What was added.
struct MergeDriverSetup {
    bool is_new_driver = false;  ///< the driver was added to the configuration
    /// The file that the attribute was added to; empty: none.
    std::filesystem::path new_attribute_in = {};
};

/// Makes git merge the manifest of the hub in `folder` with the driver "onnxhub"
/// (gitattributes(5)). Defines the driver in the repository's configuration unless the repository
/// or the user has one of that name. If no attribute selects it for the manifest, appends a line to
/// the repository's info/attributes, which takes precedence over every .gitattributes. Throws
/// UserError when there is no repository or a file cannot be written.
MergeDriverSetup install_merge_driver(const std::filesystem::path& folder);

}  // namespace onnxhub
