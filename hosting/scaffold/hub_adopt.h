// SPDX-License-Identifier: Apache-2.0
// Models that lie in a folder without tables become rows of a hub.
#pragma once

#include <string>
#include <vector>

#include "hosting/scaffold/file_transaction.h"
#include "model/model_checker.h"
#include "model/shape_inference.h"

namespace onnxhub {

struct AdoptReport {
    std::vector<std::string> adopted;  ///< paths of models
    std::vector<std::string> skipped;  ///< "path: why", such as Git LFS pointers without bytes
};

/// Writes a row for every .onnx file of the hub that no table lists, into the README of its folder
/// (of the one above, where the folder is called "model"), and links that from the top one; models
/// at the top get their rows there. READMEs that are there keep their text and get tables at their
/// end. A model is named after its file, or after its folders where the file's name doesn't tell it
/// from others. No model is moved, no symbolic link followed; hidden folders and node_modules are
/// passed by. The changes are applied, to be kept by the caller. Throws WriteError when something
/// can't be written.
AdoptReport adopt_models(ModelChecker& checker, ShapeInference* inference, FileTransaction& change);

}  // namespace onnxhub
