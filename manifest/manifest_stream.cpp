// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_stream.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <variant>

namespace onnxhub {
namespace {

constexpr std::size_t block_size = 256 * 1024;  // bytes of one read
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool ends_scalar(char c) {
    return is_blank(c) || c == ',' || c == ']' || c == '}' || c == '[' || c == '{';
}

/// Finds the end of an array or object, piece by piece.
class NestedEnd {
public:
    /// Whether the value ends with this byte.
    bool take(char c) {
        if (in_string_) {
            if (is_escaped_) {
                is_escaped_ = false;
            } else if (c == '\\') {
                is_escaped_ = true;
            } else if (c == '"') {
                in_string_ = false;
            }
            return depth_ == 0 && !in_string_;
        }
        if (c == '"') in_string_ = true;
        if (c == '[' || c == '{') ++depth_;
        if (c == ']' || c == '}') return --depth_ == 0;
        return false;
    }

private:
    std::size_t depth_ = 0;
    bool in_string_ = false;
    bool is_escaped_ = false;
};

}  // namespace

bool ManifestStream::load_more() {
    if (is_at_end_) return false;
    window_.erase(0, at_);
    window_begin_ += at_;
    at_ = 0;
    const std::size_t held = window_.size();
    window_.resize(held + block_size);
    const auto place = std::as_writable_bytes(std::span(window_).subspan(held));
    const std::size_t count = source_.read(window_begin_ + held, place);
    window_.resize(held + count);
    is_at_end_ = count < block_size;
    return count > 0;
}

/// The next byte, or -1 at the end.
int ManifestStream::peek() {
    if (at_ == window_.size() && !load_more()) return -1;
    return static_cast<unsigned char>(window_[at_]);
}

void ManifestStream::advance(std::size_t count) {
    const std::string_view passed = std::string_view(window_).substr(at_, count);
    const std::size_t last_break = passed.rfind('\n');
    if (last_break == passed.npos) {
        column_ += static_cast<int>(count);
    } else {
        line_ += static_cast<int>(std::ranges::count(passed, '\n'));
        column_ = static_cast<int>(count - last_break);
    }
    at_ += count;
}

void ManifestStream::skip_blanks() {
    while (peek() >= 0) {
        std::size_t end = at_;
        while (end < window_.size() && is_blank(window_[end])) ++end;
        const bool is_done = end < window_.size();
        advance(end - at_);
        if (is_done) return;
    }
}

std::nullopt_t ManifestStream::fail(std::string message) {
    expected_ = Expected::nothing;
    error_ = JsonSyntaxError{line_, column_, std::move(message)};
    return std::nullopt;
}

void ManifestStream::skip_byte_order_mark() {
    peek();
    if (std::string_view(window_).substr(at_).starts_with(byte_order_mark)) {
        at_ += byte_order_mark.size();
    }
}

bool ManifestStream::begin_array() {
    skip_byte_order_mark();
    skip_blanks();
    if (peek() == '[') {
        advance(1);
        expected_ = Expected::first_entry;
        return true;
    }
    fail(peek() < 0 ? "the document is empty" : "the document is not an array of entries");
    return false;
}

std::optional<RawEntry> ManifestStream::next() {
    if (expected_ == Expected::nothing) return std::nullopt;
    if (expected_ == Expected::array && !begin_array()) return std::nullopt;
    skip_blanks();
    if (expected_ == Expected::comma && peek() == ',') {
        advance(1);
        skip_blanks();
        expected_ = Expected::entry;
    }
    const int c = peek();
    if (c < 0) return fail("the document ends inside the array of entries");
    if (c == ']' && expected_ != Expected::entry) {
        advance(1);
        skip_blanks();
        if (peek() >= 0) return fail("the document continues after the array of entries");
        expected_ = Expected::nothing;
        return std::nullopt;
    }
    if (expected_ == Expected::comma) return fail("a comma or ']' is missing after an entry");
    return take_entry();
}

std::optional<RawEntry> ManifestStream::take_entry() {
    RawEntry raw{{}, window_begin_ + at_, line_, column_};
    std::size_t end = 0;
    const bool is_nested = window_[at_] == '{' || window_[at_] == '[';
    if (is_nested ? !find_end(end) : !find_end_of_scalar(end)) return std::nullopt;
    const std::size_t length = end - at_;
    const std::size_t begin = at_;
    advance(length);
    raw.text = std::string_view(window_).substr(begin, length);
    expected_ = Expected::comma;
    return raw;
}

/// `end`: the position in the window after the value. False after an error.
bool ManifestStream::find_end(std::size_t& end) {
    NestedEnd nested;
    for (std::size_t length = 0;; ++length) {
        if (at_ + length == window_.size() && !load_more()) {
            fail("the document ends inside an entry");
            return false;
        }
        if (length == streamed_entry_limit) {
            fail("an entry is larger than 64 MiB");
            return false;
        }
        if (nested.take(window_[at_ + length])) {
            end = at_ + length + 1;
            return true;
        }
    }
}

/// A scalar cannot be used as an entry, which its reader reports.
bool ManifestStream::find_end_of_scalar(std::size_t& end) {
    bool in_string = false;
    for (std::size_t length = 0;; ++length) {
        const bool is_over = at_ + length == window_.size() && !load_more();
        if (length == block_size || (is_over && length == 0)) {
            fail("this is not an entry");
            return false;
        }
        const char c = is_over ? ' ' : window_[at_ + length];
        if (c == '"' && (length == 0 || window_[at_ + length - 1] != '\\')) in_string = !in_string;
        if (is_over || (!in_string && length > 0 && ends_scalar(c))) {
            end = at_ + length;
            return true;
        }
        if (length == 0 && ends_scalar(c)) {
            fail("this is not an entry");
            return false;
        }
    }
}

std::variant<ManifestEntry, JsonSyntaxError> parse_raw_entry(const RawEntry& raw) {
    auto parsed = parse_json(raw.text, {.line = raw.line, .column = raw.column, .depth = 1});
    if (auto* error = std::get_if<JsonSyntaxError>(&parsed)) return std::move(*error);
    return read_manifest_entry(std::get<JsonDocument>(parsed).root,
                               TextSlice(std::string(raw.text)), raw.line);
}

}  // namespace onnxhub
