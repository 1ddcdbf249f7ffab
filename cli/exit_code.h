// SPDX-License-Identifier: Apache-2.0
// Exit statuses of all commands; docs/cli.md documents them.
#pragma once

namespace onnxhub {

enum class ExitCode {
    done = 0,
    findings = 1,  ///< findings, differences with --check, or missing entries
    unusable = 2,  ///< unusable arguments or input, or nothing to check
    interrupted = 130,
};

}  // namespace onnxhub
