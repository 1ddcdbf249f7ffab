// SPDX-License-Identifier: Apache-2.0
// Base64 with the standard alphabet and padding (RFC 4648, section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

std::string encode_base64(std::string_view bytes);

/// Accepts exactly what encode_base64() writes. Nothing for line breaks, other alphabets, missing
/// padding, and set bits after the last byte, so that each content has one spelling.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace onnxhub
