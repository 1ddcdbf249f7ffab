// SPDX-License-Identifier: Apache-2.0
// JSON values that can be read and written back unchanged: keys keep their order, numbers their
// spelling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onnxhub {

struct JsonValue;
struct JsonMember;

/// A number as the document spells it: no integer is too large, and no fraction is rounded.
struct JsonNumber {
    std::string text;

    bool operator==(const JsonNumber&) const = default;
};

using JsonArray = std::vector<JsonValue>;
using JsonObject = std::vector<JsonMember>;  ///< in the order of the document

struct JsonValue {
    std::variant<std::nullptr_t, bool, JsonNumber, std::string, JsonArray, JsonObject> data;
    int line = 0;             ///< 1-based line the value starts on; 0: not read from a document
    std::uint32_t begin = 0;  ///< objects and arrays only: offset of the first byte in the document
    std::uint32_t end = 0;    ///< objects and arrays only: offset after the last byte

    const std::string* string() const { return std::get_if<std::string>(&data); }
    const JsonArray* array() const { return std::get_if<JsonArray>(&data); }
    const JsonObject* object() const { return std::get_if<JsonObject>(&data); }
    std::optional<std::int64_t> integer() const;        ///< nullopt unless a whole number that fits
    const JsonValue* find(std::string_view key) const;  ///< null if there is no such member
    JsonValue* find(std::string_view key);

    bool operator==(const JsonValue& other) const;
};

struct JsonMember {
    std::string key;
    JsonValue value;
    int line = 0;  ///< 1-based line of the key

    bool operator==(const JsonMember& other) const {
        return key == other.key && value == other.value;
    }
};

/// The kind of value, for messages: "null", "a number", "an array".
std::string_view json_type(const JsonValue& value);

inline bool JsonValue::operator==(const JsonValue& other) const {
    return data == other.data;
}

JsonValue json_string(std::string text);
JsonValue json_bool(bool value);
JsonValue json_integer(std::int64_t number);
JsonValue json_unsigned(std::uint64_t number);
JsonValue json_array(JsonArray values);
JsonValue json_object(JsonObject members);

struct JsonSyntaxError {
    int line = 0;    ///< 1-based
    int column = 0;  ///< 1-based, in bytes
    std::string message;
};

struct DuplicateKey {
    int line = 0;
    std::string key;
};

/// A parsed document. If an object repeats a key, the last value counts, at the position of the
/// first, as in Python's json. Each repetition is listed.
struct JsonDocument {
    JsonValue root;
    std::vector<DuplicateKey> duplicate_keys;
    std::size_t value_count = 0;  ///< with all repetitions
};

/// Where a text stands, if it is a value of a larger document.
struct JsonPlace {
    int line = 1;    ///< 1-based, of its first byte
    int column = 1;  ///< 1-based, in bytes
    int depth = 0;   ///< how many arrays and objects it is in
};

/// Deeper nesting is rejected: no manifest needs it, and readers recurse.
inline constexpr int json_depth_limit = 128;

/// Documents with more values or bytes are rejected, to bound memory. A manifest of 100,000 models
/// has about 5 million values in 100 MB.
inline constexpr std::size_t json_value_limit = 16'000'000;
inline constexpr std::size_t json_size_limit = std::size_t{1} << 30;  // bytes

/// RFC 8259, strict: no comments, no NaN, no bytes that are not UTF-8; a byte order mark is
/// skipped. Lines and the depth are those in the document; JsonValue::begin and end are offsets in
/// `text`.
std::variant<JsonDocument, JsonSyntaxError> parse_json(std::string_view text,
                                                       const JsonPlace& place = {});

/// How json_text() writes a value.
struct JsonStyle {
    unsigned indent = 4;   ///< spaces a level; 0: everything on one line and without spaces
    bool is_ascii = true;  ///< everything outside ASCII as \uXXXX; otherwise as UTF-8
    unsigned depth = 0;    ///< all lines but the first are indented by this many more levels
};

/// With the default style, the bytes that Python's json.dump(value, indent=4) writes: "[]" and "{}"
/// for empty containers, no trailing spaces, no line break at the end.
std::string json_text(const JsonValue& value, const JsonStyle& style = {});

}  // namespace onnxhub
