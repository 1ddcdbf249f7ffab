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

}  // namespace

std::string repair_hint(std::string_view text, const JsonSyntaxError& error,
                        const std::string& file) {
    if (is_conflict_marker(line_at(text, error.line))) {
        return "merge it entry by entry with `onnxhub merge-driver --install` and `git checkout "
               "--merge -- " +
               file + "`; after the commit, restore it with `git checkout COMMIT -- " + file + "`";
    }
    return "repair the line, or restore the file with `git checkout COMMIT -- " + file +
           "` and run `onnxhub generate`, which keeps the ports";
}

}  // namespace onnxhub
