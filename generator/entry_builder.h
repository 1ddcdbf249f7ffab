// SPDX-License-Identifier: Apache-2.0
// Makes the entry of one row from facts and graphs that were read before. Reads no file.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "generator/graph_reading.h"
#include "generator/model_description.h"
#include "manifest/hub_path.h"

namespace onnxhub {

/// The tensor that the settings name for a row's `extra_ports`, or null.
const std::string* feature_tensor(const Settings& settings, const ModelRow& row);

/// The path of an external file of the model at `model_path`: locations are relative to its folder.
/// Source: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
std::variant<std::string, UnsafePath> external_path(const std::string& model_path,
                                                    const std::string& location);

/// The external files of a carried entry, adjusted if the model is in another folder now.
std::vector<std::string> carried_external_paths(const Entry& carried,
                                                const std::string& model_path);

/// Describes `row`; reads no file. `reading` is null when its graph was not read.
ModelDescription describe_row(Shared<ModelRow> row, const ContentTable& table,
                              const GraphReading* reading, const DescribeOptions& options);

}  // namespace onnxhub
