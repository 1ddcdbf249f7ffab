// SPDX-License-Identifier: Apache-2.0
// Where files of a hub lie in the cache. A hub chooses content, never places: what it names is
// checked here, and digests keep models apart (docs/client.md, "The cache").
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "hosting/client/hub_spec.h"
#include "model/onnx_skeleton.h"

namespace onnxhub {

/// A file of a hub as the cache knows it.
struct CacheKey {
    std::string hub_path;  ///< from the hub's root
    Sha256 sha;
    std::uint64_t size_bytes = 0;
    /// A model or an archive, whose name is prefixed by its digest. False for weights beside a
    /// model (ONNX external data): only place_files() gives them a place.
    bool has_prefix = true;
    /// Of a model with external data and of these: the path below the cache, in a folder that no
    /// other model shares. Set by place_files().
    std::string place = {};
};

/// Places the files of one model: `files[0]` is the model, the others its external data. A model
/// without external data stays where the Python client has it. Otherwise all files get a place in
/// `<folder>/{set}_{stem}/`, where `{set}` is the SHA-256 over the sorted lines "{sha256}
/// {location}\n" of all files: another model, or another version of one, has another folder. Throws
/// UserError, with the path, for paths that check_loadable_path() refuses, for external data
/// outside the model's folder, and for two files of one place. Purely lexical: nothing is read.
std::vector<CacheKey> place_files(std::vector<CacheKey> files);

/// Path of the file below the cache: `key.place`, else `<hub folder>/{sha}_{name}`. Files that
/// differ in path or digest have different places. Throws UserError for paths that
/// check_loadable_path() refuses, and for external data without a place.
std::string place_of(const CacheKey& key);

/// Throws UserError unless the graph names each external file `files[1]…`, exactly as its
/// path below the model's folder. `model` is the verified file of `files[0]`.
void check_graph_names_files(const ByteSource& model, const std::vector<CacheKey>& files);

/// Path of an external file relative to its model's folder: the location that the graph must name.
/// Both paths were placed.
std::string location_of(const CacheKey& model, const CacheKey& weights);

/// The digest `{set}` of files by their locations.
Sha256 digest_of_set(const std::vector<std::pair<Sha256, std::string>>& files);

/// The two parts of "{sha}_{rest}"; nothing for other names.
std::optional<std::pair<Sha256, std::string>> split_cached_name(std::string_view name);

/// Where the client keeps what is its own: copies of manifests with their ETags, notes, locks.
/// $XDG_STATE_HOME/onnxhub, else $XDG_CACHE_HOME/onnxhub, else ~/.local/state/onnxhub. Nothing when
/// none of these variables nor HOME is set; work goes on without. No path of a hub leads there:
/// paths in a cache have a segment "{sha}_…" or one that begins with a dot, those in here don't.
std::optional<std::filesystem::path> default_state_folder(const Environment& environment);

}  // namespace onnxhub
