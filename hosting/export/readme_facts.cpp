// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/readme_facts.h"

#include <algorithm>
#include <optional>
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

}  // namespace onnxhub
