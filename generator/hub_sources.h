// SPDX-License-Identifier: Apache-2.0
// Where each fact of each model of a hub came from, and why models are left out of the manifest.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/content_table.h"
#include "manifest/diagnostic.h"

namespace onnxhub {

/// One fact as its entry has it.
struct SourcedFact {
    std::string_view fact;  ///< "opset", as in settings; "io_ports"
    std::string value;
    std::string origin;  ///< "vision/README.md:12", or what the fact was read from: "graph"
};

struct SourcedModel {
    std::string path;
    std::string name;  ///< "" if nothing describes the model
    std::vector<SourcedFact> facts;
    bool has_entry = false;
    std::vector<Diagnostic> problems;  ///< errors and warnings of the model
};

struct HubSources {
    std::vector<SourcedModel> models;  ///< sorted by path
    std::size_t entries = 0;           ///< models with an entry
    Diagnostics diagnostics;           ///< about the hub and its sources
};

struct HubSourcesRequest {
    std::filesystem::path folder = ".";        ///< top directory of the hub
    std::optional<std::string> revision;       ///< absent: the working tree
    std::optional<std::string> settings_file;  ///< absent: onnxhub.toml of the hub
    unsigned jobs = 0;
};

/// Describes every model as `generate` does. Throws UserError when the hub cannot be opened or has
/// nothing to describe. `content` may be null.
HubSources read_hub_sources(const HubSourcesRequest& request, ContentObserver* content);

}  // namespace onnxhub
