// SPDX-License-Identifier: Apache-2.0
#include "sources/markdown_line.h"

#include <algorithm>
#include <cctype>

namespace onnxhub {
namespace {

/// Longer ones are usually images as data URLs, which no table links to.
constexpr std::size_t definition_length_limit = 8192;  // bytes

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view trim_end(std::string_view text) {
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string_view trim_start(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    return text;
}

std::size_t count_front(std::string_view text, char c) {
    return std::min(text.find_first_not_of(c), text.size());
}

/// Only '-', '*' or '_', with spaces between: a rule, or the underline of a heading.
bool is_rule(std::string_view text) {
    const char mark = text.empty() ? '\0' : text.front();
    return (mark == '-' || mark == '*' || mark == '_') &&
           std::all_of(text.begin(), text.end(),
                       [mark](char c) { return c == mark || is_blank(c); });
}

/// Length of the list marker that `text` begins with: "-", "+", "*", "12." or "12)".
std::size_t list_marker_length(std::string_view text) {
    std::size_t length = 0;
    if (text.starts_with('-') || text.starts_with('+') || text.starts_with('*')) {
        length = 1;
    } else {
        while (length < text.size() && length < 9 && is_digit(text[length])) ++length;
        if (length == 0 || length == text.size()) return 0;
        if (text[length] != '.' && text[length] != ')') return 0;
        ++length;
    }
    return length == text.size() || is_blank(text[length]) ? length : 0;
}

/// "[label]: target", optionally with a title; the target may be on the next line.
bool is_definition(std::string_view text) {
    if (text.size() > definition_length_limit) return false;
    std::size_t end = 1;
    while (end < text.size() && text[end] != ']' && text[end] != '[') {
        end += text[end] == '\\' ? 2 : 1;
    }
    if (end + 1 >= text.size() || text[end] != ']' || text[end + 1] != ':') return false;
    const std::string_view target = trim_start(text.substr(end + 2));
    const std::size_t target_end = target.starts_with('<')
                                       ? std::min(target.find('>'), target.size())
                                       : target.find_first_of(" \t");
    if (target_end >= target.size()) return true;
    const std::string_view title = trim_start(target.substr(target_end + target.starts_with('<')));
    return title.empty() || title.front() == '"' || title.front() == '\'' || title.front() == '(';
}

/// A fence of backticks must not be followed by another one, otherwise it is inline code.
bool is_fence(std::string_view text) {
    const char mark = text.front();
    const std::size_t length = count_front(text, mark);
    return length >= 3 && (mark == '~' || text.find('`', length) == text.npos);
}

LineKind kind_of(std::string_view content) {
    if (is_rule(content)) return LineKind::mark;
    switch (content.front()) {
        case '#': {
            const std::size_t level = count_front(content, '#');
            const bool is_heading =
                level <= 6 && (level == content.size() || is_blank(content[level]));
            return is_heading ? LineKind::heading : LineKind::prose;
        }
        case '<':
            return LineKind::html;
        case '[':
            return is_definition(content) ? LineKind::definition : LineKind::prose;
        case '`':
        case '~':
            return is_fence(content) ? LineKind::fence : LineKind::prose;
        case '=':
            return count_front(trim_end(content), '=') == trim_end(content).size()
                       ? LineKind::mark
                       : LineKind::prose;
        default:
            return LineKind::prose;
    }
}

/// Reads the characters of a prefix and tracks the column.
class PrefixReader {
public:
    explicit PrefixReader(MarkdownLine& line) : line_(line) {}

    void read() {
        skip_spaces();
        while (at_ < line_.text.size() && line_.quotes + line_.markers <= container_limit) {
            const std::string_view rest = line_.text.substr(at_);
            const std::size_t marker = is_rule(rest) ? 0 : list_marker_length(rest);
            if (rest.front() == '>') {
                ++line_.quotes;
                advance(1);
            } else if (marker > 0) {
                ++line_.markers;
                advance(marker);
            } else {
                break;
            }
            skip_spaces();
        }
        line_.prefix = line_.text.substr(0, at_);
        line_.content = line_.text.substr(at_);
    }

private:
    void advance(std::size_t length) {
        at_ += length;
        line_.column += length;
    }

    void skip_spaces() {
        for (; at_ < line_.text.size() && is_blank(line_.text[at_]); ++at_) {
            line_.column += line_.text[at_] == '\t' ? 4 - line_.column % 4 : 1;
        }
    }

    MarkdownLine& line_;
    std::size_t at_ = 0;
};

bool is_escapable(char c) {
    return std::ispunct(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

MarkdownLine parse_markdown_line(std::string_view text, int number) {
    MarkdownLine line;
    line.number = number;
    line.text = text;
    PrefixReader(line).read();
    if (!line.content.empty()) {
        line.kind = kind_of(line.content);
    } else if (line.quotes + line.markers > 0) {
        line.kind = LineKind::mark;
    }
    return line;
}

bool is_delimiter_row(const MarkdownLine& line) {
    // Without a pipe or colon it is a rule, an underline or a list.
    return line.content.find('-') != line.content.npos &&
           line.content.find_first_of("|:") != line.content.npos &&
           line.content.find_first_not_of("|:- \t\v\f") == line.content.npos;
}

std::size_t count_cells(const MarkdownLine& line) {
    std::string_view row = trim_end(line.content);
    if (row.starts_with('|')) row.remove_prefix(1);
    std::size_t pipes = 0;
    bool ends_with_pipe = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        ends_with_pipe = row[i] == '|';
        if (row[i] == '\\' && i + 1 < row.size() && is_escapable(row[i + 1])) ++i;
        pipes += ends_with_pipe;
    }
    return ends_with_pipe ? pipes : pipes + 1;
}

}  // namespace onnxhub
