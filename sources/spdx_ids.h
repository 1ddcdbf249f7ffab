// SPDX-License-Identifier: Apache-2.0
// The short names of licenses that SPDX registers: "Apache-2.0".
#pragma once

#include <optional>
#include <string_view>

namespace onnxhub {

/// The id as SPDX spells it; `written` may have any case. Also finds deprecated ids.
std::optional<std::string_view> find_spdx_license(std::string_view written);

/// The same for exceptions to a license: "LLVM-exception".
std::optional<std::string_view> find_spdx_exception(std::string_view written);

}  // namespace onnxhub
