// SPDX-License-Identifier: Apache-2.0
#include "validator/finding_region.h"

#include <algorithm>

namespace onnxhub {
namespace {

constexpr std::string_view line_blanks = " \t\r";

/// Without the blanks at both ends; the whole region if there is nothing else.
LineRegion without_blanks(std::string_view line, LineRegion region) {
    const std::string_view text = line.substr(region.begin, region.end - region.begin);
    const std::size_t first = text.find_first_not_of(line_blanks);
    if (first == text.npos) return region;
    return {region.begin + first, region.begin + text.find_last_not_of(line_blanks) + 1};
}

/// Where the next bar is that ends a cell, at or after `at`. A backslash makes a bar a part of the
/// cell.
std::size_t find_bar(std::string_view line, std::size_t at) {
    while (at < line.size() && line[at] != '|') at += line[at] == '\\' ? 2 : 1;
    return std::min(at, line.size());
}

/// One past the end of the scalar at `begin`. Nothing for arrays, objects, and a string that does
/// not end on the line.
std::optional<std::size_t> end_of_scalar(std::string_view line, std::size_t begin) {
    if (begin >= line.size() || line[begin] == '{' || line[begin] == '[') return std::nullopt;
    if (line[begin] != '"') return std::min(line.find_first_of(",]} \t\r", begin), line.size());
    for (std::size_t at = begin + 1; at < line.size(); at += line[at] == '\\' ? 2 : 1) {
        if (line[at] == '"') return at + 1;
    }
    return std::nullopt;
}

std::optional<LineRegion> region_of(const Finding& finding, std::string_view manifest_file) {
    if (finding.cell > 0) return cell_region(finding.source_line, finding.cell);
    if (finding.file != manifest_file || finding.key.empty()) return std::nullopt;
    const std::string_view key = finding.key;
    return member_region(finding.source_line, key.substr(key.rfind('.') + 1));
}

}  // namespace

std::optional<LineRegion> cell_region(std::string_view line, int cell) {
    // A table may be in a block quote.
    std::size_t begin = std::min(line.find_first_not_of(" \t>"), line.size());
    if (begin < line.size() && line[begin] == '|') ++begin;
    std::size_t end = find_bar(line, begin);
    for (int number = 1; number < cell; ++number) {
        if (end == line.size()) return std::nullopt;
        begin = end + 1;
        end = find_bar(line, begin);
    }
    // A line without bars does not have cells, and neither does the end of a line after the last
    // bar.
    const bool is_after_last =
        end == line.size() && cell > 1 && line.find_first_not_of(line_blanks, begin) == line.npos;
    if (cell < 1 || find_bar(line, 0) == line.size() || is_after_last) return std::nullopt;
    if (begin == end) return LineRegion{begin == 0 ? 0 : begin - 1, end + 1};
    return without_blanks(line, {begin, end});
}

std::optional<LineRegion> member_region(std::string_view line, std::string_view name) {
    const std::string key = '"' + std::string(name) + '"';
    std::optional<LineRegion> found;
    std::size_t next = 0;
    for (std::size_t at = line.find(key); at != line.npos; at = line.find(key, next)) {
        next = at + key.size();
        const std::size_t colon = line.find_first_not_of(line_blanks, next);
        if (colon == line.npos || line[colon] != ':') continue;
        if (found) return std::nullopt;
        const std::size_t value = line.find_first_not_of(line_blanks, colon + 1);
        const auto end = end_of_scalar(line, value);
        found = end ? LineRegion{value, *end} : LineRegion{at, next};
    }
    return found;
}

void find_columns(std::string_view manifest_file, std::vector<Finding>& findings) {
    for (Finding& finding : findings) {
        if (finding.column > 0 || finding.source_line.empty()) continue;
        if (const auto region = region_of(finding, manifest_file)) {
            finding.column = static_cast<int>(region->begin) + 1;
            finding.end_column = static_cast<int>(region->end) + 1;
        }
    }
}

}  // namespace onnxhub
