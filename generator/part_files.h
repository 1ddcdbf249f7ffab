// SPDX-License-Identifier: Apache-2.0
// Merges the files with the parts of a manifest.
#pragma once

#include <vector>

#include "generator/manifest_part.h"
#include "manifest/part_file.h"

namespace onnxhub {

/// The manifest of one run, from the files of all its shards. Throws UserError when a file is
/// something else, is unfinished or of another state of the hub, or when a shard is missing.
MergedParts merge_part_files(const std::vector<PartFile>& files, Diagnostics& diagnostics);

}  // namespace onnxhub
