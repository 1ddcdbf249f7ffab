// SPDX-License-Identifier: Apache-2.0
// The hub on this disk that a command works on.
#pragma once

#include <string>

#include "cli/command.h"

namespace onnxhub {

/// What help says about a hub's folder that is not named.
inline constexpr const char* hub_folder_help =
    "Top directory of the hub (default: the hub that contains the current directory)";

/// Replaces an empty `folder`, which the user did not name: by the hub that contains the current
/// directory, else by ".". Says which one it is if that is another directory.
void choose_hub_folder(std::string& folder, const Streams& streams);

/// The hub that contains the current directory; "." without a hub.
std::string hub_folder_here();

}  // namespace onnxhub
