// SPDX-License-Identifier: Apache-2.0
// The models of the hub a user names: what list and info have in common.
#pragma once

#include <optional>
#include <string>

#include "cli/job.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// Options of every command that reads from a hub.
struct HubArguments {
    std::optional<std::string> hub;    ///< absent: the official one
    std::optional<std::string> cache;  ///< absent: the folder shared with the Python client
    bool is_offline = false;
};

void add_hub_options(CLI::App& command, HubArguments& arguments);

/// Reads the manifest, over HTTP where the hub is not a folder. Throws EnvironmentError when the
/// hub is none or can't be reached.
ManifestDocument read_hub_models(const HubArguments& arguments, const Streams& streams);

}  // namespace onnxhub
