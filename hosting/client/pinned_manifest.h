// SPDX-License-Identifier: Apache-2.0
// Lets a pin decide about a manifest, wherever it comes from, and records what that teaches.
#pragma once

#include <functional>
#include <string>

#include "hosting/client/signed_manifest.h"
#include "hosting/client/trust_store.h"

namespace onnxhub {

struct PinnedRead {
    std::string hub;  ///< for messages
    /// The branch, tag or commit that the user asked for; versions are remembered by it. "": none.
    std::string ref;
    bool is_offline = false;
    StatementFloor floor = {};
    /// Whether the user stopped the program, and how it waits.
    std::function<bool()> is_stopped = [] { return false; };
    std::function<void(int)> pause = sleep_for_milliseconds;  ///< ms
    /// Receives one line for the user.
    std::function<void(const std::string&)> report = [](const std::string&) {};
};

/// Throws HubError as read_signed_manifest() does. What was learned is recorded in `store`; if that
/// fails, the user gets a line.
AcceptedManifest read_by_pin(SignedHub& hub, const TrustStore& store, const TrustRecord& pin,
                             const PinnedRead& read);

}  // namespace onnxhub
