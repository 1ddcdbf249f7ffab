// SPDX-License-Identifier: Apache-2.0
// Models that lie in a folder without tables become rows of a hub.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "generator/model_checker.h"
#include "generator/shape_inference.h"

namespace onnxhub {

struct AdoptReport {
    std::vector<std::string> adopted;    ///< paths of models
    std::vector<std::string> passed_by;  ///< "path: why", such as Git LFS pointers without bytes
    std::vector<std::string> written;    ///< READMEs and .gitattributes, each once
};

/// Writes a row for every .onnx file of the hub that no table lists, into the README of its folder
/// (of the one above, where the folder is called "model"), and links that from the top one. READMEs
/// that are there keep their text and get tables at their end. No model is moved. Throws
/// EnvironmentError when something can't be written.
AdoptReport adopt_models(const std::filesystem::path& hub, ModelChecker& checker,
                         ShapeInference* inference);

}  // namespace onnxhub
