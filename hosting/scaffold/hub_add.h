// SPDX-License-Identifier: Apache-2.0
// A model into a hub: its file, its row, its archive.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/model_checker.h"
#include "generator/shape_inference.h"

namespace onnxhub {

struct AddRequest {
    std::filesystem::path hub;    ///< its top folder
    std::filesystem::path model;  ///< the .onnx file, wherever it is
    /// Folder of the model class, from the hub's top: "vision/classification/mnist". Empty: the
    /// hub's only one.
    std::string folder;
    std::optional<std::string> name;                 ///< absent: that of the file
    std::optional<std::string> onnx_version;         ///< absent: the oldest release that fits
    std::optional<std::filesystem::path> test_data;  ///< folder with test_data_set_N
    std::string description;                         ///< of a folder that is new to the hub
    std::map<std::string, std::string> columns;      ///< further cells of the row, by header
    bool adds_tables = false;  ///< READMEs without the tables they need get them at their end
};

struct AddReport {
    std::string model_path;            ///< from the hub's top
    std::vector<std::string> written;  ///< files that are new or differ now, in this order
};

/// Checks the model, puts it to `<folder>/model/<file>` with its weights (ONNX external data)
/// beside it as the graph names them, packs its test data, and writes its row into the folder's
/// README and the folder's into the top one; where a README is missing it is made. Files go through
/// Git LFS where the hub uses that. Twice the same is once. The manifest is the caller's to renew.
/// Throws EnvironmentError before anything is written when the model is none, fails ONNX's checker,
/// can't be placed, or when the test data contradicts the model's ports.
AddReport add_model(const AddRequest& request, ModelChecker& checker, ShapeInference* inference);

}  // namespace onnxhub
