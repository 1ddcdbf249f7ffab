// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"

#include <algorithm>

namespace onnxhub {

std::string lower_case(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered) c = lower_case(c);
    return lowered;
}

bool equals_ignoring_case(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other,
                              [](char a, char b) { return lower_case(a) == lower_case(b); });
}

std::string_view trimmed(std::string_view text, std::string_view blanks) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace onnxhub
