// SPDX-License-Identifier: Apache-2.0
#include "manifest/json_error.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/utf8.h"

namespace onnxhub {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr const char* hex_digits = "0123456789abcdef";

/// What is wrong inside a token.
struct Flaw {
    std::size_t offset;
    std::string message;
};

/// A token, or the flaw that makes it none.
struct Token {
    std::string kind = {};  ///< for messages: "number", "'['"
    bool begins_value = false;
    std::optional<Flaw> flaw = std::nullopt;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

bool is_at(std::string_view text, std::size_t at, char c) {
    return at < text.size() && text[at] == c;
}

/// Words such as "NaN", "tru" and "9z", and stray characters.
Flaw stray(std::string_view text, std::size_t at) {
    constexpr std::size_t shown_length = 20;
    std::size_t begin = at, end = at;
    while (begin > 0 && is_word_character(text[begin - 1])) --begin;
    while (end < text.size() && is_word_character(text[end])) ++end;
    if (end > begin) {
        const std::string word(text.substr(begin, std::min(end - begin, shown_length)));
        return {begin, "'" + word + "' is not a JSON value"};
    }
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte > 0x20 && byte < 0x7f) {
        return {at, std::string("unexpected character '") + text[at] + "'"};
    }
    return {at, std::string("unexpected byte 0x") + hex_digits[byte >> 4] + hex_digits[byte & 15]};
}

/// Reads the tokens of a document that may be wrong at any place.
class TokenReader {
public:
    TokenReader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    /// The token at the offset; its end is end(). The text does not end there.
    Token read() {
        const char c = text_[at_];
        if (c == '"') return read_string();
        if (c == '-' || is_digit(c)) return read_number();
        if (std::string_view("[]{},:").find(c) != std::string_view::npos) {
            ++at_;
            return {std::string("'") + c + "'", c == '[' || c == '{'};
        }
        return read_word();
    }

    std::size_t end() const { return at_; }

private:
    Token flaw(std::string message) const { return flaw(at_, std::move(message)); }
    static Token flaw(std::size_t at, std::string message) {
        return {"", false, Flaw{at, std::move(message)}};
    }

    Token read_word() {
        for (const std::string_view literal : {"true", "false", "null"}) {
            if (text_.substr(at_, literal.size()) != literal) continue;
            at_ += literal.size();
            return {"'" + std::string(literal) + "'", true};
        }
        return {"", false, stray(text_, at_)};
    }

    Token read_number() {
        if (is_at(text_, at_, '-')) ++at_;
        if (!has_digit()) return flaw("invalid number: expected digit after '-'");
        if (is_at(text_, at_, '0')) {
            ++at_;
        } else {
            skip_digits();
        }
        if (is_at(text_, at_, '.')) {
            ++at_;
            if (!has_digit()) return flaw("invalid number: expected digit after '.'");
            skip_digits();
        }
        if (is_at(text_, at_, 'e') || is_at(text_, at_, 'E')) {
            ++at_;
            if (is_at(text_, at_, '+') || is_at(text_, at_, '-')) ++at_;
            if (!has_digit()) return flaw("invalid number: expected digit in the exponent");
            skip_digits();
        }
        return {"number", true};
    }

    bool has_digit() const { return at_ < text_.size() && is_digit(text_[at_]); }
    void skip_digits() {
        while (has_digit()) ++at_;
    }

