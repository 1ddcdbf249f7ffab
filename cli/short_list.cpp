// SPDX-License-Identifier: Apache-2.0
#include "cli/short_list.h"

#include <fmt/format.h>

namespace onnxhub {

std::string more_items(std::size_t count) {
    return fmt::format("and {} more (--verbose lists them)", count);
}

std::string joined_short(const std::vector<std::string>& items) {
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i == short_list_limit) return text + fmt::format(" and {} more", items.size() - i);
        text += (i == 0 ? "" : ", ") + items[i];
    }
    return text;
}

}  // namespace onnxhub
