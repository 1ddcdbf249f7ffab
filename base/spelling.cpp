// SPDX-License-Identifier: Apache-2.0
#include "base/spelling.h"

#include <algorithm>
#include <vector>

namespace onnxhub {

std::size_t edit_distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> two_ago, previous(other.size() + 1), current(other.size() + 1);
    for (std::size_t j = 0; j <= other.size(); ++j) previous[j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const std::size_t replaced = previous[j - 1] + (one[i - 1] != other[j - 1]);
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
                current[j] = std::min(current[j], two_ago[j - 2] + 1);
            }
        }
        two_ago = previous;
        std::swap(previous, current);
    }
    return previous[other.size()];
}

bool is_misspelling(std::string_view word, std::string_view meant) {
    // Long words are never typing errors. Skipping them avoids quadratic time.
    if (word == meant || word.size() > meant.size() + 2) return false;
    return edit_distance(word, meant) <= std::min<std::size_t>(2, meant.size() / 4);
}

std::optional<std::string> nearest(std::string_view word,
                                   std::span<const std::string_view> candidates) {
    std::optional<std::string> best;
    std::size_t best_distance = 0;
    for (const std::string_view candidate : candidates) {
        if (!is_misspelling(word, candidate)) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (!best || distance < best_distance) {
            best = std::string(candidate);
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace onnxhub
