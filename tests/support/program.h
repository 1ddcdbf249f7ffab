// SPDX-License-Identifier: Apache-2.0
// Runs the real program, as a user's shell would.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace onnxhub::test {

struct ProgramResult {
    int status = -1;  ///< exit status; 128 + n when signal n ended it
    std::string out;
    std::string err;
};

/// Runs `command` (found on PATH) in `folder` with empty standard input.
ProgramResult run_command(const std::vector<std::string>& command,
                          const std::filesystem::path& folder);

/// Runs the onnxhub of this build.
ProgramResult run_onnxhub(std::vector<std::string> arguments, const std::filesystem::path& folder);

/// Path of that program.
std::string onnxhub_program();

/// Whether `program` can be started.
bool has_program(const std::string& program);

}  // namespace onnxhub::test
