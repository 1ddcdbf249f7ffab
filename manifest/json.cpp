// SPDX-License-Identifier: Apache-2.0
#include "manifest/json.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "manifest/diagnostic.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

/// Hands bytes to the parser and tells how far it has come.
class TrackedInput {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    TrackedInput(const char* position, const char** cursor)
        : position_(position), cursor_(cursor) {}
    reference operator*() const { return *position_; }
    TrackedInput& operator++() {
        *cursor_ = ++position_;
        return *this;
    }
    TrackedInput operator++(int) {
        TrackedInput before = *this;
        ++*this;
        return before;
    }
    bool operator==(const TrackedInput& other) const { return position_ == other.position_; }
    bool operator!=(const TrackedInput& other) const { return position_ != other.position_; }

private:
    const char* position_;
    const char** cursor_;
};

/// The parser's own words less their frame: "[json.exception…] parse error at line 1, column 2:
/// syntax error while parsing value - invalid literal; …".
std::string plain_message(std::string_view words) {
    if (const auto frame = words.find("] "); words.starts_with('[') && frame != words.npos) {
        words.remove_prefix(frame + 2);
    }
    if (words.starts_with("parse error")) {
        const auto colon = words.find(": ");
        if (colon != words.npos) words.remove_prefix(colon + 2);
    }
    if (words.starts_with("syntax error")) {
        const auto dash = words.find(" - ");
        if (dash != words.npos) words.remove_prefix(dash + 3);
    }
    return printable(std::string(words));
}

/// Receives the parser's events and builds the document. Names are nlohmann's SAX interface.
class DocumentBuilder {
public:
    using number_integer_t = nlohmann::json::number_integer_t;
    using number_unsigned_t = nlohmann::json::number_unsigned_t;
    using number_float_t = nlohmann::json::number_float_t;
    using binary_t = nlohmann::json::binary_t;

    DocumentBuilder(std::string_view text, const char** cursor)
        : text_(text), cursor_(cursor), counted_(text.data()) {}

    bool null() { return put(nullptr); }
    bool boolean(bool value) { return put(value); }
    bool number_integer(number_integer_t value) {
        // Only numbers with a sign come here, so zero was "-0".
        return put(JsonNumber{value == 0 ? "-0" : std::to_string(value)});
    }
    bool number_unsigned(number_unsigned_t value) { return put(JsonNumber{std::to_string(value)}); }
    bool number_float(number_float_t, const std::string& spelling) {
        return put(JsonNumber{spelling});
    }
    bool string(std::string& value) { return put(std::move(value)); }
    bool binary(binary_t&) { return false; }  // not in JSON text
    bool start_object(std::size_t) { return open(JsonObject{}); }
    bool start_array(std::size_t) { return open(JsonArray{}); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(std::string& name) {
        Frame& frame = frames_.back();
        auto& members = std::get<JsonObject>(frame.value->data);
        const auto [known, is_new] = frame.keys.try_emplace(name, members.size());
        frame.member = known->second;
        if (is_new) {
            members.push_back({std::move(name), {}, line()});
        } else {
            document_.duplicate_keys.push_back({line(), name});
        }
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) {
        return fail(plain_message(error.what()));
    }

    std::variant<JsonDocument, JsonSyntaxError> result() && {
        if (error_) return std::move(*error_);
        return std::move(document_);
    }

private:
    struct Frame {
        JsonValue* value;
        std::unordered_map<std::string, std::size_t> keys;  ///< of objects: place of each key
        std::size_t member = 0;                             ///< of objects: the key just read
    };

    std::size_t offset() const { return static_cast<std::size_t>(*cursor_ - text_.data()); }

    /// Line of the last byte read. A number's end is known by the byte after it, which may be a
    /// line break: that one doesn't count yet.
    int line() {
        const char* last = std::max(counted_, *cursor_ == text_.data() ? *cursor_ : *cursor_ - 1);
        line_ += static_cast<int>(std::count(counted_, last, '\n'));
        counted_ = last;
        return line_;
    }

    bool fail(std::string message) {
        if (error_) return false;
        const std::size_t end = std::min(offset(), text_.size());
        const std::string_view read = text_.substr(0, end == 0 ? 0 : end - 1);
        const std::size_t line_start = read.rfind('\n') == read.npos ? 0 : read.rfind('\n') + 1;
        error_ =
            JsonSyntaxError{1 + static_cast<int>(std::count(read.begin(), read.end(), '\n')),
                            1 + static_cast<int>(read.size() - line_start), std::move(message)};
        return false;
    }

    /// The place the next value goes to: the last one wins at a repeated key.
    JsonValue* slot() {
        if (frames_.empty()) return &document_.root;
        Frame& frame = frames_.back();
        if (auto* array = std::get_if<JsonArray>(&frame.value->data)) {
            return &array->emplace_back();
        }
        return &std::get<JsonObject>(frame.value->data)[frame.member].value;
    }

    template <class Data>
    bool put(Data&& data) {
        if (++value_count_ > json_value_limit) {
            return fail("the document has more than " + std::to_string(json_value_limit) +
                        " values");
        }
        JsonValue* value = slot();
        *value = JsonValue{};
        value->data = std::forward<Data>(data);
        value->line = line();
        return true;
    }

    template <class Container>
    bool open(Container&& empty) {
        if (frames_.size() >= static_cast<std::size_t>(json_depth_limit)) {
            return fail("nested deeper than " + std::to_string(json_depth_limit) + " levels");
        }
        JsonValue* value = slot();
        *value = JsonValue{};
        value->data = std::forward<Container>(empty);
        value->line = line();
        value->begin = static_cast<std::uint32_t>(offset() - 1);
        ++value_count_;
        frames_.push_back({value, {}, 0});
        return true;
    }

    bool close() {
        frames_.back().value->end = static_cast<std::uint32_t>(offset());
        frames_.pop_back();
        return true;
    }

    std::string_view text_;
    const char** cursor_;
    const char* counted_;
    int line_ = 1;
    std::size_t value_count_ = 0;
    std::vector<Frame> frames_;
    JsonDocument document_;
    std::optional<JsonSyntaxError> error_;
};

void append_escape(std::string& out, char32_t unit) {
    static constexpr char digits[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[(unit >> shift) & 15];
}

void append_code_point(std::string& out, char32_t c) {
    if (c < 0x10000) return append_escape(out, c);
    append_escape(out, 0xd800 + ((c - 0x10000) >> 10));
    append_escape(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
}

/// As Python's json does with ensure_ascii: DEL stays, everything from U+0080 on is escaped.
void append_string(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            ++i;
            switch (c) {
                case '"':
                    out += "\\\"";
                    break;
                case '\\':
                    out += "\\\\";
                    break;
                case '\n':
                    out += "\\n";
                    break;
                case '\r':
                    out += "\\r";
                    break;
                case '\t':
                    out += "\\t";
                    break;
                case '\b':
                    out += "\\b";
                    break;
                case '\f':
                    out += "\\f";
                    break;
                default:
                    if (byte < 0x20) {
                        append_escape(out, byte);
                    } else {
                        out += c;
                    }
            }
            continue;
        }
        char32_t code_point = 0xfffd;
        const std::size_t length = decode_utf8(text.substr(i), code_point);
        append_code_point(out, length == 0 ? U'\ufffd' : code_point);
        i += std::max<std::size_t>(length, 1);
    }
    out += '"';
}

void append_line_break(std::string& out, int depth) {
    out += '\n';
    out.append(static_cast<std::size_t>(depth) * 4, ' ');
}

void append_value(std::string& out, const JsonValue& value, int depth);

void append_array(std::string& out, const JsonArray& array, int depth) {
    if (array.empty()) {
        out += "[]";
        return;
    }
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (i > 0) out += ',';
        append_line_break(out, depth + 1);
        append_value(out, array[i], depth + 1);
    }
    append_line_break(out, depth);
    out += ']';
}

