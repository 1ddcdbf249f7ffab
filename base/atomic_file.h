// SPDX-License-Identifier: Apache-2.0
// Atomic writes: after a failure or a crash the file has its old content or its new content, never
// a part.
#pragma once

#include <filesystem>
#include <string_view>

namespace onnxhub {

/// Writes `content` beside `path` and renames it onto `path` (following `path` when it is a
/// symbolic link). An existing file keeps its permission bits; a new one gets 0666 less the umask.
/// The data is flushed to the disk before the rename. Throws UserError when anything fails
/// (no space, no permission); then `path` is unchanged and no temporary file remains. Writes
/// directly to a device or a pipe ("/dev/stdout").
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace onnxhub
