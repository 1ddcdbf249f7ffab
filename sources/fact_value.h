// SPDX-License-Identifier: Apache-2.0
// The forms of facts that have one. All functions are strict: no signs, blanks or separators.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/digest.h"

namespace onnxhub {

/// ONNX adds one or two opsets per year and is at 27; a larger number is a typing error. The same
/// limit holds for IR versions.
inline constexpr std::int64_t opset_limit = 1000;

/// An opset or IR version: a decimal number from 1 to opset_limit.
std::optional<std::int64_t> parse_opset(std::string_view text);

/// A decimal number of parameters or bytes.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// 64 hexadecimal digits in any case.
std::optional<Sha256> parse_stated_sha256(std::string_view text);

/// Numbers with dots between them, such as "1.9" and "1.12.0".
bool is_onnx_version(std::string_view text);

}  // namespace onnxhub
