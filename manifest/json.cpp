// SPDX-License-Identifier: Apache-2.0
#include "manifest/json.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace onnxhub {

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

JsonValue json_bool(bool value) {
    JsonValue json;
    json.data = value;
    return json;
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

}  // namespace onnxhub
