// SPDX-License-Identifier: Apache-2.0
// The known properties of one model on one side. Private to this module.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "generator/describe.h"

namespace onnxhub {

/// The source of a property. Properties are compared only if both sides know their source.
/// `table` is any statement of the hub about the model: a row, a sidecar, a record, the settings.
enum class PropertySource { file, table, archive, ports, graph, weights };

struct Property {
    PropertySource source = PropertySource::file;
    std::string field;
    std::string value;
};

struct ModelState {
    std::string path;
    bool is_elsewhere = false;  ///< the bytes are outside of the repository
    std::optional<Sha256> sha;  ///< nothing: the content of the file is unknown
    std::vector<Property> properties;
    std::map<std::string, std::uint64_t> operators;  ///< of the graph, by name
    std::vector<std::string> input_names;            ///< in the order of the ports
    std::vector<std::string> output_names;
    std::vector<std::string> urls;  ///< of the file, as stated, in their order
    bool has_rows = true;           ///< all tables that may list it were read
    bool has_archive_facts = true;
    bool has_ports = false;
    bool has_graph = false;
    bool has_weights = false;  ///< its external files are known
    std::string problem;       ///< one clause: why there is no graph, or no digest

    bool knows(PropertySource source) const;
};

/// `rows` are all descriptions of the model at `path`, at least one. Returns nothing if there is no
/// file and none elsewhere. `has_file` says whether `path` exists, for example as a symbolic link
/// without a target.
std::optional<ModelState> state_of(const std::string& path,
                                   const std::vector<const ModelDescription*>& rows,
                                   const ContentTable& contents, bool has_file);

}  // namespace onnxhub
