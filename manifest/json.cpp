// SPDX-License-Identifier: Apache-2.0
#include "manifest/json.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

/// The parser copies its iterators, so how far it has read is kept outside of them.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    explicit CountingIterator(const char** position) : position_(position) {}

    reference operator*() const { return **position_; }
    CountingIterator& operator++() {
        ++*position_;
        return *this;
    }
    bool operator==(const CountingIterator& other) const { return *position_ == *other.position_; }

private:
    const char** position_;
};

JsonSyntaxError error_at(std::string_view text, std::size_t offset, std::string message) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_break = before.rfind('\n');
    const std::size_t line_begin = line_break == before.npos ? 0 : line_break + 1;
    return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
            static_cast<int>(offset - line_begin) + 1, std::move(message)};
}

bool is_number_character(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool is_word_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::size_t word_begin(std::string_view text, std::size_t end, bool (*is_part)(char)) {
    while (end > 0 && is_part(text[end - 1])) --end;
    return end;
}

/// "NaN", "tru" and stray characters, of which `offset` is the one the parser stopped at.
JsonSyntaxError unknown_word(std::string_view text, std::size_t offset) {
    const std::size_t begin = word_begin(text, offset, is_word_character);
    std::size_t end = offset;
    while (end < text.size() && is_word_character(text[end])) ++end;
    constexpr std::size_t shown_length = 20;
    if (end > begin) {
        const std::string word(text.substr(begin, std::min(end - begin, shown_length)));
        return error_at(text, begin, "'" + word + "' is no JSON value");
    }
    if (offset >= text.size()) return error_at(text, offset, "unexpected end of the document");
    const auto byte = static_cast<unsigned char>(text[offset]);
    if (byte > 0x20 && byte < 0x7f) {
        return error_at(text, offset, std::string("unexpected character '") + text[offset] + "'");
    }
    static constexpr char digits[] = "0123456789abcdef";
    return error_at(text, offset,
                    std::string("unexpected byte 0x") + digits[byte >> 4] + digits[byte & 15]);
}

/// The token that ends with the byte at `last`; strings are as long as the parser says.
std::size_t token_begin(std::string_view text, std::size_t last, std::size_t string_length) {
    if (last >= text.size()) return text.size();
    const std::size_t end = last + 1;
    if (text[last] == '"') return end - std::min(end, string_length);
    const auto is_part = [](char c) { return is_word_character(c) || is_number_character(c); };
    return is_part(text[last]) ? word_begin(text, end, is_part) : last;
}

void replace(std::string& text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    if (at != text.npos) text.replace(at, from.size(), to);
}

/// nlohmann's "unexpected X; expected Y" in the words of this format.
std::string readable(std::string reason) {
    static constexpr std::pair<std::string_view, std::string_view> phrases[] = {
        {"unexpected end of input", "unexpected end of the document"},
        {"unexpected string literal", "unexpected string"},
        {"unexpected number literal", "unexpected number"},
        {"; expected end of input", " after the end of the document"},
        {"; expected '[', '{', or a literal", ", expected a value"},
        {"; expected string literal", ", expected a key in double quotes"},
        {"; expected '}'", ", expected ',' or '}'"},
        {"; expected ']'", ", expected ',' or ']'"},
        {"invalid number; ", "invalid number: "},
        {"; expected", ", expected"},
        {"invalid string: ", ""},
    };
    for (const auto& [from, to] : phrases) replace(reason, from, to);
    return reason;
}

/// Turns the parser's events into values. Children wait in one stack until their parent ends, so
/// that every array and object is allocated once and at its size.
class DocumentBuilder {
public:
    DocumentBuilder(std::string_view text, const char* const& position)
        : text_(text), position_(position) {}

    bool null() { return add(nullptr, offset() - 1); }
    bool boolean(bool value) { return add(value, offset() - 1); }
    bool number_integer(std::int64_t) { return add_number(); }
    bool number_unsigned(std::uint64_t) { return add_number(); }
    bool number_float(double, const std::string&) { return add_number(); }
    // Copied, since the parser's buffer has room to spare that the value would keep.
    bool string(const std::string& value) { return add(std::string(value), offset() - 1); }
    bool binary(const std::vector<std::uint8_t>&) { return false; }  // not in JSON texts

    bool key(const std::string& key) {
        key_ = key;
        key_line_ = line_at(offset() - 1);
        return true;
    }

    bool start_object(std::size_t) { return start(JsonObject()); }
    bool start_array(std::size_t) { return start(JsonArray()); }

    bool end_object() {
        JsonObject members(std::make_move_iterator(first_child()),
                           std::make_move_iterator(pending_.end()));
        drop_repetitions(members);
        return end(std::move(members));
    }

    bool end_array() {
        JsonArray values;
        values.reserve(static_cast<std::size_t>(pending_.end() - first_child()));
        for (auto child = first_child(); child != pending_.end(); ++child) {
            values.push_back(std::move(child->value));
        }
        return end(std::move(values));
    }

    bool parse_error(std::size_t position, const std::string& last_token,
                     const nlohmann::json::exception& error) {
        // The end of the text counts as a character read.
        const std::size_t last = std::min(std::max<std::size_t>(position, 1) - 1, text_.size());
        constexpr int number_overflow = 406;
        const std::size_t token = token_begin(text_, last, last_token.size());
        if (error.id == number_overflow) {
            error_ = error_at(text_, token, "the number is too large");
            return false;
        }
        // "[...] parse error at line 1, column 2: syntax error while parsing value - REASON", with
        // "; last read: '...'" behind it when there was no whole token.
        std::string reason = error.what();
        const std::size_t dash = reason.find(" - ");
        if (dash != reason.npos) reason.erase(0, dash + 3);
        const std::size_t last_read = reason.find("; last read: ");
        const bool is_token_whole = last_read == reason.npos;
        if (!is_token_whole) reason.erase(last_read);
        error_ = reason == "invalid literal"
                     ? unknown_word(text_, last)
                     : error_at(text_, is_token_whole ? token : last, readable(std::move(reason)));
        return false;
    }

    const JsonSyntaxError& error() const { return error_; }

    JsonDocument take_document() {
        assert(pending_.size() == 1 && open_.empty());
        std::stable_sort(duplicates_.begin(), duplicates_.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        return {std::move(pending_.front().value), std::move(duplicates_)};
    }

private:
    using Data = decltype(JsonValue::data);

    std::size_t offset() const { return static_cast<std::size_t>(position_ - text_.data()); }

    /// Offsets only grow from call to call, so each byte is looked at once.
    int line_at(std::size_t at) {
        line_ +=
            static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                        text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        counted_ = at;
        return line_;
    }

    bool add(Data data, std::size_t at) {
        if (++value_count_ > json_value_limit) {
            error_ = error_at(
                text_, at,
                "the document has more than " + std::to_string(json_value_limit) + " values");
            return false;
        }
        JsonMember& member = pending_.emplace_back();
        member.key = std::exchange(key_, {});
        member.line = std::exchange(key_line_, 0);
        member.value.data = std::move(data);
        member.value.line = line_at(at);
        return true;
    }

    /// A number is known to be over when the byte after it was read, if there is one.
    bool add_number() {
        std::size_t end = offset();
        if (!is_number_character(text_[end - 1])) --end;
        const std::size_t begin = word_begin(text_, end, is_number_character);
        return add(JsonNumber{std::string(text_.substr(begin, end - begin))}, begin);
    }

    bool start(Data empty) {
        const std::size_t begin = offset() - 1;
        if (open_.size() == json_depth_limit) {
            error_ = error_at(text_, begin,
                              "more than " + std::to_string(json_depth_limit) + " levels deep");
            return false;
        }
        open_.push_back(pending_.size());
        if (!add(std::move(empty), begin)) return false;
        pending_.back().value.begin = static_cast<std::uint32_t>(begin);
        return true;
    }

    JsonObject::iterator first_child() {
        return pending_.begin() + static_cast<std::ptrdiff_t>(open_.back()) + 1;
    }

    bool end(Data data) {
        pending_.erase(first_child(), pending_.end());
        open_.pop_back();
        pending_.back().value.data = std::move(data);
        pending_.back().value.end = static_cast<std::uint32_t>(offset());
        return true;
    }

    void drop_repetitions(JsonObject& members) {
        order_.resize(members.size());
        for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
        std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
            const int comparison = members[a].key.compare(members[b].key);
            return comparison != 0 ? comparison < 0 : a < b;
        });
        std::vector<bool> is_repetition;
        for (std::size_t i = 1, first = 0; i < order_.size(); ++i) {
            JsonMember& repeated = members[order_[i]];
            if (members[order_[first]].key != repeated.key) {
                first = i;
                continue;
            }
            is_repetition.resize(members.size());
            is_repetition[order_[i]] = true;
            duplicates_.push_back({repeated.line, repeated.key});
            members[order_[first]].value = std::move(repeated.value);
            members[order_[first]].line = repeated.line;
        }
        if (is_repetition.empty()) return;
        JsonObject kept;
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (!is_repetition[i]) kept.push_back(std::move(members[i]));
        }
        members = std::move(kept);
    }

    std::string_view text_;
    const char* const& position_;
    JsonObject pending_;              ///< values without a finished parent; array items lack keys
    std::vector<std::size_t> open_;   ///< places in `pending_` of arrays and objects not yet ended
    std::vector<std::size_t> order_;  ///< of drop_repetitions(), to allocate it once
    std::string key_;                 ///< of the value to come
    int key_line_ = 0;
    int line_ = 1;
    std::size_t counted_ = 0;
    std::size_t value_count_ = 0;
    std::vector<DuplicateKey> duplicates_;
    JsonSyntaxError error_;
};

