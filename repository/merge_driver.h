// SPDX-License-Identifier: Apache-2.0
// git's setting for merges of manifests, which does not travel with clones.
#pragma once

#include <filesystem>

namespace onnxhub {

/// Defines the merge driver "onnxhub" (gitattributes(5)) in the repository's own configuration; the
/// attribute `merge=onnxhub` in .gitattributes chooses it. Gives false, and changes nothing, when
/// one of that name is defined already, there or for the user. Throws EnvironmentError when there
/// is no repository or its configuration can't be written.
bool install_merge_driver(const std::filesystem::path& folder);

}  // namespace onnxhub
