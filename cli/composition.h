// SPDX-License-Identifier: Apache-2.0
// Models composed in a process of their own, since crafted ones have crashed libonnx.
#pragma once

#include <filesystem>

namespace onnxhub {

/// The hidden first argument that makes this program compose the files that follow: preprocessing
/// model, network, result.
inline constexpr const char* compose_argument = "--compose-models";

/// Starts this program to do it. Throws UserError when the models can't be composed, crash
/// what composes them, take longer than ten minutes of computing, or need more memory than 1 GiB
/// and eight times their size.
void compose_in_own_process(const std::filesystem::path& preprocessing,
                            const std::filesystem::path& network,
                            const std::filesystem::path& result);

/// That program's side. The result is written atomically.
void compose_files(const std::filesystem::path& preprocessing, const std::filesystem::path& network,
                   const std::filesystem::path& result);

}  // namespace onnxhub
