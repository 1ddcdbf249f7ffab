// SPDX-License-Identifier: Apache-2.0
// All roots of a hub, for those who own or inspect it. Clients use trust/hub_trust.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trust/hub_root.h"
#include "trust/hub_trust.h"

namespace onnxhub {

struct HostedRoot {
    HubRoot root;
    std::string text;
};

struct HubRoots {
    /// From root 1 on, each verified by the one before it.
    std::vector<HostedRoot> followed;
    /// The next root, if all it lacks are signatures.
    std::optional<HostedRoot> pending;
    /// Why the next root is none: one clause that begins with its path. Empty: there is no next
    /// root, or it is pending.
    std::string problem;

    /// Throws Refused with a remedy when there is no verified root, or when the next one is not
    /// usable.
    const HubRoot& newest() const;
};

/// Follows at most roots_per_check_limit roots.
HubRoots read_hub_roots(const RootSource& source);

/// The verified root with this number; null if there is none.
const HubRoot* find_root(const HubRoots& roots, std::uint64_t number);

/// "needs 1 more signature by a root key of root 1 (0123456789abcdef, …)", for each threshold that
/// the pending root does not reach.
std::vector<std::string> missing_root_signatures(const HubRoots& roots);

/// What differs, one clause each: "adds the release key 0123456789abcdef". `previous` may be null:
/// all that the root has.
std::vector<std::string> root_changes(const HubRoot* previous, const HubRoot& root);

}  // namespace onnxhub
