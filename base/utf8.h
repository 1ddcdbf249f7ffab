// SPDX-License-Identifier: Apache-2.0
// Decodes and checks UTF-8 (RFC 3629).
#pragma once

#include <cstddef>
#include <string_view>

namespace onnxhub {

/// Decodes the first character of `text` into `c`. Returns its length in bytes, or 0 when the bytes
/// are not UTF-8 (RFC 3629: no overlong forms, no surrogates) or there are none.
std::size_t decode_utf8(std::string_view text, char32_t& c);

/// The first line (1-based) with bytes that are not UTF-8 (RFC 3629); 0 when all of it is.
int first_line_not_utf8(std::string_view text);

}  // namespace onnxhub
