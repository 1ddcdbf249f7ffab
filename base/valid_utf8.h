// SPDX-License-Identifier: Apache-2.0
// Makes any bytes UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// `text` with U+FFFD for each byte that is not UTF-8 (RFC 3629).
std::string valid_utf8(std::string_view text);

}  // namespace onnxhub
