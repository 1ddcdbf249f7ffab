// SPDX-License-Identifier: Apache-2.0
#include "manifest/json_text_writer.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>
#include <variant>

#include "base/utf8.h"

namespace onnxhub {
namespace {

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
    if (c >= 0x20) {
        out += c;
    } else {
        append_escape(out, static_cast<unsigned char>(c));
    }
}

void append_beyond_ascii(std::string& out, char32_t c) {
    if (c < 0x10000) return append_escape(out, c);
    append_escape(out, 0xd800 + ((c - 0x10000) >> 10));
    append_escape(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
}

/// What all readers take as it is, in one byte.
bool is_plain(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

class ValueWriter {
public:
    explicit ValueWriter(JsonTextWriter& out) : out_(out) {}

    void operator()(std::nullptr_t) { out_.null(); }
    void operator()(bool value) { out_.boolean(value); }
    void operator()(const JsonNumber& number) { out_.number(number.text); }
    void operator()(const std::string& text) { out_.string(text); }

    void operator()(const JsonArray& values) {
        out_.begin_array();
        for (const JsonValue& value : values) std::visit(*this, value.data);
        out_.end_array();
    }

    void operator()(const JsonObject& members) {
        out_.begin_object();
        for (const JsonMember& member : members) {
            out_.key(member.key);
            std::visit(*this, member.value.data);
        }
        out_.end_object();
    }

private:
    JsonTextWriter& out_;
};

}  // namespace

void JsonTextWriter::key(std::string_view name) {
    start_item();
    write_string(name);
    out_ += style_.indent == 0 ? ":" : ": ";
    has_key_ = true;
}

void JsonTextWriter::string(std::string_view text) {
    start_item();
    write_string(text);
}

void JsonTextWriter::integer(std::int64_t number) {
    char digits[24];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    raw({digits, static_cast<std::size_t>(end - digits)});
}

void JsonTextWriter::unsigned_integer(std::uint64_t number) {
    char digits[24];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    raw({digits, static_cast<std::size_t>(end - digits)});
}

void JsonTextWriter::begin(char open) {
    start_item();
    out_ += open;
    ++depth_;
    is_first_ = true;
}

void JsonTextWriter::end(char close) {
    --depth_;
    if (!is_first_) start_line();
    out_ += close;
    is_first_ = false;
}

void JsonTextWriter::raw(std::string_view text) {
    start_item();
    out_ += text;
}

/// A value after its key is on the key's line.
void JsonTextWriter::start_item() {
    if (std::exchange(has_key_, false)) return;
    if (!is_first_) out_ += ',';
    is_first_ = false;
    start_line();
}

void JsonTextWriter::start_line() {
    if (style_.indent == 0) return;
    out_ += '\n';
    out_.append(depth_ * style_.indent, ' ');
}

void JsonTextWriter::write_string(std::string_view text) {
    out_ += '"';
    while (!text.empty()) {
        const auto* special = std::ranges::find_if_not(text, is_plain);
        const auto plain = static_cast<std::size_t>(special - text.begin());
        out_ += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        char32_t c = 0;
        const std::size_t length = decode_utf8(text, c);
        const std::string_view bytes = length > 0 ? text.substr(0, length) : "\ufffd";
        text.remove_prefix(std::max<std::size_t>(length, 1));
        if (length == 0) c = 0xfffd;
        if (c < 0x7f) {
            append_ascii(out_, static_cast<char>(c));
        } else if (style_.is_ascii) {
            append_beyond_ascii(out_, c);
        } else {
            out_ += bytes;
        }
    }
    out_ += '"';
}

std::string json_text(const JsonValue& value, const JsonStyle& style) {
    std::string text;
    JsonTextWriter writer(text, style);
    std::visit(ValueWriter(writer), value.data);
    return text;
}

}  // namespace onnxhub
