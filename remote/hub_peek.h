// SPDX-License-Identifier: Apache-2.0
// Where the graphs of a hub's models can be read: its Git LFS server and its mirrors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "http/http_message.h"
#include "remote/peek.h"
#include "repository/hub_folder.h"

namespace onnxhub {

/// What the user asks for.
struct PeekRequest {
    PeekDepth depth = PeekDepth::graph;
    unsigned connections = 32;
    std::optional<std::uint64_t> max_transfer_bytes = {};  ///< of all models together
    bool is_dry = false;                                   ///< only estimates what would be read
    HttpOptions http = {};                                 ///< with the user's policy for addresses
    std::optional<std::filesystem::path> cache_folder = {};
    std::string hugging_face = std::string(hugging_face_endpoint);
};

/// The options for models of `hub`. `mirrors` are those of its settings. The address of a Git LFS
/// server that git's own configuration names is allowed like one that the user gives.
PeekOptions peek_options(const PeekRequest& request, const HubFolder& hub,
                         const std::vector<std::string>& mirrors);

}  // namespace onnxhub
