// SPDX-License-Identifier: Apache-2.0
// Commands that change a hub take turns.
#pragma once

#include <filesystem>

#include "cli/command.h"
#include "hosting/scaffold/hub_lock.h"

namespace onnxhub {

/// Takes the lock of the hub in `folder` before anything in it is read. After a second of waiting
/// for another process it says so on `err`. Throws Interrupted on Ctrl-C, and what HubLock throws.
HubLock wait_for_turn(const std::filesystem::path& folder, const Streams& streams);

}  // namespace onnxhub
