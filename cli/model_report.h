// SPDX-License-Identifier: Apache-2.0
// One model, told to a person or a program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "generator/content_facts.h"
#include "model/model_graph.h"

namespace onnxhub {

struct ModelReport {
    std::string file;  ///< as the user named it
    std::uint64_t size_bytes = 0;
    std::optional<ContentFacts> facts;  ///< absent: the digest wasn't wanted
    ModelGraph graph;
};

/// Some lines with a table of ports; `ports_only` leaves out all but the table.
std::string report_text(const ModelReport& report, bool ports_only);

/// A JSON object, fields documented in docs/cli.md; `ports_only` gives only `io_ports`' value.
std::string report_json(const ModelReport& report, bool ports_only);

}  // namespace onnxhub
