// SPDX-License-Identifier: Apache-2.0
#include "manifest/json_members.h"

namespace onnxhub {

const JsonValue& json_member(const JsonValue& object, const char* key) {
    const JsonValue* value = object.find(key);
    if (!value) throw UnexpectedJson(std::string(key) + " is missing");
    return *value;
}

std::string text_member(const JsonValue& object, const char* key) {
    const JsonValue& value = json_member(object, key);
    if (!value.string()) throw UnexpectedJson(std::string(key) + " is not a string");
    return *value.string();
}

std::string text_member_if_any(const JsonValue& object, const char* key) {
    return object.find(key) ? text_member(object, key) : std::string();
}

std::int64_t number_member(const JsonValue& object, const char* key, std::int64_t limit) {
    const auto value = json_member(object, key).integer();
    if (!value || *value < 0 || *value > limit) {
        throw UnexpectedJson(std::string(key) + " is not a valid number");
    }
    return *value;
}

bool bool_member(const JsonValue& object, const char* key) {
    const auto* value = std::get_if<bool>(&json_member(object, key).data);
    if (!value) throw UnexpectedJson(std::string(key) + " is not true or false");
    return *value;
}

const JsonArray& array_member(const JsonValue& object, const char* key, std::size_t limit) {
    const JsonValue& value = json_member(object, key);
    if (!value.array()) throw UnexpectedJson(std::string(key) + " is not an array");
    if (value.array()->size() > limit) {
        throw UnexpectedJson(std::string(key) + " has too many items");
    }
    return *value.array();
}

}  // namespace onnxhub