    Token read_string() {
        ++at_;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return {"string", true};
            }
            if (static_cast<unsigned char>(c) < 0x20) return flaw(control_character(c));
            if (c == '\\') {
                Token escape = read_escape();
                if (escape.flaw) return escape;
                continue;
            }
            char32_t decoded = 0;
            const std::size_t length = decode_utf8(text_.substr(at_), decoded);
            if (length == 0) return flaw("ill-formed UTF-8 byte");
            at_ += length;
        }
        return flaw("missing closing quote");
    }

    static std::string control_character(char c) {
        const std::string hex = {hex_digits[c >> 4], hex_digits[c & 15]};
        return "control character 0x" + hex + " in a string; write \\u00" + hex;
    }

    Token read_escape() {
        const std::size_t begin = at_++;
        if (at_ >= text_.size()) return flaw("missing closing quote");
        if (text_[at_] != 'u') {
            if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
                return flaw("forbidden character after backslash");
            }
            ++at_;
            return {"escape"};
        }
        std::optional<unsigned> unit = read_code_unit();
        if (!unit) return flaw("'\\u' must be followed by 4 hex digits");
        if (is_low_surrogate(*unit)) return flaw(begin, "surrogate without the one before it");
        if (!is_high_surrogate(*unit)) return {"escape"};
        if (is_at(text_, at_, '\\') && is_at(text_, at_ + 1, 'u')) {
            ++at_;
            unit = read_code_unit();
            if (!unit) return flaw("'\\u' must be followed by 4 hex digits");
            if (is_low_surrogate(*unit)) return {"escape"};
        }
        return flaw(begin, "surrogate without the one after it");
    }

    static bool is_high_surrogate(unsigned unit) { return unit >= 0xd800 && unit < 0xdc00; }
    static bool is_low_surrogate(unsigned unit) { return unit >= 0xdc00 && unit < 0xe000; }

    /// Reads "u00e9". On failure the offset is that of the wrong character.
    std::optional<unsigned> read_code_unit() {
        ++at_;
        unsigned unit = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            const char c = at_ < text_.size() ? text_[at_] : ' ';
            unsigned digit = 0;
            if (is_digit(c)) {
                digit = static_cast<unsigned>(c - '0');
            } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
                digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
            } else {
                return std::nullopt;
            }
            unit = unit * 16 + digit;
        }
        return unit;
    }

    std::string_view text_;
    std::size_t at_;
};

/// What may follow at an offset.
struct Expectation {
    std::size_t at;         ///< of the next token
    const char* text;       ///< after "unexpected X"
    bool is_value = false;  ///< any value may follow
};

/// Steps over the ',' or ':' after the last token.
Expectation expectation_after(std::string_view text, JsonState::Last last, std::size_t end) {
    using Last = JsonState::Last;
    const std::size_t at = skip_blanks(text, end);
    const bool has_comma = is_at(text, at, ',');
    const Expectation value{at, ", expected a value", true};
    const Expectation key{at, ", expected a key in double quotes"};
    const auto after_separator = [&](Expectation expected) {
        expected.at = skip_blanks(text, at + 1);
        return expected;
    };
    switch (last) {
        case Last::nothing:
        case Last::array_begin:
            return value;
        case Last::object_begin:
            return key;
        case Last::root:
            return {at, " after the end of the document"};
        case Last::key:
            return is_at(text, at, ':') ? after_separator(value)
                                        : Expectation{at, ", expected ':'"};
        case Last::item:
            return has_comma ? after_separator(value) : Expectation{at, ", expected ',' or ']'"};
        case Last::member:
            return has_comma ? after_separator(key) : Expectation{at, ", expected ',' or '}'"};
    }
    return value;
}

std::size_t end_of_last(std::string_view text, const JsonState& state) {
    if (state.last == JsonState::Last::nothing) {
        return text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    }
    if (!state.number_begin) return state.end;
    TokenReader number(text, *state.number_begin);
    number.read();
    return number.end();
}

}  // namespace

JsonSyntaxError json_error_at(std::string_view text, std::size_t offset, std::string message) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_break = before.rfind('\n');
    const std::size_t line_begin = line_break == before.npos ? 0 : line_break + 1;
    return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
            static_cast<int>(offset - line_begin) + 1, std::move(message)};
}

JsonSyntaxError explain_json_error(std::string_view text, const JsonState& state,
                                   std::size_t position) {
    const std::size_t end = end_of_last(text, state);
    const Expectation expected = expectation_after(text, state.last, end);
    if (expected.at >= text.size()) {
        return json_error_at(text, text.size(),
                             std::string("unexpected end of the document") + expected.text);
    }
    // "01", "9z", "nulll": the parser accepts the first part.
    if (expected.at == end && end > 0 && is_word_character(text[end - 1]) &&
        is_word_character(text[end])) {
        Flaw flaw = stray(text, end);
        return json_error_at(text, flaw.offset, std::move(flaw.message));
    }
    Token token = TokenReader(text, expected.at).read();
    if (token.flaw) {
        return json_error_at(text, token.flaw->offset, std::move(token.flaw->message));
    }
    if (!expected.is_value || !token.begins_value) {
        return json_error_at(text, expected.at, "unexpected " + token.kind + expected.text);
    }
    if (token.kind == "number") return json_error_at(text, expected.at, "the number is too large");
    const std::size_t offset = std::min(std::max<std::size_t>(position, 1) - 1, text.size());
    return json_error_at(text, offset, unexplained_json_error);
}

}  // namespace onnxhub
