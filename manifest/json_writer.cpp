// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "base/utf8.h"
#include "manifest/json.h"

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

class TextWriter {
public:
    TextWriter(std::string& out, const JsonStyle& style)
        : out_(out), style_(style), depth_(style.depth) {}

    void operator()(std::nullptr_t) { out_ += "null"; }
    void operator()(bool value) { out_ += value ? "true" : "false"; }
    void operator()(const JsonNumber& number) { out_ += number.text; }
    void operator()(const std::string& text) { write_string(text); }

    void operator()(const JsonArray& values) {
        write_items('[', values, ']',
                    [&](const JsonValue& value) { std::visit(*this, value.data); });
    }

    void operator()(const JsonObject& members) {
        write_items('{', members, '}', [&](const JsonMember& member) {
            write_string(member.key);
            out_ += style_.indent == 0 ? ":" : ": ";
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
        if (style_.indent == 0) return;
        out_ += '\n';
        out_.append(depth_ * style_.indent, ' ');
    }

    void write_string(std::string_view text) {
        out_ += '"';
        while (!text.empty()) {
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

    std::string& out_;
    const JsonStyle& style_;
    std::size_t depth_;
};

}  // namespace

std::string json_text(const JsonValue& value, const JsonStyle& style) {
    std::string text;
    std::visit(TextWriter(text, style), value.data);
    return text;
}

}  // namespace onnxhub
