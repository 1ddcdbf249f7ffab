// SPDX-License-Identifier: Apache-2.0
// Lists in messages: ten lines, unless the user asks for all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace onnxhub {

inline constexpr std::size_t short_list_limit = 10;  ///< lines without --verbose

/// "and 3 more (--verbose lists them)"
std::string more_items(std::size_t count);

/// "a, b, c and 5 more"; ten items at most.
std::string joined_short(const std::vector<std::string>& items);

/// Prints a note for each item, at most ten without --verbose, and then the number of the others.
/// Each line begins with `indent`.
template <class Items, class TextOf>
void print_short_list(const Streams& streams, const Items& items, const TextOf& text_of,
                      std::string_view indent = "") {
    std::size_t shown = 0;
    for (const auto& item : items) {
        if (shown == short_list_limit && !streams.options.verbose) {
            note(streams, std::string(indent) + more_items(items.size() - shown));
            return;
        }
        note(streams, std::string(indent) + text_of(item));
        ++shown;
    }
}

}  // namespace onnxhub
