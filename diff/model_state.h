// SPDX-License-Identifier: Apache-2.0
// What one model is at one moment, as far as it can be told. Only for the sources of this module.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "generator/describe.h"

namespace onnxhub {

/// Where a property comes from, since it can be compared only where both sides know that.
enum class PropertySource { file, table, archive, ports, graph, weights };

struct Property {
    PropertySource source = PropertySource::file;
    std::string field;
    std::string value;
};

struct ModelState {
    std::string path;
    std::optional<Sha256> sha;  ///< nothing: what the file holds can't be told
    std::vector<Property> properties;
    std::map<std::string, std::uint64_t> operators;  ///< by name; of the graph
    std::vector<std::string> input_names;            ///< in the order of the ports
    std::vector<std::string> output_names;
    bool has_rows = true;  ///< the tables that may list it could be read
    bool has_archive_facts = true;
    bool has_ports = false;
    bool has_graph = false;
    bool has_weights = false;  ///< its external files are known, if it has any
    std::string trouble;       ///< why there is no graph, or not even a digest; one clause

    bool knows(PropertySource source) const;
};

/// `rows` are all descriptions of the model at `path`: one at least. Nothing when no file is there,
/// `has_file` says whether something of that path is, such as a symbolic link to nothing.
std::optional<ModelState> state_of(const std::string& path,
                                   const std::vector<const ModelDescription*>& rows,
                                   const ContentTable& contents, bool has_file);

}  // namespace onnxhub
