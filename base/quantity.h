// SPDX-License-Identifier: Apache-2.0
// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace onnxhub {

/// "46,819,232"
std::string with_thousands(std::uint64_t number);

/// "1.4 GiB", "312 bytes": three digits are enough for people.
std::string human_bytes(std::uint64_t bytes);

}  // namespace onnxhub
