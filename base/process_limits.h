// SPDX-License-Identifier: Apache-2.0
// Limits of this process and of those that it starts later. A limit that the system refuses has no
// effect.
#pragma once

#include <cstdint>

namespace onnxhub {

void forbid_core_dumps();

/// Memory in bytes. No effect in a program built with AddressSanitizer, which reserves terabytes of
/// address space.
void limit_address_space(std::uint64_t bytes);

/// CPU time. After this number of seconds the system kills the process with a signal.
void limit_computing_time(std::uint64_t seconds);

/// Allows this process at least `wanted` open files, or as many as its hard limit permits.
void allow_open_files(std::uint64_t wanted);

}  // namespace onnxhub
