// SPDX-License-Identifier: Apache-2.0
// The files a manifest names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "hosting/client/local_hub.h"
#include "manifest/manifest.h"
#include "manifest/manifest_reader.h"

namespace onnxhub {

struct NamedFile {
    Sha256 sha;
    std::uint64_t size_bytes = 0;
};

/// What to do about a manifest that cannot be used.
inline constexpr const char* validate_hint = "run `onnxhub validate` for details";

/// Models, archives and weights by their paths. Throws UserError for entries that can't be
/// used, paths that no client loads, files without SHA-256 and size, and paths with two of them.
std::map<std::string, NamedFile> files_named_by(const ManifestDocument& manifest,
                                                const std::string& shown_name);

/// The places in the hub where a file of this size is; what they hold has yet to be hashed.
std::vector<LocalHub::Bytes> find_bytes(const LocalHub& hub, const std::string& path,
                                        const NamedFile& file);

/// Says which file is not what its manifest says, and what helps.
[[noreturn]] void fail_by_digest(const LocalHub::Bytes& bytes, const Sha256& found,
                                 const Sha256& stated);

}  // namespace onnxhub
