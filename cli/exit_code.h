// SPDX-License-Identifier: Apache-2.0
// Exit statuses of every command, as docs/cli.md promises them.
#pragma once

namespace onnxhub {

enum class ExitCode {
    done = 0,
    findings = 1,  ///< findings, a difference under --check, or entries that could not be made
    unusable = 2,  ///< the call or its input can't be used, or there was nothing to check
    interrupted = 130,
};

}  // namespace onnxhub