void append_object(std::string& out, const JsonObject& object, int depth) {
    if (object.empty()) {
        out += "{}";
        return;
    }
    out += '{';
    for (std::size_t i = 0; i < object.size(); ++i) {
        if (i > 0) out += ',';
        append_line_break(out, depth + 1);
        append_string(out, object[i].key);
        out += ": ";
        append_value(out, object[i].value, depth + 1);
    }
    append_line_break(out, depth);
    out += '}';
}

void append_value(std::string& out, const JsonValue& value, int depth) {
    if (const auto* flag = std::get_if<bool>(&value.data)) {
        out += *flag ? "true" : "false";
    } else if (const auto* number = std::get_if<JsonNumber>(&value.data)) {
        out += number->text;
    } else if (const auto* text = value.string()) {
        append_string(out, *text);
    } else if (const auto* array = value.array()) {
        append_array(out, *array, depth);
    } else if (const auto* object = value.object()) {
        append_object(out, *object, depth);
    } else {
        out += "null";
    }
}

}  // namespace

std::optional<std::int64_t> JsonValue::integer() const {
    const auto* number = std::get_if<JsonNumber>(&data);
    if (!number) return std::nullopt;
    std::int64_t value = 0;
    const char* after = number->text.data() + number->text.size();
    const auto [stop, error] = std::from_chars(number->text.data(), after, value);
    if (error != std::errc() || stop != after) return std::nullopt;
    return value;
}

const JsonValue* JsonValue::find(std::string_view key) const {
    const auto* members = object();
    if (!members) return nullptr;
    for (const JsonMember& member : *members) {
        if (member.key == key) return &member.value;
    }
    return nullptr;
}

JsonValue* JsonValue::find(std::string_view key) {
    return const_cast<JsonValue*>(std::as_const(*this).find(key));
}

JsonValue json_string(std::string text) {
    return {std::move(text)};
}
JsonValue json_integer(std::int64_t number) {
    return {JsonNumber{std::to_string(number)}};
}
JsonValue json_unsigned(std::uint64_t number) {
    return {JsonNumber{std::to_string(number)}};
}
JsonValue json_array(JsonArray values) {
    return {std::move(values)};
}
JsonValue json_object(JsonObject members) {
    return {std::move(members)};
}

std::variant<JsonDocument, JsonSyntaxError> parse_json(std::string_view text) {
    if (text.size() > json_size_limit) {
        return JsonSyntaxError{1, 1, "the document is larger than 1 GiB"};
    }
    const char* cursor = text.data();
    DocumentBuilder builder(text, &cursor);
    nlohmann::json::sax_parse(TrackedInput(text.data(), &cursor),
                              TrackedInput(text.data() + text.size(), &cursor), &builder);
    return std::move(builder).result();
}

std::string json_text(const JsonValue& value, int depth) {
    std::string out;
    append_value(out, value, depth);
    return out;
}

}  // namespace onnxhub
