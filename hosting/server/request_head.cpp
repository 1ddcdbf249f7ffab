// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/request_head.h"

#include <algorithm>

namespace onnxhub {
namespace {

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return is_alphanumeric(c) || others.find(c) != others.npos;
    });
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
}

bool is_same_name(std::string_view one, std::string_view other) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(one, other, {}, lower, lower);
}

std::size_t count_of(const RequestHead& head, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::count_if(
        head.fields, [&](const auto& field) { return is_same_name(field.first, name); }));
}

std::string_view value_of(const RequestHead& head, std::string_view name) {
    const auto found = std::ranges::find_if(
        head.fields, [&](const auto& field) { return is_same_name(field.first, name); });
    return found == head.fields.end() ? std::string_view() : found->second;
}

std::optional<HeadFlaw> flaw_of_text(const RequestHead& head) {
    if (!is_token(head.method)) return HeadFlaw{400, "the method is not a token"};
    const bool is_target = std::ranges::all_of(head.target, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7F;
    });
    if (!is_target || head.target.empty()) return HeadFlaw{400, "the target is not a path"};
    for (const auto& [name, value] : head.fields) {
        if (!is_token(name)) return HeadFlaw{400, "a header name is not a token"};
        if (has_control_character(value)) {
            return HeadFlaw{400, "a header has control characters"};
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<HeadFlaw> flaw_of(const RequestHead& head) {
    if (auto flaw = flaw_of_text(head)) return flaw;
    const std::size_t hosts = count_of(head, "Host");
    if (hosts > 1) return HeadFlaw{400, "there is more than one Host"};
    if (hosts == 0 && head.version != "HTTP/1.0") return HeadFlaw{400, "there is no Host"};
    const std::size_t lengths = count_of(head, "Content-Length");
    const bool is_coded = count_of(head, "Transfer-Encoding") > 0;
    if (lengths > 1) return HeadFlaw{400, "there is more than one Content-Length"};
    if (lengths > 0 && is_coded) {
        return HeadFlaw{400, "there are both Content-Length and Transfer-Encoding"};
    }
    const bool is_read = head.method == "GET" || head.method == "HEAD" || head.method == "OPTIONS";
    if (!is_read) return std::nullopt;  // refused for its method
    if (is_coded) return HeadFlaw{400, "requests have no content here"};
    if (lengths > 0 && value_of(head, "Content-Length") != "0") {
        return HeadFlaw{413, "requests have no content here"};
    }
    return std::nullopt;
}

bool is_laid_out_as_sent(const RequestHead& head, std::size_t bytes) {
    constexpr std::size_t line_end = 2;
    const auto end = [](std::string_view part) { return part.data() + part.size(); };
    const char* line = end(head.version) + line_end;
    if (end(head.method) + 1 != head.target.data() || end(head.target) + 1 != head.version.data()) {
        return false;
    }
    for (const auto& [name, value] : head.fields) {
        const char* after_colon = end(name) + 1;
        if (name.data() != line || value.data() < after_colon ||
            value.data() > head.method.data() + bytes) {
            return false;
        }
        const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
        if (!std::all_of(after_colon, value.data(), is_blank)) return false;
        line = end(value) + line_end;
    }
    return line + line_end == head.method.data() + bytes;
}

}  // namespace onnxhub
