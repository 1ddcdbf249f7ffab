// SPDX-License-Identifier: Apache-2.0
// What is added to a hub.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/model_row.h"

namespace onnxhub {

struct AddRequest {
    std::filesystem::path model;  ///< the .onnx file, at any path
    /// Folder of the model class, from the hub's top: "vision/classification/mnist"; "" is the top
    /// itself. Absent: the folder given by the tags, or the hub's only folder.
    std::optional<std::string> folder;
    std::vector<std::string> tags;    ///< each is a folder name; must agree with `folder`
    std::optional<std::string> name;  ///< absent: the name in the current row, or of the file
    /// Absent: the version in the row, or the oldest that fits.
    std::optional<std::string> onnx_version;
    std::optional<std::filesystem::path> test_data;  ///< folder with test_data_set_N
    std::string description;                         ///< used for a folder that is new to the hub
    std::map<std::string, std::string> columns;      ///< additional cells of the row, by header
    /// Adds a model that breaks a rule of ONNX's operators or that ONNX's checker rejects.
    bool force = false;
    /// Gets a warning for each objection that `force` accepts, and a note when ONNX's checker could
    /// not judge the model; may be null.
    Diagnostics* remarks = nullptr;
    /// The hub's rows, if the caller has them; null: they are read.
    const std::vector<ModelRow>* rows = nullptr;
};

}  // namespace onnxhub
