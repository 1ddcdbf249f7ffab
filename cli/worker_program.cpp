// SPDX-License-Identifier: Apache-2.0
#include "cli/worker_program.h"

#include <filesystem>

namespace onnxhub {

std::shared_ptr<OnnxWorkers> this_program_as_workers() {
    return std::make_shared<OnnxWorkers>(std::vector<std::string>{
        std::filesystem::read_symlink("/proc/self/exe").string(), onnx_worker_argument});
}

}  // namespace onnxhub
