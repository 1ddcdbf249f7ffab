// SPDX-License-Identifier: Apache-2.0
// Checks a signed hub by what it shows now, without anything that a client remembers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/digest.h"
#include "trust/hub_trust.h"
#include "trust/public_key.h"

namespace onnxhub {

/// What the user knows of a hub: a root, a root key of its newest root, or nothing, so that the
/// hub's own root 1 counts.
using KnownOfHub = std::variant<std::monostate, std::string, PublicKey>;

struct ShownHub {
    Sha256 manifest = {};
    std::optional<std::string> statement = {};  ///< its text; absent: the hub has none
    std::string branch = {};                    ///< empty: unknown
    RootSource roots;
};

struct VerifiedHub {
    HubStatement statement;
    HubRoot root;  ///< the newest one
};

/// A refusal is about what the hub shows. Throws Refused when what the user knows leads to no root
/// of the hub.
std::variant<VerifiedHub, HubRefusal> verify_hub(const ShownHub& hub, const KnownOfHub& known,
                                                 std::int64_t now);

}  // namespace onnxhub
