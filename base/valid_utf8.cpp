// SPDX-License-Identifier: Apache-2.0
#include "base/valid_utf8.h"

#include <algorithm>
#include <cstddef>

#include "base/utf8.h"

namespace onnxhub {

std::string valid_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        char32_t c = 0;
        const std::size_t length = decode_utf8(text.substr(i), c);
        result += length == 0 ? "\xef\xbf\xbd" : text.substr(i, length);
        i += std::max<std::size_t>(length, 1);
    }
    return result;
}

}  // namespace onnxhub
