// SPDX-License-Identifier: Apache-2.0
// git itself, for what talks to servers: its authentication and transfers are not ours to rewrite.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace onnxhub {

/// Runs git in `folder` with its output on our standard error, never asking for a password. Gives
/// its exit status, 128 + n when signal n ended it. Throws EnvironmentError when git can't be run.
int run_git(const std::filesystem::path& folder, std::vector<std::string> arguments);

}  // namespace onnxhub
