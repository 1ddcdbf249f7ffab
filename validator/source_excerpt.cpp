// SPDX-License-Identifier: Apache-2.0
#include "validator/source_excerpt.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <string_view>

#include "base/escaping.h"
#include "base/utf8.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

constexpr int excerpt_width = 96;     // terminal columns; about 100 with gutter and line number
constexpr int lead_width = 32;        // columns before the region in a cut line
constexpr std::size_t tab_width = 4;  // terminal columns
constexpr std::string_view cut = "\u2026";

struct CodePoints {
    char32_t first;
    char32_t last;
};

template <std::size_t count>
bool is_in(const CodePoints (&ranges)[count], char32_t c) {
    return std::any_of(std::begin(ranges), std::end(ranges), [&](const CodePoints& range) {
        return c >= range.first && c <= range.last;
    });
}

/// Terminal columns of a printable character, for the main blocks of East Asian Width and combining
/// marks (https://www.unicode.org/reports/tr11/): wcwidth(3) depends on the locale.
int width_of(char32_t c) {
    static constexpr CodePoints combining[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
        {0x64b, 0x65f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
        {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
    };
    static constexpr CodePoints wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97f},
        {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
        {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
        {0x20000, 0x3fffd},
    };
    if (is_in(combining, c)) return 0;
    return is_in(wide, c) ? 2 : 1;
}

/// One shown character of the line.
struct Cell {
    std::string text;
    int width = 0;
};

/// The part of a line that a finding is about, in bytes from 0.
struct Region {
    std::size_t begin = 0;
    std::size_t end = 0;
};

bool is_inside_character(std::string_view line, std::size_t offset) {
    return offset < line.size() && (static_cast<unsigned char>(line[offset]) & 0xc0) == 0x80;
}

Region region_of(const Finding& finding, std::string_view line) {
    constexpr std::string_view blanks = " \t";
    const std::size_t text_end = line.find_last_not_of(blanks) + 1;
    if (finding.column <= 0) return {std::min(line.find_first_not_of(blanks), text_end), text_end};
    Region region;
    region.begin = std::min(static_cast<std::size_t>(finding.column) - 1, line.size());
    while (region.begin > 0 && is_inside_character(line, region.begin)) --region.begin;
    region.end = finding.end_column > finding.column
                     ? std::min(static_cast<std::size_t>(finding.end_column) - 1, line.size())
                     : text_end;
    return region;
}

/// Returns the character at `offset` and moves `offset` past it.
Cell next_cell(std::string_view line, std::size_t& offset) {
    char32_t c = 0;
    const std::size_t length = decode_utf8(line.substr(offset), c);
    const std::size_t begin = offset;
    offset += std::max<std::size_t>(length, 1);
    if (c == '\t' && length == 1) return {std::string(tab_width, ' '), tab_width};
    // "##[" would be a command in a workflow's log, see without_runner_commands().
    if (line.substr(begin, 2) == "#[" && begin > 0 && line[begin - 1] == '#') return {"\\x23", 4};
    std::string text = printable(std::string(line.substr(begin, offset - begin)));
    const bool is_escaped = text.size() != offset - begin;
    const int width = is_escaped ? static_cast<int>(text.size()) : width_of(c);
    return {std::move(text), width};
}

/// The shown text before the region: all of a short line, or the last columns of a long one.
std::deque<Cell> lead_cells(std::string_view line, std::size_t region_begin) {
    const bool is_short = line.size() <= static_cast<std::size_t>(excerpt_width);
    const auto limit = static_cast<std::size_t>(is_short ? excerpt_width : lead_width);
    constexpr std::size_t longest_character = 4;  // bytes
    std::size_t offset = region_begin - std::min(region_begin, limit * longest_character);
    while (is_inside_character(line, offset) && offset < region_begin) ++offset;

    bool is_cut = offset > 0;
    int width = 0;
    std::deque<Cell> cells;
    while (offset < region_begin) {
        cells.push_back(next_cell(line, offset));
        width += cells.back().width;
        for (; width > static_cast<int>(limit); is_cut = true) {
            width -= cells.front().width;
            cells.pop_front();
        }
    }
    if (is_cut) cells.push_front({std::string(cut), 1});
    return cells;
}

}  // namespace

SourceExcerpt excerpt_source(const Finding& finding) {
    std::string_view line = finding.source_line;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    const Region region = region_of(finding, line);

    SourceExcerpt excerpt;
    int width = 0;
    for (const Cell& cell : lead_cells(line, region.begin)) {
        excerpt.line += cell.text;
        width += cell.width;
    }
    excerpt.marker.assign(static_cast<std::size_t>(width), ' ');
    std::size_t offset = region.begin;
    while (offset < line.size()) {
        const bool is_marked = offset < region.end;
        const Cell cell = next_cell(line, offset);
        width += cell.width;
        if (width > excerpt_width) {
            excerpt.line += cut;
            break;
        }
        excerpt.line += cell.text;
        if (is_marked) excerpt.marker.append(static_cast<std::size_t>(cell.width), '^');
    }
    if (!excerpt.marker.ends_with('^')) excerpt.marker += '^';
    return excerpt;
}

}  // namespace onnxhub
