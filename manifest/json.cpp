// SPDX-License-Identifier: Apache-2.0
#include "manifest/json.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/utf8.h"
#include "manifest/document_limits.h"

namespace onnxhub {
namespace {

/// The parser copies its iterators, so the position is stored outside of them.
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

/// Error for "NaN", "tru" and stray characters. `offset` is the character the parser stopped at.
JsonSyntaxError unknown_word(std::string_view text, std::size_t offset) {
    const std::size_t begin = word_begin(text, offset, is_word_character);
    std::size_t end = offset;
    while (end < text.size() && is_word_character(text[end])) ++end;
    constexpr std::size_t shown_length = 20;
    if (end > begin) {
        const std::string word(text.substr(begin, std::min(end - begin, shown_length)));
        return error_at(text, begin, "'" + word + "' is not a JSON value");
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

/// Start of the token that ends with the byte at `last`. `string_length` is the length of a string
/// token as the parser reports it.
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

/// Translates nlohmann's "unexpected X; expected Y" to the wording of our messages.
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

/// The number of values in each array and object, in the order in which they begin. Counted before
/// anything is built: a hostile document allocates nothing, and others allocate what they need. For
/// invalid JSON the counts may be wrong, but never exceed the limit.
class ChildCounts {
public:
    explicit ChildCounts(std::string_view text) : limit_(json_value_limit_of(text.size())) {
        std::size_t at = 0;
        while (at < text.size() && excess_ == text.npos) {
            at = take_token(text, at);
        }
    }

    /// Offset of the first value beyond the limit, or npos.
    std::size_t excess() const { return excess_; }
    std::size_t limit() const { return limit_; }

    /// The count of the next array or object.
    std::size_t take_next() { return next_ < counts_.size() ? counts_[next_++] : 0; }

private:
    struct Open {
        std::size_t index;
        bool has_children;
    };

    /// Returns the offset after the token.
    std::size_t take_token(std::string_view text, std::size_t at) {
        switch (text[at]) {
            case ' ':
            case '\t':
            case '\r':
            case '\n':
            case ':':
                return at + 1;
            case ',':
                if (!open_.empty()) count_child(at);
                return at + 1;
            case '[':
            case '{':
                begin_child(at);
                if (open_.size() > json_depth_limit) return text.size();  // the parser rejects it
                open_.push_back({counts_.size(), false});
                counts_.push_back(0);
                return at + 1;
            case ']':
            case '}':
                if (!open_.empty()) open_.pop_back();
                return at + 1;
            case '"':
                begin_child(at);
                return end_of_string(text, at);
            default:
                begin_child(at);
                return at + 1;
        }
    }

    static std::size_t end_of_string(std::string_view text, std::size_t at) {
        for (++at; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\') ++at;
        }
        return at + 1;
    }

    /// The first child has no comma before it.
    void begin_child(std::size_t at) {
        if (open_.empty() || open_.back().has_children) return;
        open_.back().has_children = true;
        count_child(at);
    }

    void count_child(std::size_t at) {
        if (++value_count_ > limit_) excess_ = at;
        ++counts_[open_.back().index];
    }

    const std::size_t limit_;
    std::vector<std::uint32_t> counts_;
    std::vector<Open> open_;
    std::size_t value_count_ = 1;  // the root
    std::size_t excess_ = std::string_view::npos;
    std::size_t next_ = 0;
};

/// Builds values from the parser's events. Every array and object is allocated once, at its final
/// size.
class DocumentBuilder {
public:
    DocumentBuilder(std::string_view text, const char* const& position, ChildCounts& counts)
        : text_(text), position_(position), counts_(counts) {}

    bool null() { return add(nullptr, offset() - 1); }
    bool boolean(bool value) { return add(value, offset() - 1); }
    bool number_integer(std::int64_t) { return add_number(); }
    bool number_unsigned(std::uint64_t) { return add_number(); }
    bool number_float(double, const std::string&) { return add_number(); }
    // A copy, since the parser's buffer has spare capacity that the value would keep.
    bool string(const std::string& value) { return add(std::string(value), offset() - 1); }
    bool binary(const std::vector<std::uint8_t>&) { return false; }  // does not occur in JSON texts

    bool key(const std::string& key) {
        JsonMember& member = open_.back().members.emplace_back();
        member.key = std::string(key);
        member.line = line_at(offset() - 1);
        return true;
    }

    bool start_object(std::size_t) { return start(true); }
    bool start_array(std::size_t) { return start(false); }

    bool end_object() {
        JsonObject members = std::move(open_.back().members);
        drop_repetitions(members);
        return end(std::move(members));
    }

    bool end_array() { return end(std::move(open_.back().values)); }

    bool parse_error(std::size_t position, const std::string& last_token,
                     const nlohmann::json::exception& error) {
        // The parser counts the end of the text as a character.
        const std::size_t last = std::min(std::max<std::size_t>(position, 1) - 1, text_.size());
        constexpr int number_overflow = 406;
        const std::size_t token = token_begin(text_, last, last_token.size());
        if (error.id == number_overflow) {
            error_ = error_at(text_, token, "the number is too large");
            return false;
        }
        // what() is "[...] parse error at line 1, column 2: syntax error while parsing value -
        // REASON". When the token is incomplete, "; last read: '...'" follows.
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
        assert(open_.empty());
        std::stable_sort(duplicates_.begin(), duplicates_.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        return {std::move(root_), std::move(duplicates_)};
    }

private:
    using Data = decltype(JsonValue::data);

    /// An array or object that has not ended yet.
    struct Open {
        bool is_object = false;
        JsonArray values;
        JsonObject members;
        int line = 0;
        std::size_t begin = 0;
    };

    std::size_t offset() const { return static_cast<std::size_t>(position_ - text_.data()); }

    /// Offsets only grow from call to call, so each byte is read once.
    int line_at(std::size_t at) {
        line_ +=
            static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                        text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        counted_ = at;
        return line_;
    }

    /// The destination of the next value. A member already exists by its key.
    JsonValue& next_place() {
        if (open_.empty()) return root_;
        Open& parent = open_.back();
        return parent.is_object ? parent.members.back().value : parent.values.emplace_back();
    }

    bool add(Data data, std::size_t at) {
        JsonValue& value = next_place();
        value.data = std::move(data);
        value.line = line_at(at);
        return true;
    }

    /// The parser has read one byte beyond the number, unless the text ends there.
    bool add_number() {
        std::size_t end = offset();
        if (!is_number_character(text_[end - 1])) --end;
        const std::size_t begin = word_begin(text_, end, is_number_character);
        return add(JsonNumber{std::string(text_.substr(begin, end - begin))}, begin);
    }

    bool start(bool is_object) {
        const std::size_t begin = offset() - 1;
        if (open_.size() == json_depth_limit) {
            error_ = error_at(text_, begin,
                              "more than " + std::to_string(json_depth_limit) + " levels deep");
            return false;
        }
        Open& open = open_.emplace_back();
        open.is_object = is_object;
        open.line = line_at(begin);
        open.begin = begin;
        const std::size_t count = counts_.take_next();
        if (is_object) {
            open.members.reserve(count);
        } else {
            open.values.reserve(count);
        }
        return true;
    }

    bool end(Data data) {
        const Open ended = std::move(open_.back());
        open_.pop_back();
        JsonValue& value = next_place();
        value.data = std::move(data);
        value.line = ended.line;
        value.begin = static_cast<std::uint32_t>(ended.begin);
        value.end = static_cast<std::uint32_t>(offset());
        return true;
    }

    bool has_repetition(const JsonObject& members) {
        constexpr std::size_t few = 8;  // a linear search is faster than sorting
        if (members.size() > few) return sort_keys(members);
        for (std::size_t i = 1; i < members.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (members[i].key == members[j].key) return sort_keys(members);
            }
        }
        return false;
    }

    /// Sorts the indexes of the members by key into `order_`, stably. Returns whether any key
    /// occurs twice.
    bool sort_keys(const JsonObject& members) {
        order_.resize(members.size());
        for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
        std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
            const int comparison = members[a].key.compare(members[b].key);
            return comparison != 0 ? comparison < 0 : a < b;
        });
        return std::adjacent_find(order_.begin(), order_.end(),
                                  [&](std::uint32_t a, std::uint32_t b) {
                                      return members[a].key == members[b].key;
                                  }) != order_.end();
    }

    void drop_repetitions(JsonObject& members) {
        if (!has_repetition(members)) return;
        std::vector<bool> is_repetition(members.size());
        for (std::size_t i = 1, first = 0; i < order_.size(); ++i) {
            JsonMember& repeated = members[order_[i]];
            if (members[order_[first]].key != repeated.key) {
                first = i;
                continue;
            }
            is_repetition[order_[i]] = true;
            duplicates_.push_back({repeated.line, repeated.key});
            members[order_[first]].value = std::move(repeated.value);
            members[order_[first]].line = repeated.line;
        }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (is_repetition[i]) continue;
            if (kept != i) members[kept] = std::move(members[i]);
            ++kept;
        }
        members.resize(kept);
        members.shrink_to_fit();
    }

