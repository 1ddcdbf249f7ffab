// SPDX-License-Identifier: Apache-2.0
// What a model's signature says: an in-toto statement that lists files with their SHA-256, in the
// format of OpenSSF Model Signing 1.0.
// https://github.com/sigstore/model-transparency/blob/main/docs/model_signing_format.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace onnxhub {

/// A file, or a part of one: the bytes from `begin` to before `end`.
struct SignedResource {
    std::string path;  ///< passes check_hub_path()
    Sha256 digest;
    std::uint64_t begin = 0;  ///< only with shards
    std::uint64_t end = 0;    ///< only with shards
};

struct ModelStatement {
    std::string name;  ///< of the folder when it was signed; proves nothing
    /// In the order of the statement; in a statement that was parsed, no path or part repeats.
    std::vector<SignedResource> resources;
    /// In bytes: files are signed in parts of this size. Absent: as a whole.
    std::optional<std::uint64_t> shard_size;
    /// Files and folders that were left out, relative to the folder.
    std::vector<std::string> ignored_paths;
};

/// Why statements of model_signing 0.2 are refused. It signed other bytes than DSSE prescribes.
inline constexpr const char* old_statement_reason =
    "is of model_signing 0.2, which is too old for onnxhub: its format differs; sign the model "
    "again";

inline constexpr std::size_t resource_limit = 200'000;
inline constexpr std::size_t ignored_path_limit = 10'000;

/// SHA-256 of the digests one after the other, in the order of the list.
Sha256 digest_of(const std::vector<SignedResource>& resources);

/// Throws Refused: `statement` for an inconsistent one, `unsupported` for other versions and hash
/// functions and for followed symbolic links.
ModelStatement parse_model_statement(std::string_view payload);

/// Whether the payload is a statement of model_signing 0.2, which parse_model_statement() refuses.
bool is_old_statement(std::string_view payload);

/// The payload for a statement about whole files. Sorts the resources by code points.
std::string model_statement_text(ModelStatement statement);

}  // namespace onnxhub
