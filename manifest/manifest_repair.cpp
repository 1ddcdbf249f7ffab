// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_repair.h"

namespace onnxhub {
namespace {

/// The 1-based line of a text, without its line break.
std::string_view line_at(std::string_view text, int number) {
    for (int i = 1; i < number; ++i) {
        const std::size_t end = text.find('\n');
        if (end == text.npos) return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

/// Conflict markers of git and of the merge driver.
bool is_conflict_marker(std::string_view line) {
    return line.starts_with("<<<<<<<") || line.starts_with("=======") ||
           line.starts_with(">>>>>>>") || line.starts_with("|||||||");
}

/// The merge driver, and `git checkout --merge`, name the sides in this way. `git merge` names
/// branches.
bool is_merged_by_entries(std::string_view marker) {
    return marker.starts_with("<<<<<<< ours") || marker.starts_with(">>>>>>> theirs");
}

}  // namespace

bool is_at_conflict_marker(std::string_view text, const JsonSyntaxError& error) {
    return is_conflict_marker(line_at(text, error.line));
}

std::string repair_hint(std::string_view text, const JsonSyntaxError& error,
                        const std::string& file) {
    if (!is_at_conflict_marker(text, error)) {
        return "repair the line, or restore the file with `git checkout COMMIT -- " + file +
               "` and run `onnxhub generate`, which keeps the ports";
    }
    const std::string one_side = "take one side with `git checkout --theirs -- " + file +
                                 "` (after the commit: `git checkout COMMIT -- " + file +
                                 "`) and run `onnxhub generate`";
    if (is_merged_by_entries(line_at(text, error.line))) return one_side;
    return one_side +
           ", or merge it entry by entry with `onnxhub merge-driver --install` and `git "
           "checkout --merge -- " +
           file + "`";
}

}  // namespace onnxhub
