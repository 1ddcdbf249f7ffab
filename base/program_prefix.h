// SPDX-License-Identifier: Apache-2.0
// Where the running program is installed, so that it finds the files that belong to it.
#pragma once

#include <filesystem>

namespace onnxhub {

/// The directory two levels above the running program's file: <prefix> for <prefix>/bin/onnxhub,
/// and the build directory for <build>/cli/onnxhub. Symbolic links to the program are resolved.
/// Empty when /proc is not mounted.
std::filesystem::path program_prefix();

}  // namespace onnxhub
