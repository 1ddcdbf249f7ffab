// SPDX-License-Identifier: Apache-2.0
// A model into a hub: its file, its row, its archive.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/readme_table.h"
#include "hosting/scaffold/file_transaction.h"
#include "model/model_checker.h"
#include "model/shape_inference.h"

namespace onnxhub {

struct AddRequest {
    std::filesystem::path model;  ///< the .onnx file, wherever it is
    /// Folder of the model class, from the hub's top: "vision/classification/mnist"; "" is the top
    /// itself. Absent: that of the tags, or else the hub's only one.
    std::optional<std::string> folder;
    std::vector<std::string> tags;    ///< each a folder's name; has to say what `folder` says
    std::optional<std::string> name;  ///< absent: that of the present row, or of the file
    std::optional<std::string> onnx_version;  ///< absent: that of the row, or the oldest that fits
    std::optional<std::filesystem::path> test_data;  ///< folder with test_data_set_N
    std::string description;                         ///< of a folder that is new to the hub
    std::map<std::string, std::string> columns;      ///< further cells of the row, by header
    /// Rows of the hub, whoever has them; null: they are read.
    const std::vector<ReadmeModel>* rows = nullptr;
};

/// Checks the model, puts it to `<folder>/model/<file>` with its weights (ONNX external data)
/// beside it as the graph names them, packs its test data, and writes its row into the folder's
/// README and the folder's into the top one. Where a README or a table in it is missing it is made.
/// Files go through Git LFS where the hub uses that. A model that is there already keeps its name
/// and all cells that nothing new is known of. Twice the same is once. The changes are applied, to
/// be kept by the caller, who renews the manifest first. Gives the model's path from the hub's top.
/// Throws UserError before anything is written when the model is none, fails ONNX's checker,
/// can't be placed without taking what belongs to another model, has another model's name and
/// opset, or when the test data contradicts its ports; WriteError when a file can't be written.
std::string add_model(const AddRequest& request, ModelChecker& checker, ShapeInference* inference,
                      FileTransaction& change);

}  // namespace onnxhub
