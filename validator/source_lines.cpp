// SPDX-License-Identifier: Apache-2.0
#include "validator/source_lines.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr std::size_t line_limit = 2'000;                      // bytes
constexpr std::uint64_t file_limit = std::uint64_t{64} << 20;  // bytes, as of READMEs

/// A manifest may have one long line, which must not be copied for each of many findings.
constexpr std::size_t few_bytes = std::size_t{4} << 20;

/// Copies at most `limit` bytes in total; later findings get no line.
void fill(std::string_view text, const std::vector<Finding*>& findings, std::size_t limit) {
    std::vector<int> wanted;
    for (const Finding* finding : findings) wanted.push_back(finding->line);
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    const std::vector<std::string> lines = lines_of(text, wanted);
    for (Finding* finding : findings) {
        const auto found = std::lower_bound(wanted.begin(), wanted.end(), finding->line);
        const std::string& line = lines[static_cast<std::size_t>(found - wanted.begin())];
        if (line.size() > limit) return;
        limit -= line.size();
        finding->source_line = line;
    }
}

}  // namespace

std::vector<std::string> lines_of(std::string_view text, const std::vector<int>& wanted) {
    std::vector<std::string> lines(wanted.size());
    int line = 1;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        while (line < wanted[i] && begin < text.size()) {
            const std::size_t end = text.find('\n', begin);
            begin = end == text.npos ? text.size() : end + 1;
            ++line;
        }
        if (line != wanted[i] || begin >= text.size()) continue;
        const std::size_t length = std::min(text.find('\n', begin), text.size()) - begin;
        lines[i] = text.substr(begin, std::min(length, line_limit));
    }
    return lines;
}

std::optional<std::string> readable_text(const Tree& tree, const std::string& path) {
    try {
        const auto target = resolve_symlinks(tree, path);
        const auto* resolved = std::get_if<std::string>(&target);
        if (!resolved) return std::nullopt;
        const auto stat = tree.stat(*resolved);
        if (!stat || stat->kind != FileKind::regular) return std::nullopt;
        return read_whole(*tree.open(*resolved), file_limit, path);
    } catch (const UserError&) {
        return std::nullopt;
    }
}

void add_source_lines(const Tree& tree, const ManifestText& manifest,
                      std::vector<Finding>& findings) {
    std::map<std::string, std::vector<Finding*>> by_file;
    for (Finding& finding : findings) {
        if (finding.line > 0) by_file[finding.file].push_back(&finding);
    }
    for (const auto& [file, found] : by_file) {
        if (file == manifest.file && manifest.text) {
            fill(*manifest.text, found, std::max(manifest.text->size(), few_bytes));
        } else if (const auto text = readable_text(tree, file)) {
            fill(*text, found, std::string::npos);  // ChangeScope needs all lines of READMEs
        }
    }
}

}  // namespace onnxhub
