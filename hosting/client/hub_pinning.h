// SPDX-License-Identifier: Apache-2.0
// Makes the first pin of a signed hub: from here on its keys decide.
#pragma once

#include <string>
#include <vector>

#include "hosting/client/hub_client.h"
#include "hosting/client/signed_manifest.h"
#include "hosting/client/trust_store.h"
#include "trust/hub_root.h"
#include "trust/public_key.h"

namespace onnxhub {

/// The keys that a hub publishes. That it has them says nothing about who it is.
struct HubOffer {
    HubRoot root;      ///< the newest one
    std::string text;  ///< its envelope
};

/// The newest root that follows from the hub's first one. Throws HubError when the hub is not
/// signed, and when a root does not follow from the one before it.
HubOffer read_offer(SignedHub& hub, const std::string& name);

/// The same from a root that the user has from elsewhere. `file` names it in messages.
HubOffer read_offer_after(SignedHub& hub, const std::string& name, const std::string& root,
                          const std::string& file);

/// Throws HubError unless each of the keys is a root key of the offer and signed its root.
void require_root_keys(const HubOffer& offer, const std::vector<PublicKey>& keys,
                       const std::string& name);

/// The record of a pin, after the hub's present manifest was checked against it. Throws HubError
/// when the pin would refuse the hub now.
TrustRecord make_pin(SignedHub& hub, const HubOffer& offer, const HubClient& client,
                     bool allows_expired);

}  // namespace onnxhub
