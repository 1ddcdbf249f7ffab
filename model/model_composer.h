// SPDX-License-Identifier: Apache-2.0
// Composes a preprocessing model and a network into one model, in an ONNX worker.
#pragma once

#include <filesystem>
#include <string>

#include "model/onnx_worker.h"

namespace onnxhub {

/// Composes two model files. Returns a serialized onnx.ModelProto; see
/// model/worker/compose_models.h. `worker` is the program onnx-worker. It may compute for ten
/// minutes and use 1 GiB of memory and eight times the size of both files.
///
/// Throws UserError, with one line to show, when the models can't be composed or exceed these
/// limits or crash the worker, and WorkerUnavailable.
std::string compose_model_files(const std::filesystem::path& preprocessing,
                                const std::filesystem::path& network,
                                const std::filesystem::path& worker = onnx_worker_program());

}  // namespace onnxhub