void append_escape(std::string& out, unsigned code_unit) {
    static constexpr char digits[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[(code_unit >> shift) & 15];
}

void append_ascii(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        default:
            break;
    }
    if (c >= 0x20 && c < 0x7f) {
        out += c;
    } else {
        append_escape(out, static_cast<unsigned char>(c));
    }
}

void append_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        char32_t c = 0xfffd;  // stands for a byte that is not UTF-8
        const std::size_t length = std::max<std::size_t>(decode_utf8(text, c), 1);
        text.remove_prefix(length);
        if (c < 0x80) {
            append_ascii(out, static_cast<char>(c));
        } else if (c < 0x10000) {
            append_escape(out, c);
        } else {
            append_escape(out, 0xd800 + ((c - 0x10000) >> 10));
            append_escape(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
        }
    }
    out += '"';
}

class TextWriter {
public:
    TextWriter(std::string& out, int depth) : out_(out), depth_(depth) {}

    void operator()(std::nullptr_t) { out_ += "null"; }
    void operator()(bool value) { out_ += value ? "true" : "false"; }
    void operator()(const JsonNumber& number) { out_ += number.text; }
    void operator()(const std::string& text) { append_string(out_, text); }

    void operator()(const JsonArray& values) {
        write_items('[', values, ']',
                    [&](const JsonValue& value) { std::visit(*this, value.data); });
    }

