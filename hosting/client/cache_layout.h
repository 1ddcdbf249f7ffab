// SPDX-License-Identifier: Apache-2.0
// The layout of the cache. A hub must not choose where files are written: its paths are checked
// here, and digests keep models apart (docs/client.md, "The cache").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "hosting/client/hub_spec.h"
#include "model/onnx_skeleton.h"

namespace onnxhub {

/// Identifies a file of a hub in the cache.
struct CacheKey {
    std::string hub_path;  ///< from the hub's root
    Sha256 sha;
    std::optional<std::uint64_t> size_bytes = {};  ///< absent for some models elsewhere
    /// True for a model or an archive, whose name has its digest as a prefix. False for the
    /// external data of a model, whose path only place_files() sets.
    bool has_prefix = true;
    /// For a model with external data and for that data: the path below the cache, in a folder that
    /// no other model uses. Set by place_files().
    std::string place = {};
};

/// Sets the paths for the files of one model: `files[0]` is the model, the others are its external
/// data. A model without external data keeps the path that the Python client uses. Otherwise all
/// files are placed in `<folder>/{set}_{stem}/`, where `{set}` is the SHA-256 over the sorted lines
/// "{sha256} {location}\n" of all files. So each model, and each version of it, has its own folder.
///
/// Throws UserError, with the path, for paths that check_loadable_path() rejects, for external data
/// outside the model's folder, and for two files with the same path. Works on text only: nothing is
/// read.
std::vector<CacheKey> place_files(std::vector<CacheKey> files);

/// Path of the file below the cache: `key.place` if set, else `<hub folder>/{sha}_{name}`. Files
/// that differ in path or digest have different paths here. Throws UserError for paths that
/// check_loadable_path() rejects, and for external data whose `place` is not set.
std::string place_of(const CacheKey& key);

/// Throws UserError unless the graph names each external file `files[1]…`, exactly by its path
/// below the model's folder. `model` is the verified file of `files[0]`.
void check_graph_names_files(const ByteSource& model, const std::vector<CacheKey>& files);

/// Path of an external file relative to its model's folder: the location that the graph must name.
/// Both keys must have been placed.
std::string location_of(const CacheKey& model, const CacheKey& weights);

/// The digest `{set}` of files, given by digest and location.
Sha256 digest_of_set(const std::vector<std::pair<Sha256, std::string>>& files);

/// Splits "{sha}_{rest}"; nullopt for other names.
std::optional<std::pair<Sha256, std::string>> split_cached_name(std::string_view name);

}  // namespace onnxhub
