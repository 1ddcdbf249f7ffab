// SPDX-License-Identifier: Apache-2.0
// Runs the git command for operations that contact servers, to reuse git's authentication and
// transfers.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace onnxhub {

/// Receives git's messages while it works, line by line and unescaped. The text is untrusted:
/// servers and the authors of .lfsconfig influence it. A line that is not `is_final` is progress,
/// which the next line replaces.
struct GitMessages {
    std::function<void(const std::string& line, bool is_final)> tell;  ///< may be empty
    bool wants_progress = false;
};

struct GitOutcome {
    int status = 0;         ///< exit status; 128 + n when signal n ended it
    std::string last_line;  ///< last line of the output, unescaped
};

/// Output beyond these limits is dropped, and longer lines are cut.
inline constexpr std::size_t git_messages_limit = 1024 * 1024;  // bytes
inline constexpr std::size_t git_line_limit = 4096;             // bytes

/// Runs git in `folder`, without prompts for passwords. Throws UserError when git cannot be
/// started.
GitOutcome run_git(const std::filesystem::path& folder, std::vector<std::string> arguments,
                   const GitMessages& messages);

}  // namespace onnxhub
