// SPDX-License-Identifier: Apache-2.0
// Where an export may go.
#pragma once

#include <filesystem>

namespace onnxhub {

/// Throws UserError when `to` is the folder of the hub itself, lies inside it, or holds it.
/// Inside, the exported models would be files of the hub, which the next run of any command finds;
/// around it, replacing the export would move the hub. Symbolic links, "..", bind mounts and names
/// that differ in case alone make no difference: folders are compared, not paths. `to` is absolute
/// and need not exist. `hub` may be a bare repository.
void refuse_place_of_hub(const std::filesystem::path& hub, const std::filesystem::path& to);

}  // namespace onnxhub
