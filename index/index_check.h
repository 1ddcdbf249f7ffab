// SPDX-License-Identifier: Apache-2.0
// Whether the files of an index are those of a manifest.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "index/index_writer.h"

namespace onnxhub {

/// Gives a file by its path; nullopt when there is none. Called from several threads.
using IndexFileLookup = std::function<std::optional<std::string>(const std::string& path)>;

struct IndexDifference {
    std::string path;         ///< of the file
    bool is_missing = false;  ///< false: it has another content
};

/// The first difference by path; nullopt when all files of the index are there. Throws as
/// write_index() does.
std::optional<IndexDifference> check_index(const IndexRequest& request,
                                           const IndexFileLookup& lookup);

/// SHA-256 of the index's root. Throws as write_index() does.
Sha256 index_root_of(const IndexRequest& request);

}  // namespace onnxhub
