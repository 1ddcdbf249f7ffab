// SPDX-License-Identifier: Apache-2.0
// git itself, for what talks to servers: its authentication and transfers are not ours to rewrite.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace onnxhub {

/// Gets what git says while it works, line by line and raw: servers, and with them whoever wrote a
/// .lfsconfig, have a say in it. A line that is not `is_final` is a state of progress in whose
/// place the next one comes.
struct GitMessages {
    std::function<void(const std::string& line, bool is_final)> tell;  ///< empty: nobody listens
    bool wants_progress = false;
};

struct GitOutcome {
    int status = 0;         ///< exit status, 128 + n when signal n ended it
    std::string last_line;  ///< of what it said, raw
};

/// What git says beyond this is not passed on, nor are lines passed on whole that are longer.
inline constexpr std::size_t git_messages_limit = 1024 * 1024;  // bytes
inline constexpr std::size_t git_line_limit = 4096;             // bytes

/// Runs git in `folder`, never asking for a password. Throws UserError when it can't be run.
GitOutcome run_git(const std::filesystem::path& folder, std::vector<std::string> arguments,
                   const GitMessages& messages);

}  // namespace onnxhub
