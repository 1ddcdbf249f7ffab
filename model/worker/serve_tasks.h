// SPDX-License-Identifier: Apache-2.0
// The worker's side of worker_protocol.h, over standard input.
#pragma once

#include <filesystem>

namespace onnxhub {

/// Answers requests until the channel is closed. Returns the exit status.
int serve_onnx_tasks();

/// Answers once, with the composed model. Returns the exit status.
int serve_composition(const std::filesystem::path& preprocessing,
                      const std::filesystem::path& network);

}  // namespace onnxhub
