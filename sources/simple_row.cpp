// SPDX-License-Identifier: Apache-2.0
#include "sources/simple_row.h"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "sources/cell_builder.h"

namespace onnxhub {
namespace {

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet characters(std::string_view others) {
    CharacterSet set{};
    for (char c = '0'; c <= '9'; ++c) set[static_cast<unsigned char>(c)] = true;
    for (char c = 'a'; c <= 'z'; ++c) set[static_cast<unsigned char>(c)] = true;
    for (char c = 'A'; c <= 'Z'; ++c) set[static_cast<unsigned char>(c)] = true;
    for (const char c : others) set[static_cast<unsigned char>(c)] = true;
    return set;
}

/// Characters without a meaning inside of a paragraph (CommonMark 0.31.2, 6).
constexpr CharacterSet text_characters = characters(" -.,:;/()%+=#?@$'\"^{}~");
/// The same for the target of a link, without what could end it.
constexpr CharacterSet target_characters = characters("-._/:%+=#?@,;~$");

bool is_in(const CharacterSet& set, char c) {
    return set[static_cast<unsigned char>(c)];
}

/// Reads the inside of one cell.
class SimpleCell {
public:
    explicit SimpleCell(std::string_view text) : text_(text) {}

    std::optional<MarkdownCell> read() {
        while (at_ < text_.size()) {
            if (text_[at_] == '[') {
                if (!read_link()) return std::nullopt;
            } else if (!read_text()) {
                return std::nullopt;
            }
        }
        return builder_.finish();
    }

private:
    /// An underscore inside of a word is one; elsewhere it may be emphasis.
    bool is_text_at(std::size_t at) const {
        if (text_[at] != '_') return is_in(text_characters, text_[at]);
        return at > 0 && at + 1 < text_.size() && is_word(text_[at - 1]) && is_word(text_[at + 1]);
    }

    std::string_view take_text() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_text_at(at_)) ++at_;
        return text_.substr(begin, at_ - begin);
    }

    bool read_text() {
        const std::string_view text = take_text();
        builder_.add_text(text);
        return !text.empty();
    }

    bool read_link() {
        ++at_;
        const std::string_view label = take_text();
        if (!text_.substr(at_).starts_with("](")) return false;
        at_ += 2;
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_in(target_characters, text_[at_])) ++at_;
        const std::string_view target = text_.substr(begin, at_ - begin);
        if (target.empty() || at_ == text_.size() || text_[at_] != ')') return false;
        ++at_;
        builder_.begin_link(std::string(target));
        builder_.add_text(label);
        builder_.end_link();
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    CellBuilder builder_;
};

}  // namespace

std::optional<std::vector<MarkdownCell>> read_simple_row(std::string_view row) {
    const std::size_t last = row.find_last_not_of(' ');
    if (last == row.npos || last == 0 || row.front() != '|' || row[last] != '|') {
        return std::nullopt;
    }
    row = row.substr(1, last);
    std::vector<MarkdownCell> cells;
    while (!row.empty()) {
        const std::size_t end = row.find('|');
        if (end == 0) return std::nullopt;
        auto cell = SimpleCell(row.substr(0, end)).read();
        if (!cell) return std::nullopt;
        cells.push_back(std::move(*cell));
        row.remove_prefix(end + 1);
    }
    return cells;
}

}  // namespace onnxhub
