// SPDX-License-Identifier: Apache-2.0
// This very program as the process libonnx works in.
#pragma once

#include <memory>

#include "model/onnx_worker.h"

namespace onnxhub {

/// Starts nothing until something is asked.
std::shared_ptr<OnnxWorkers> this_program_as_workers();

}  // namespace onnxhub
