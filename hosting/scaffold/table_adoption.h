// SPDX-License-Identifier: Apache-2.0
// Adds rows for the models of a folder without tables.
#pragma once

#include <string>
#include <vector>

#include "hosting/scaffold/file_transaction.h"
#include "model/model_checker.h"
#include "model/shape_inference.h"

namespace onnxhub {

struct TableAdoption {
    std::vector<std::string> adopted;  ///< paths of models
    std::vector<std::string> skipped;  ///< "path: reason", such as Git LFS pointers without content
};

/// Writes a row for every .onnx file of the hub that no table lists, into the README of its folder
/// (or of the parent folder, if the folder is named "model"), and links it from the top README.
/// Models at the top get their rows there. Existing READMEs keep their text and get tables at their
/// end. A model is named after its file, or after its folders if the file name is not unique.
///
/// Does not move models, does not follow symbolic links, and skips hidden folders and node_modules.
/// The changes are applied; the caller keeps them. Throws WriteError when a file cannot be written.
TableAdoption adopt_with_tables(ModelChecker& checker, ShapeInference* inference,
                                FileTransaction& change);

}  // namespace onnxhub
