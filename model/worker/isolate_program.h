// SPDX-License-Identifier: Apache-2.0
// The part of the worker that isolates another program.
#pragma once

#include <string>
#include <vector>

namespace onnxhub {

/// `arguments` are those after isolate_argument (worker_protocol.h). Ends the process when it
/// fails.
[[noreturn]] void isolate_program(const std::vector<std::string>& arguments);

}  // namespace onnxhub
