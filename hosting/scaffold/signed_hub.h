// SPDX-License-Identifier: Apache-2.0
// Signs a hub: its roots, and the statement of its manifest. What is signed and how: trust/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/content_facts.h"
#include "hosting/scaffold/hub_signatures.h"
#include "manifest/manifest.h"
#include "repository/hub_folder.h"
#include "trust/hub_signing.h"
#include "trust/hub_trust.h"
#include "trust/signed_content.h"

namespace onnxhub {

/// The roots among the files of a hub. `tree` must live as long as the source.
RootSource roots_in(const Tree& tree);

/// A file to write, and lines for the user: signatures that are missing, and what to do next.
struct SignedHubFile {
    HubSignature file;
    std::vector<std::string> notes;
};

struct StatementOptions {
    std::int64_t now = 0;  ///< seconds since 1970
    std::int64_t lifetime_seconds = 0;
    std::uint64_t least_version = 1;
    bool has_index = false;  ///< the statement names the index of the manifest
    /// Absent: the branch of the working tree or of the revision, if it is one. Empty: none.
    std::optional<std::string> branch = {};
    /// Texts of statements outside of the hub that the new one may replace.
    std::vector<std::string> earlier = {};
};

// All throw UserError: for a hub without a manifest that can be read, and for what trust/ refuses.

/// The next statement, with a version above those in the hub and in the commit that is checked out.
SignedHubFile sign_hub(const HubFolder& hub, const StatementOptions& options,
                       const std::vector<PrivateKey>& keys);
/// The present statement with more signatures.
SignedHubFile cosign_hub(const HubFolder& hub, std::int64_t now,
                         const std::vector<PrivateKey>& keys);
/// Root 1 of a hub that has no root.
SignedHubFile start_signed_hub(const HubFolder& hub, const std::string& name,
                               const RootRequest& request, const std::vector<PrivateKey>& keys);
SignedHubFile sign_hub_root(const HubFolder& hub, const RootRequest& request,
                            const std::vector<PrivateKey>& keys);
SignedHubFile cosign_hub_root(const HubFolder& hub, const std::vector<PrivateKey>& keys);

/// The branch of the hub's working tree or revision; empty: none.
std::string branch_of(const HubFolder& hub);

struct ContentComparison {
    std::size_t files = 0;      ///< that were compared
    std::size_t pointers = 0;   ///< of these: known from a pointer, without content
    std::size_t elsewhere = 0;  ///< models that the manifest has sources for, and the hub lacks
    std::vector<FileDifference> differences;
};

/// Compares the files that the manifest lists with those of the hub. Hashes all available content,
/// also objects in the stores of Git LFS and git-annex. `observer` may be null. `jobs`
/// threads, 0: one per core.
ContentComparison compare_with_manifest(const HubFolder& hub, const ManifestDocument& manifest,
                                        HashObserver* observer, unsigned jobs);

}  // namespace onnxhub
