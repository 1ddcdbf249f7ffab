// SPDX-License-Identifier: Apache-2.0
// The statement and the roots of a signed hub, for copies of the hub.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "hosting/export/hub_content.h"
#include "repository/tree.h"

namespace onnxhub {

/// What a page shows of a signed hub. It is not proof: the page itself cannot verify.
struct SignedFacts {
    std::string hub;
    std::uint64_t version = 0;
    std::string expires;  ///< "2026-11-30"
    Sha256 manifest = {};
    std::uint64_t root = 0;
    std::vector<std::string> root_keys;     ///< ids
    std::vector<std::string> release_keys;  ///< ids
};

struct HubSigningFiles {
    std::map<std::string, NamedFile> files = {};  ///< empty: the copy is not signed
    std::optional<SignedFacts> facts = {};        ///< with `files`
    /// Why the statement of a signed hub is left out: one sentence with what to do. Empty: it is
    /// not, or there is none.
    std::string problem = {};
};

/// Statement and roots are taken if the release keys of the newest root signed exactly `manifest`,
/// the manifest of the copy. Throws UserError when a file cannot be read.
HubSigningFiles signing_files_of(const Tree& tree, std::string_view manifest);

/// Whether a file has the path of the statement or of a root.
bool is_signing_file(const std::string& path);

}  // namespace onnxhub
