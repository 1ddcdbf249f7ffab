// SPDX-License-Identifier: Apache-2.0
// What one model is at one moment, as far as it can be told. Only for the sources of this room.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/describe.h"
#include "manifest/digest.h"

namespace onnxhub {

/// Where a property comes from, since it can be compared only where both sides know that.
enum class PropertySource { file, table, ports, graph };

struct Property {
    PropertySource source = PropertySource::file;
    std::string field;
    std::string value;
};

struct ModelState {
    std::string path;
    std::optional<Sha256> sha;
    std::vector<Property> properties;
    std::map<std::string, std::uint64_t> operators;  ///< by name; of the graph
    bool has_ports = false;
    bool has_graph = false;
    std::string trouble;  ///< why there is no graph
};

/// `rows` are all descriptions of the model at `path`: one at least.
ModelState state_of(const std::string& path, const std::vector<const ModelDescription*>& rows,
                    const ContentTable& contents);

}  // namespace onnxhub