    void operator()(const JsonObject& members) {
        write_items('{', members, '}', [&](const JsonMember& member) {
            append_string(out_, member.key);
            out_ += ": ";
            std::visit(*this, member.value.data);
        });
    }

private:
    template <class Items, class WriteItem>
    void write_items(char open, const Items& items, char close, const WriteItem& write_item) {
        out_ += open;
        ++depth_;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0) out_ += ',';
            start_line();
            write_item(items[i]);
        }
        --depth_;
        if (!items.empty()) start_line();
        out_ += close;
    }

    void start_line() {
        out_ += '\n';
        out_.append(static_cast<std::size_t>(depth_) * 4, ' ');
    }

    std::string& out_;
    int depth_;
};

}  // namespace

std::optional<std::int64_t> JsonValue::integer() const {
    const auto* number = std::get_if<JsonNumber>(&data);
    if (!number) return std::nullopt;
    const char* after = number->text.data() + number->text.size();
    std::int64_t result = 0;
    const auto [stop, error] = std::from_chars(number->text.data(), after, result);
    if (error != std::errc() || stop != after) return std::nullopt;
    return result;
}

const JsonValue* JsonValue::find(std::string_view key) const {
    const JsonObject* members = object();
    if (!members) return nullptr;
    const auto found = std::find_if(members->begin(), members->end(),
                                    [&](const JsonMember& member) { return member.key == key; });
    return found == members->end() ? nullptr : &found->value;
}

JsonValue* JsonValue::find(std::string_view key) {
    return const_cast<JsonValue*>(std::as_const(*this).find(key));
}

std::string_view json_type(const JsonValue& value) {
    static constexpr std::string_view names[] = {"null",     "a boolean", "a number",
                                                 "a string", "an array",  "an object"};
    return names[value.data.index()];
}

JsonValue json_string(std::string text) {
    JsonValue value;
    value.data = std::move(text);
    return value;
}

JsonValue json_integer(std::int64_t number) {
    JsonValue value;
    value.data = JsonNumber{std::to_string(number)};
    return value;
}

JsonValue json_unsigned(std::uint64_t number) {
    JsonValue value;
    value.data = JsonNumber{std::to_string(number)};
    return value;
}

JsonValue json_array(JsonArray values) {
    JsonValue value;
    value.data = std::move(values);
    return value;
}

JsonValue json_object(JsonObject members) {
    JsonValue value;
    value.data = std::move(members);
    return value;
}

std::variant<JsonDocument, JsonSyntaxError> parse_json(std::string_view text) {
    if (text.size() > json_size_limit)
        return {JsonSyntaxError{1, 1, "the document is larger than 1 GiB"}};
    // The parser would take a NUL for the end of the text.
    if (const std::size_t nul = text.find('\0'); nul != text.npos) {
        return error_at(text, nul, "NUL byte, which no JSON text has");
    }
    if (text.find_first_not_of(" \t\r\n") == text.npos) {
        return error_at(text, text.size(), "the document is empty");
    }
    const char* position = text.data();
    const char* end = text.data() + text.size();
    DocumentBuilder builder(text, position);
    const bool is_complete =
        nlohmann::json::sax_parse(CountingIterator(&position), CountingIterator(&end), &builder);
    if (!is_complete) return builder.error();
    return builder.take_document();
}

std::string json_text(const JsonValue& value, int depth) {
    std::string text;
    std::visit(TextWriter(text, depth), value.data);
    return text;
}

}  // namespace onnxhub