    std::string_view text_;
    const char* const& position_;
    ChildCounts& counts_;
    JsonValue root_;
    std::vector<Open> open_;
    std::vector<std::uint32_t> order_;  ///< a member, so that sort_keys() allocates only once
    int line_ = 1;
    std::size_t counted_ = 0;
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
        char32_t c = 0xfffd;  // replaces a byte that is not UTF-8
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

std::size_t json_value_limit_of(std::size_t text_size) {
    return std::clamp(text_size / json_bytes_of_value, json_few_values, json_value_limit);
}

std::variant<JsonDocument, JsonSyntaxError> parse_json(std::string_view text) {
    if (text.size() > json_size_limit)
        return {JsonSyntaxError{1, 1, "the document is larger than 1 GiB"}};
    // The parser would take a NUL for the end of the text.
    if (const std::size_t nul = text.find('\0'); nul != text.npos) {
        return error_at(text, nul, "NUL byte, which is not allowed in JSON");
    }
    if (text.find_first_not_of(" \t\r\n") == text.npos) {
        return error_at(text, text.size(), "the document is empty");
    }
    ChildCounts counts(text);
    if (counts.excess() != text.npos) {
        return error_at(text, counts.excess(),
                        "the document has more than " + std::to_string(counts.limit()) +
                            " values, the limit for its size");
    }
    const char* position = text.data();
    const char* end = text.data() + text.size();
    DocumentBuilder builder(text, position, counts);
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
