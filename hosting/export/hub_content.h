// SPDX-License-Identifier: Apache-2.0
// The files that a manifest names.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
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

/// Adds the signatures of the models in `files` that the hub has: `x.onnx.sig`, and the `model.sig`
/// of a folder if all files that it lists are among `files`. Their content is not judged. Throws
/// UserError when one cannot be read.
void add_signatures(const LocalHub& hub, std::map<std::string, NamedFile>& files);

/// The names that signatures of some files may have.
class SignatureNames {
public:
    /// Keeps a reference to `files`.
    explicit SignatureNames(const std::map<std::string, NamedFile>& files);

    bool contains(const std::string& path) const;

private:
    const std::map<std::string, NamedFile>& files_;
    std::set<std::string, std::less<>> folders_;
};

/// The sources in the hub that have a file of this size, if it is known. Their content must still
/// be hashed.
std::vector<LocalHub::Bytes> find_bytes(const LocalHub& hub, const std::string& path,
                                        const NamedFile& file);

/// Throws UserError for a file that does not match its digest, with a remedy.
[[noreturn]] void fail_by_digest(const LocalHub::Bytes& bytes, const Sha256& found,
                                 const Sha256& stated);

}  // namespace onnxhub
