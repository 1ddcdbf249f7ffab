// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/readme_facts.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/ascii.h"
#include "base/spelling.h"

namespace onnxhub {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(trimmed(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

struct Readme {
    std::vector<std::string_view> front;  ///< lines between "---" at the top
    std::vector<std::string_view> lines;  ///< the rest without code blocks and comments
};

/// Keeps comments and code that begin or end within a line, since titles do not contain them.
Readme read_readme(std::string_view markdown) {
    const auto all = lines_of(markdown);
    Readme readme;
    auto at = all.begin();
    if (at != all.end() && *at == "---") {
        const auto end = std::find(at + 1, all.end(), "---");
        if (end != all.end()) {
            readme.front.assign(at + 1, end);
            at = end + 1;
        }
    }
    std::string_view until;  // end of the skipped part
    for (; at != all.end(); ++at) {
        if (!until.empty()) {
            if (at->find(until) != at->npos) until = {};
        } else if (at->starts_with("```") || at->starts_with("~~~")) {
            until = at->substr(0, 3);
        } else if (at->starts_with("<!--")) {
            if (at->find("-->") == at->npos) until = "-->";
        } else {
            readme.lines.push_back(*at);
        }
    }
    return readme;
}

/// Plain text: links and images become their texts; tags, stars and backticks are removed.
std::string plain(std::string_view markdown) {
    std::string text;
    for (std::size_t i = 0; i < markdown.size(); ++i) {
        const char c = markdown[i];
        const bool ends_label = c == ']' && i + 1 < markdown.size() && markdown[i + 1] == '(';
        if (ends_label || c == '<') {
            const std::size_t end = markdown.find(ends_label ? ')' : '>', i);
            if (end != markdown.npos) {
                i = end;
                continue;
            }
        }
        const bool begins_image = c == '!' && i + 1 < markdown.size() && markdown[i + 1] == '[';
        if (!begins_image && std::string_view("*`[]").find(c) == std::string_view::npos) text += c;
    }
    return std::string(trimmed(text));
}

/// The title in "# Title #" or "<h1>Title</h1>".
std::optional<std::string> heading(std::string_view line) {
    if (line.starts_with("<h1")) return plain(line);
    const std::size_t level = line.find_first_not_of('#');
    if (level == 0 || level > 6 || level == line.npos || line[level] != ' ') return std::nullopt;
    return plain(trimmed(trimmed(line.substr(level)), "#"));
}

bool is_underline(std::string_view line) {
    return line.size() >= 3 && (line.find_first_not_of('=') == line.npos);
}

/// Whether the line begins something else than a paragraph.
bool is_no_prose(std::string_view line) {
    const auto begins_with = [&](std::string_view characters) {
        return characters.find(line.front()) != characters.npos;
    };
    if (line.empty() || begins_with("|>#<=~&") || line.starts_with("[!")) return true;
    const bool is_item = begins_with("-*+") && line.substr(1).starts_with(' ');
    const bool is_rule = line.find_first_not_of("-*_ ") == line.npos;
    return is_item || is_rule;
}

/// The first paragraph at or after `from`; "" when there is none.
std::string next_paragraph(const std::vector<std::string_view>& lines, std::size_t& from) {
    while (from < lines.size() && is_no_prose(lines[from])) ++from;
    std::string text;
    for (; from < lines.size() && !is_no_prose(lines[from]); ++from) {
        text += text.empty() ? "" : " ";
        text += lines[from];
    }
    const bool is_title = from < lines.size() && is_underline(lines[from]);
    return is_title ? "" : plain(text);
}

/// Cut after the last sentence that fits, or else after the last word.
std::string first_sentences(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    text.resize(limit);
    const std::size_t sentence = text.rfind(". ");
    if (sentence != text.npos && sentence > limit / 4) return text.substr(0, sentence + 1);
    const std::size_t word = text.rfind(' ');
    return word == text.npos ? "" : text.substr(0, word) + " …";
}

bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::string first_clause(std::string text) {
    const std::size_t end = std::min({text.find(','), text.find(';'), text.find(". ")});
    text.resize(std::min(end, text.size()));
    return std::string(trimmed(text, " \t\r."));
}

}  // namespace

std::string title_of(std::string_view markdown) {
    const Readme readme = read_readme(markdown);
    for (std::size_t i = 0; i < readme.lines.size(); ++i) {
        const auto title = heading(readme.lines[i]);
        if (title && !title->empty()) return *title;
        if (i > 0 && is_underline(readme.lines[i])) return plain(readme.lines[i - 1]);
    }
    return "";
}

std::string licence_of(std::string_view markdown) {
    const Readme readme = read_readme(markdown);
    for (const std::string_view line : readme.front) {
        for (const std::string_view key : {"license:", "licence:"}) {
            if (!line.starts_with(key)) continue;
            const auto value = trimmed(line.substr(key.size()), " \t\"'");
            if (!value.empty()) return std::string(value);
        }
    }
    bool is_below = false;
    for (const std::string_view line : readme.lines) {
        if (const auto title = heading(line)) {
            if (is_below) return "";
            const std::string word = lower_case(*title);
            is_below = word == "license" || word == "licence";
        } else if (is_below && !line.empty()) {
            return first_clause(plain(line));
        }
    }
    return "";
}

std::string summary_of(std::string_view markdown) {
    constexpr std::size_t longest = 196;  // bytes, before " …"
    constexpr std::ptrdiff_t fewest_blanks = 3;
    const Readme readme = read_readme(markdown);
    for (std::size_t at = 0; at < readme.lines.size(); ++at) {
        const std::string text = next_paragraph(readme.lines, at);
        if (std::ranges::count(text, ' ') >= fewest_blanks) return first_sentences(text, longest);
    }
    return "";
}

std::string search_words_of(std::string_view markdown) {
    constexpr std::size_t shortest = 3, longest = 32, most = 1000;
    std::set<std::string> words;
    for (const std::string_view line : read_readme(markdown).lines) {
        const std::string text = lower_case(plain(line));
        for (auto at = text.begin(); at != text.end() && words.size() < most;) {
            at = std::find_if(at, text.end(), is_word_byte);
            const auto end = std::find_if_not(at, text.end(), is_word_byte);
            const std::string word(at, end);
            const bool has_letter = word.find_first_not_of("0123456789") != word.npos;
            if (has_letter && word.size() >= shortest && word.size() <= longest) words.insert(word);
            at = end;
        }
    }
    std::string joined;
    for (const std::string& word : words) joined.append(joined.empty() ? "" : " ").append(word);
    return joined;
}

}  // namespace onnxhub
