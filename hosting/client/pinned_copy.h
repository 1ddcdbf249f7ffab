// SPDX-License-Identifier: Apache-2.0
// Copies of pinned hubs that come without a server: bundles, and hubs on this disk.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/environment.h"
#include "hosting/client/local_hub.h"

namespace onnxhub {

struct CopyCheck {
    std::string shown_name;  ///< of the copy, for messages
    /// The hub that the copy must be of, which must be pinned: a spec, or a name of the
    /// configuration. Absent: the pins with the name that the statement says.
    std::optional<std::string> hub;
    std::filesystem::path place;  ///< the folder where the copy will be; a pin of it decides too
    Environment environment = process_environment;
    /// Receives one line for the user.
    std::function<void(const std::string&)> report = [](const std::string&) {};
    std::function<bool()> is_stopped = [] { return false; };
};

/// Lets the user's pins decide about the manifest, statement and roots in `folder`. All of several
/// pins must accept it; their hubs are returned, as the user wrote them. Empty: no pin is about
/// this copy, which is reported if the copy may be of a pinned hub. Throws HubError when a pin
/// refuses the copy, and UserError when the named hub is not pinned.
std::vector<std::string> check_copy(const std::filesystem::path& folder, const CopyCheck& check);

/// The text of a local hub's manifest. If the user pinned the hub, throws HubError unless the pin
/// accepts it. `location` is what `hub` was made from.
std::string read_local_manifest(const LocalHub& hub, const std::string& location,
                                const Environment& environment,
                                const std::function<void(const std::string&)>& report);

}  // namespace onnxhub
