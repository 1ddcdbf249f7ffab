// SPDX-License-Identifier: Apache-2.0
// The models of the hub a user names: what list and info have in common.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/job.h"
#include "hosting/client/hub_spec.h"
#include "http/http_client.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// Options of every command that reads from a hub.
struct HubArguments {
    std::optional<std::string> hub;    ///< absent: the official one
    std::optional<std::string> cache;  ///< absent: the folder shared with the Python client
    bool is_offline = false;
};

void add_hub_options(CLI::App& command, HubArguments& arguments);

/// A hub that was read, and what it takes to read on.
struct OpenHub {
    HubSpec spec;
    Endpoints endpoints;
    std::filesystem::path cache_folder;
    std::unique_ptr<HttpClient> client;
    ManifestDocument document;
};

/// Reads the manifest, over HTTP where the hub is not a folder. Throws EnvironmentError when the
/// hub is none or can't be reached.
OpenHub open_hub_models(const HubArguments& arguments, const Streams& streams);

/// What `option` says is a hub. Throws EnvironmentError when it is none.
HubSpec parse_hub_option(const std::string& option, const std::string& text);

}  // namespace onnxhub
