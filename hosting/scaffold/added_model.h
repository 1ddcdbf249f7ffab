// SPDX-License-Identifier: Apache-2.0
// The model that is added to a hub, checked before anything is written. Only the .cpp files of this
// module include this header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "hosting/scaffold/add_request.h"
#include "manifest/onnx_release.h"
#include "model/model_checker.h"
#include "model/model_graph.h"
#include "model/shape_inference.h"
#include "repository/lfs_pointer.h"

namespace onnxhub {

struct AddedModel {
    ModelGraph graph;
    OnnxRelease oldest_release;  ///< supports its IR version and opset; else the newest one
    std::int64_t opset = 0;
};

/// Throws UserError when the file is not a model with that name. Also when it breaks the rules of
/// ONNX's operators, or fails ONNX's checker, unless the request has `force`.
AddedModel read_added_model(const AddRequest& request, ModelChecker& checker,
                            ShapeInference* inference);

/// The Git LFS pointer in the file; nothing when the file has something else.
std::optional<LfsPointer> pointer_at(const std::filesystem::path& path);

/// Throws UserError for a pointer file of any kind.
void refuse_pointer(const std::filesystem::path& path);

}  // namespace onnxhub
