// SPDX-License-Identifier: Apache-2.0
#include "sources/name_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/spelling.h"

namespace onnxhub {
namespace {

constexpr std::string_view characters_for_blanks = "_-.";

bool is_name_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Thrown inside of this file only: the parser is recursive descent.
struct TemplateFailure {
    TemplateError error;
};

class TemplateParser {
public:
    TemplateParser(std::string_view text, std::span<const std::string_view> known)
        : text_(text), known_(known) {}

    std::vector<TemplatePiece> parse() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if ((c == '{' || c == '}') && text_.substr(at_ + 1, 1) == std::string_view(&c, 1)) {
                literal_ += c;
                at_ += 2;
            } else if (c == '{') {
                end_literal();
                pieces_.push_back(parse_value());
            } else if (c == '}') {
                fail(at_, "\"}\" closes nothing", "write }} for a brace");
            } else {
                literal_ += c;
                ++at_;
            }
        }
        end_literal();
        return std::move(pieces_);
    }

private:
    void end_literal() {
        if (literal_.empty()) return;
        TemplatePiece piece;
        piece.text = std::exchange(literal_, {});
        pieces_.push_back(std::move(piece));
    }

    TemplatePiece parse_value() {
        const std::size_t start = at_++;
        TemplatePiece piece;
        piece.is_value = true;
        piece.has_dash = skip('-');
        piece.text = parse_known_name();
        if (skip('[')) piece.index = parse_index();
        if (skip(':')) piece.blank = parse_blank();
        if (at_ == text_.size()) fail(start, "\"{\" is not closed", "write {{ for a brace");
        if (!skip('}')) {
            fail(at_, fmt::format("\"{}\" is not expected here", text_.substr(at_, 1)),
                 "write {name}, {-name}, {name:_} or {name[0]}");
        }
        return piece;
    }

    std::string parse_known_name() {
        const std::size_t start = at_;
        while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
        const std::string_view name = text_.substr(start, at_ - start);
        if (name.empty()) fail(start, "a name is missing after \"{\"", "write {{ for a brace");
        if (std::ranges::find(known_, name) == known_.end()) {
            const auto meant = nearest(name, known_);
            fail(start, fmt::format("unknown name \"{}\"", name),
                 meant ? fmt::format("did you mean \"{}\"?", *meant)
                       : fmt::format("the known names are {}", fmt::join(known_, ", ")));
        }
        return std::string(name);
    }

    int parse_index() {
        const std::string_view rest = text_.substr(at_);
        int index = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
        const bool is_number = error == std::errc{};
        if (!is_number || index < -template_index_limit || index > template_index_limit) {
            fail(at_, fmt::format("not a number from -{0} to {0}", template_index_limit),
                 "write [0] for the first segment, [-1] for the last one");
        }
        at_ += static_cast<std::size_t>(end - rest.data());
        if (!skip(']')) fail(at_, "\"]\" is missing", "write {name[0]}");
        return index;
    }

    char parse_blank() {
        if (at_ == text_.size() ||
            characters_for_blanks.find(text_[at_]) == std::string_view::npos) {
            fail(at_, "not a character that can become a space", "write :_, :- or :.");
        }
        return text_[at_++];
    }

    bool skip(char c) {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    [[noreturn]] static void fail(std::size_t at, std::string message, std::string hint) {
        throw TemplateFailure{{at + 1, std::move(message), std::move(hint)}};
    }

    std::string_view text_;
    std::span<const std::string_view> known_;
    std::size_t at_ = 0;
    std::string literal_;
    std::vector<TemplatePiece> pieces_;
};

/// The segment of `path` at `index`; empty when it has none there.
std::string_view segment_at(std::string_view path, int index) {
    if (index < 0) {
        for (; index < -1; ++index) {
            const std::size_t slash = path.rfind('/');
            if (slash == path.npos) return {};
            path = path.substr(0, slash);
        }
        return path.substr(path.rfind('/') + 1);
    }
    for (; index > 0; --index) {
        const std::size_t slash = path.find('/');
        if (slash == path.npos) return {};
        path.remove_prefix(slash + 1);
    }
    return path.substr(0, path.find('/'));
}

}  // namespace

bool NameTemplate::uses(std::string_view name) const {
    return std::ranges::any_of(
        pieces_, [&](const TemplatePiece& piece) { return piece.is_value && piece.text == name; });
}

std::optional<std::string> NameTemplate::expand(const Lookup& value_of) const {
    std::string result;
    for (const TemplatePiece& piece : pieces_) {
        std::string_view text = piece.text;
        if (piece.is_value) text = value_of(piece.text);
        if (piece.index) text = segment_at(text, *piece.index);
        const bool has_dash = piece.has_dash && !text.empty();
        if (result.size() + has_dash + text.size() > template_result_limit) return std::nullopt;
        if (has_dash) result += '-';
        const std::size_t start = result.size();
        result += text;
        if (piece.blank) {
            std::replace(result.begin() + static_cast<std::ptrdiff_t>(start), result.end(),
                         piece.blank, ' ');
        }
    }
    return std::string(trimmed(result));
}

std::variant<NameTemplate, TemplateError> parse_template(std::string_view text,
                                                         std::span<const std::string_view> known) {
    if (text.size() > template_size_limit) {
        return TemplateError{template_size_limit + 1,
                             fmt::format("longer than {} bytes", template_size_limit),
                             "shorten the template"};
    }
    try {
        return NameTemplate(TemplateParser(text, known).parse());
    } catch (TemplateFailure& failure) {
        return std::move(failure.error);
    }
}

}  // namespace onnxhub
