// SPDX-License-Identifier: Apache-2.0
// The name of a signed hub, which its roots and statements carry.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

inline constexpr std::size_t hub_name_limit = 200;  // bytes

/// Why a name can't be a hub's: one clause. It is printable text of 1 to hub_name_limit bytes.
std::optional<std::string> hub_name_problem(std::string_view name);

}  // namespace onnxhub
