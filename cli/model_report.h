// SPDX-License-Identifier: Apache-2.0
// Prints the facts of a model as text or JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/inspect_source.h"
#include "generator/content_facts.h"
#include "model/model_graph.h"
#include "model/model_opsets.h"

namespace onnxhub {

struct ModelReport {
    std::string file;  ///< as the user named it
    std::uint64_t size_bytes = 0;
    std::optional<ContentFacts> facts;  ///< absent with --ports, unless known without hashing
    ModelGraph graph;
    std::optional<RemoteReading> remote = {};  ///< the model was read from a server
};

/// A Git LFS pointer alone.
std::string pointer_text(const std::string& file, const ContentFacts& facts);
std::string pointer_json(const std::string& file, const ContentFacts& facts);

/// Opsets alone.
std::string opsets_text(const std::string& file, const ModelOpsets& opsets);
std::string opsets_json(const std::string& file, const ModelOpsets& opsets);

/// Lines of facts and a table of ports; `ports_only`: the table alone.
std::string report_text(const ModelReport& report, bool ports_only);

/// A JSON object, see docs/cli.md; `ports_only`: only the value of `io_ports`.
std::string report_json(const ModelReport& report, bool ports_only);

}  // namespace onnxhub
