// SPDX-License-Identifier: Apache-2.0
// The files that a manifest names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
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
    std::optional<std::uint64_t> size_bytes = {};  ///< only absent for some files elsewhere
    /// The manifest names other servers for the file, so that the hub need not have it.
    bool is_elsewhere = false;
};

/// What to do about a manifest that cannot be used.
inline constexpr const char* validate_hint = "run `onnxhub validate` for details";

/// Models, archives and external data, by path. Throws UserError for invalid entries, unsafe paths,
/// files without SHA-256 and size (files elsewhere need no size), and paths with two different
/// SHA-256.
std::map<std::string, NamedFile> files_named_by(const ManifestDocument& manifest,
                                                const std::string& shown_name);

/// The sources in the hub that have a file of this size, if it is known. Their content must still
/// be hashed.
std::vector<LocalHub::Bytes> find_bytes(const LocalHub& hub, const std::string& path,
                                        const NamedFile& file);

/// Throws UserError for a file that does not match its digest, with a remedy.
[[noreturn]] void fail_by_digest(const LocalHub::Bytes& bytes, const Sha256& found,
                                 const Sha256& stated);

}  // namespace onnxhub
