// SPDX-License-Identifier: Apache-2.0
// Finds the user's record of a hub, however the hub is written.
#pragma once

#include <optional>

#include "hosting/client/hub_identity.h"
#include "hosting/client/trust_store.h"

namespace onnxhub {

struct RecordOfHub {
    TrustRecord record;
    /// Where the recorded hub is, for hubs on GitHub.
    std::optional<GitHubPlace> place = {};
    /// The hub has no record of its own, but may be a branch of this one, which is pinned.
    bool may_be_another = false;
};

/// A pin holds for every address that may be of its hub: an address of GitHub's files can be a
/// folder, or a branch with '/' in its name. A branch that was read shows which: where "main" is a
/// branch, "main/zoo" is none. So an unknown reading can refuse a hub, but never skips a pin.
/// Throws UserError as TrustStore::find() does.
std::optional<RecordOfHub> find_record(const TrustStore& store, const HubSpec& spec,
                                       const Endpoints& endpoints);

}  // namespace onnxhub
