// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/lfs_lines.h"

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "repository/git_attributes.h"

namespace onnxhub {
namespace {

/// Escapes spaces and wildcards, which have a meaning in git's patterns.
std::string escaped_pattern(const std::string& path) {
    std::string pattern;
    for (const char c : path) {
        if (c == ' ') {
            pattern += "[[:space:]]";
        } else {
            if (c == '*' || c == '?' || c == '[') pattern += '\\';
            pattern += c;
        }
    }
    return pattern;
}

std::string lfs_line(const std::string& path) {
    return "/" + escaped_pattern(path) + " filter=lfs diff=lfs merge=lfs -text";
}

}  // namespace

std::string missing_lfs_lines(const Tree& hub, const std::vector<std::string>& paths) {
    Diagnostics ignored;
    const GitAttributes attributes = GitAttributes::read(hub, hub.list(), ignored);
    std::string lines;
    if (!attributes.uses_lfs()) return lines;
    for (const std::string& path : paths) {
        if (attributes.filter_of(path) != LfsFilter::lfs) lines += lfs_line(path) + "\n";
    }
    return lines;
}

std::string with_lines_added(std::string attributes, const std::string& lines) {
    if (!attributes.empty() && !attributes.ends_with('\n')) attributes += '\n';
    return attributes + lines;
}

std::string without_lfs_lines(const std::string& attributes,
                              const std::vector<std::string>& paths) {
    std::set<std::string, std::less<>> leaving;
    for (const std::string& path : paths) leaving.insert(lfs_line(path));
    std::string text;
    for (std::size_t begin = 0; begin < attributes.size();) {
        const std::size_t end = std::min(attributes.find('\n', begin), attributes.size() - 1) + 1;
        const std::string_view line = std::string_view(attributes).substr(begin, end - begin);
        if (!leaving.contains(trimmed(line, "\r\n"))) text += line;
        begin = end;
    }
    return text;
}

}  // namespace onnxhub
