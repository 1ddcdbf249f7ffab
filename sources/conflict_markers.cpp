// SPDX-License-Identifier: Apache-2.0
#include "sources/conflict_markers.h"

#include <algorithm>
#include <cstddef>

namespace onnxhub {
namespace {

/// A line "```" or "~~~", which begins or ends a code block.
struct Fence {
    char mark = 0;  ///< 0: the line is not a fence
    std::size_t length = 0;
    bool is_bare = true;  ///< no text follows, as required for a fence that ends a block
};

Fence fence_of(std::string_view line) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    if (indent > 3 || indent == line.size()) return {};
    const char mark = line[indent];
    if (mark != '`' && mark != '~') return {};
    const std::size_t end = std::min(line.find_first_not_of(mark, indent), line.size());
    if (end - indent < 3) return {};
    const std::string_view rest = line.substr(end);
    if (mark == '`' && rest.find('`') != rest.npos) return {};
    return {mark, end - indent, rest.find_first_not_of(" \t") == rest.npos};
}

class MarkerFinder {
public:
    void add(std::string_view line) {
        ++line_;
        const Fence fence = fence_of(line);
        if (open_.mark == 0 && fence.mark != 0) {
            open_ = fence;
            before_block_ = seen_;
        } else if (open_.mark != 0 && fence.mark == open_.mark && fence.is_bare &&
                   fence.length >= open_.length) {
            open_ = {};
            seen_ = before_block_;
        } else {
            look_at(line);
        }
    }

    int first() const {
        if (seen_.sure > 0 && seen_.base > 0) return std::min(seen_.sure, seen_.base);
        return seen_.sure;
    }

private:
    struct Seen {
        int sure = 0;  ///< line of the first certain marker, 0: none yet
        int base = 0;  ///< line of the first "||||||| "
    };

    void look_at(std::string_view line) {
        if (line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ")) {
            note(seen_.sure);
        } else if (line.starts_with("||||||| ")) {
            note(seen_.base);
        } else if (line == "=======" && seen_.base > 0) {
            note(seen_.sure);
        }
    }

    void note(int& first) const {
        if (first == 0) first = line_;
    }

    int line_ = 0;
    Fence open_;  ///< fence of the current code block
    Seen seen_;
    Seen before_block_;  ///< markers in a block count only if no fence ends the block
};

}  // namespace

int first_conflict_line(std::string_view text) {
    MarkerFinder finder;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        finder.add(line);
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
    }
    return finder.first();
}

}  // namespace onnxhub
