// SPDX-License-Identifier: Apache-2.0
#include "cli/short_list.h"

#include <fmt/format.h>

namespace onnxhub {

std::string more_items(std::size_t count) {
    return fmt::format("and {} more (--verbose lists them)", count);
}

}  // namespace onnxhub
