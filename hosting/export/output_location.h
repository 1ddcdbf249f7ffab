// SPDX-License-Identifier: Apache-2.0
// Checks the destination of an export.
#pragma once

#include <filesystem>

namespace onnxhub {

/// Throws UserError when `to` is the hub's folder, is inside it, or contains it. Inside, the
/// exported models would become files of the hub; around it, replacing the export would move the
/// hub. Compares folders, not paths, so symbolic links, "..", bind mounts and names that differ
/// only in case are handled. `to` is absolute and may not exist. `hub` may be a bare repository.
void refuse_place_of_hub(const std::filesystem::path& hub, const std::filesystem::path& to);

}  // namespace onnxhub
