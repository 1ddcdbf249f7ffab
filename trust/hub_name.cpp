// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_name.h"

#include <fmt/format.h>

#include "base/escaping.h"

namespace onnxhub {

std::optional<std::string> hub_name_problem(std::string_view name) {
    if (name.empty()) return "is empty";
    if (name.size() > hub_name_limit) return fmt::format("has more than {} bytes", hub_name_limit);
    if (printable(std::string(name)) != name) return "has characters that can't be printed";
    if (name.starts_with(' ') || name.ends_with(' ')) return "begins or ends with a blank";
    return std::nullopt;
}

}  // namespace onnxhub
