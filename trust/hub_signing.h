// SPDX-License-Identifier: Apache-2.0
// Makes the next statement and the next root of a signed hub. All functions throw Refused with a
// remedy when the hub's files or the keys do not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "trust/hub_roots.h"
#include "trust/hub_statement.h"
#include "trust/private_key.h"

namespace onnxhub {

struct StatementRequest {
    Sha256 manifest = {};
    std::optional<Sha256> index = {};  ///< HubStatement::index
    std::string branch = {};
    std::int64_t issued = 0;          ///< seconds since 1970
    std::int64_t expires = 0;         ///< seconds since 1970
    std::uint64_t least_version = 1;  ///< for a hub whose last statements were lost
};

/// The statement of the newest root, with a version above those of `previous`: texts of statements
/// of this hub. Those that no release key signed do not count, so that a pull request cannot use up
/// the versions. Each key must be a release key.
std::string sign_next_statement(const HubRoots& roots, const std::vector<std::string>& previous,
                                const StatementRequest& request,
                                const std::vector<PrivateKey>& keys);

/// Adds a signature to the statement. It must be of the newest root, of this manifest, and not
/// expired. The caller has checked its index.
std::string cosign_statement(std::string_view text, const HubRoots& roots, const Sha256& manifest,
                             std::int64_t now, const std::vector<PrivateKey>& keys);

/// "needs 1 more signature by a release key of root 1 (0123456789abcdef)"; empty: it needs none.
std::string missing_statement_signatures(std::string_view text, const HubRoot& root);

/// Keys that a root gets or loses.
struct RoleChange {
    std::vector<PublicKey> added = {};
    std::vector<std::string> removed = {};  ///< ids of keys, or at least 8 digits they begin with
    std::optional<std::size_t> threshold = {};
};

struct RootRequest {
    RoleChange roots = {};
    RoleChange releases = {};
    std::int64_t issued = 0;                   ///< seconds since 1970
    std::optional<std::int64_t> expires = {};  ///< seconds since 1970
};

/// Root 1. The keys that sign are root keys too; they are the release keys if `request` adds none.
std::string sign_first_root(const std::string& hub, const RootRequest& request,
                            const std::vector<PrivateKey>& keys);

/// The root after the newest one. Each key must be a root key of one of both.
std::string sign_next_root(const HubRoots& roots, const RootRequest& request,
                           const std::vector<PrivateKey>& keys);

/// Adds signatures to the pending root.
std::string cosign_root(const HubRoots& roots, const std::vector<PrivateKey>& keys);

}  // namespace onnxhub
