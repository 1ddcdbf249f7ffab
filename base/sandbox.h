// SPDX-License-Identifier: Apache-2.0
// Runs a program that untrusted input may take over: without network, without other processes, and
// with limits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace onnxhub {

struct SandboxLimits {
    std::uint64_t memory_bytes = 0;       ///< address space
    std::uint64_t computing_seconds = 0;  ///< of all threads together; then the system kills it
    std::uint64_t file_bytes = 0;         ///< longest file that it may write
};

/// Restricts this process, its later threads and the program that replaces it, for good. It opens
/// no sockets, starts no processes and signals no others. It writes only to files that are open by
/// now, where the system has Landlock. It ends when `parent`, the id of its parent process, ends.
/// Throws std::system_error when the system cannot forbid network and processes.
void enter_sandbox(const SandboxLimits& limits, int parent);

/// Replaces this process by another program with an empty environment in the folder "/".
/// `command` begins with the path of the program. Descriptors above `last_descriptor` are closed.
/// Throws std::system_error when the program can't be started.
[[noreturn]] void replace_process(std::vector<std::string> command, int last_descriptor);

}  // namespace onnxhub
