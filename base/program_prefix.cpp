// SPDX-License-Identifier: Apache-2.0
#include "base/program_prefix.h"

#include <system_error>

namespace onnxhub {

std::filesystem::path program_prefix() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path() : program.parent_path().parent_path();
}

}  // namespace onnxhub
