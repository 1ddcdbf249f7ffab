// SPDX-License-Identifier: Apache-2.0
// Names of models for the files of the cache.
#pragma once

#include <string>
#include <vector>

#include "hosting/client/cache_inventory.h"

namespace onnxhub {

/// Sets model and opset of files whose records lack them, such as those of the Python client, by
/// their SHA-256 in the copies of manifests that `state` has.
void name_cached_files(std::vector<CachedFile>& files, const StateFolder& state);

/// The files of the named models, each once, in the order of `files`. A name is NAME (compared
/// without case), NAME@OPSET, or the path of a file in its hub; files without a known name are
/// found by their file name without ".onnx". Throws HubError, with similar names, when a name has
/// no file.
std::vector<CachedFile> files_named(const std::vector<CachedFile>& files,
                                    const std::vector<std::string>& names);

}  // namespace onnxhub
