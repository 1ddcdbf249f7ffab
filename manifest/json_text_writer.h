// SPDX-License-Identifier: Apache-2.0
// Writes JSON piece by piece, in the form of json_text().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "manifest/json.h"

namespace onnxhub {

/// Appends to a text. Calls follow the structure of the document: in an object, key() comes before
/// each value.
class JsonTextWriter {
public:
    JsonTextWriter(std::string& out, const JsonStyle& style)
        : out_(out), style_(style), depth_(style.depth) {}

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    void key(std::string_view name);

    void null() { raw("null"); }
    void boolean(bool value) { raw(value ? "true" : "false"); }
    void string(std::string_view text);
    void integer(std::int64_t number);
    void unsigned_integer(std::uint64_t number);
    void number(std::string_view spelling) { raw(spelling); }

private:
    void begin(char open);
    void end(char close);
    void raw(std::string_view text);
    void start_item();
    void start_line();
    void write_string(std::string_view text);

    std::string& out_;
    JsonStyle style_;
    std::size_t depth_;
    bool is_first_ = true;  ///< nothing is in the array or object yet
    bool has_key_ = true;   ///< the next value follows its key, or is the whole document
};

}  // namespace onnxhub
