// SPDX-License-Identifier: Apache-2.0
#include "repository/git_attributes.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/glob.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

constexpr std::string_view attributes_file = ".gitattributes";
constexpr std::string_view blanks = " \t\r";
constexpr std::string_view macro_prefix = "[attr]";
constexpr std::string_view filter_attribute = "filter";

/// Removes the next word from `line` and returns it.
std::string_view next_word(std::string_view& line) {
    line = trimmed(line, blanks);
    const std::size_t end = std::min(line.find_first_of(blanks), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

/// Reads a pattern in double quotes with git's escapes; nullopt when the closing quote is missing.
std::optional<std::string> next_quoted(std::string_view& line) {
    std::string pattern;
    for (std::size_t i = 1; i < line.size(); ++i) {
        if (line[i] == '"') {
            line.remove_prefix(i + 1);
            return pattern;
        }
        if (line[i] != '\\') {
            pattern += line[i];
            continue;
        }
        if (++i == line.size()) break;
        const auto is_octal = [&](std::size_t at) {
            return at < line.size() && line[at] >= '0' && line[at] <= '7';
        };
        if (is_octal(i) && is_octal(i + 1) && is_octal(i + 2)) {
            pattern += static_cast<char>((line[i] - '0') * 64 + (line[i + 1] - '0') * 8 +
                                         (line[i + 2] - '0'));
            i += 2;
            continue;
        }
        constexpr std::string_view letters = "abfnrtv";
        constexpr std::string_view meanings = "\a\b\f\n\r\t\v";
        const std::size_t letter = letters.find(line[i]);
        pattern += letter == letters.npos ? line[i] : meanings[letter];
    }
    return std::nullopt;
}

/// "*.onnx" → ".onnx"; nullopt for all other patterns.
std::optional<std::string> plain_suffix(std::string_view pattern) {
    if (!pattern.starts_with("*.") || pattern.find_first_of("*?[\\/", 1) != pattern.npos) {
        return std::nullopt;
    }
    return std::string(pattern.substr(1));
}

}  // namespace

GitAttributes GitAttributes::read(const Tree& tree, const std::vector<std::string>& files,
                                  Diagnostics& diagnostics) {
    GitAttributes attributes;
    for (const std::string& path : files) {
        if (file_name(path) != attributes_file) continue;
        try {
            const auto stat = tree.stat(path);
            if (!stat || stat->kind != FileKind::regular)
                continue;  // git does not follow links here
            const std::string text = read_whole(*tree.open(path), attributes_size_limit, path);
            const std::string folder(parent_folder(path));
            attributes.read_file(folder, text);
            if (attributes.folders_[folder].globs.size() > attributes_glob_limit) {
                attributes.folders_.erase(folder);
                throw UserError(path + ": has over " + std::to_string(attributes_glob_limit) +
                                " patterns with wildcards");
            }
        } catch (const UserError& error) {
            diagnostics.report({Severity::warning, rule_id::attributes_unreadable, path, 0,
                                reason_without_file(error, path),
                                "the files in Git LFS are unknown"});
        }
    }
    return attributes;
}

void GitAttributes::read_file(const std::string& folder, std::string_view text) {
    Folder& lines = folders_[folder];
    for (std::size_t number = 0; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        read_line(lines, text.substr(0, end), number, folder.empty());
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void GitAttributes::read_line(Folder& folder, std::string_view line, std::size_t number,
                              bool is_root) {
    line = trimmed(line, blanks);
    if (line.empty() || line.front() == '#') return;
    Line read;
    read.number = number;
    if (line.front() == '"') {
        auto quoted = next_quoted(line);
        if (!quoted) return;
        read.pattern = std::move(*quoted);
    } else {
        read.pattern = next_word(line);
    }
    bool says_filter = false;
    while (!(line = trimmed(line, blanks)).empty()) {
        const std::string_view word = next_word(line);
        std::string_view name = word.substr(0, word.find('='));
        const bool is_unset = name.starts_with('-');
        const bool is_unspecified = name.starts_with('!');
        if (is_unset || is_unspecified) name.remove_prefix(1);
        if (name == filter_attribute) {
            says_filter = true;
            if (is_unspecified) {
                read.filter.reset();
            } else {
                read.filter = !is_unset && word == "filter=lfs" ? LfsFilter::lfs : LfsFilter::other;
            }
        } else if (const auto macro = macros_.find(name); macro != macros_.end()) {
            says_filter = true;  // "-macro" cancels what the macro set in earlier lines
            read.filter = name == word ? macro->second : std::nullopt;
        }
    }
    if (!says_filter) return;
    if (read.filter == LfsFilter::lfs) uses_lfs_ = true;
    if (read.pattern.starts_with(macro_prefix)) {  // git reads macros only in the root's file
        if (is_root) macros_[read.pattern.substr(macro_prefix.size())] = read.filter;
        return;
    }
    if (read.pattern.starts_with('!') || read.pattern.ends_with('/'))
        return;  // such patterns match no file
    add(folder, std::move(read));
}

void GitAttributes::add(Folder& folder, Line line) {
    if (auto suffix = plain_suffix(line.pattern)) {
        folder.by_suffix[std::move(*suffix)] = std::move(line);
        return;
    }
    line.is_anchored = line.pattern.find('/') != line.pattern.npos;
    if (line.pattern.starts_with('/')) line.pattern.erase(0, 1);
    if (line.pattern.find_first_of("*?[\\") == line.pattern.npos) {
        auto& exact = line.is_anchored ? folder.by_path : folder.by_name;
        std::string key = line.pattern;
        exact[std::move(key)] = std::move(line);
    } else {
        folder.globs.push_back(std::move(line));
    }
}

const GitAttributes::Line* GitAttributes::last_match(const Folder& folder,
                                                     std::string_view path) const {
    const Line* last = nullptr;
    const std::string_view name = file_name(path);
    const auto look_up = [&](const std::unordered_map<std::string, Line>& lines,
                             std::string_view key) {
        const auto found = lines.find(std::string(key));
        if (found == lines.end()) return;
        if (!last || found->second.number > last->number) last = &found->second;
    };
    look_up(folder.by_name, name);
    look_up(folder.by_path, path);
    for (std::size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
        look_up(folder.by_suffix, name.substr(dot));
    }
    for (const Line& line : folder.globs) {
        if (last && line.number < last->number) continue;
        if (glob_matches_exactly(line.pattern, line.is_anchored ? path : name)) last = &line;
    }
    return last;
}

LfsFilter GitAttributes::filter_of(const std::string& path) const {
    // The file nearest to the path wins, if it sets the attribute.
    for (std::string folder(parent_folder(path));; folder = parent_folder(folder)) {
        const auto found = folders_.find(folder);
        if (found != folders_.end()) {
            const std::string_view below =
                std::string_view(path).substr(folder.empty() ? 0 : folder.size() + 1);
            if (const Line* line = last_match(found->second, below)) {
                return line->filter.value_or(LfsFilter::unspecified);
            }
        }
        if (folder.empty()) return LfsFilter::unspecified;
    }
}

}  // namespace onnxhub
