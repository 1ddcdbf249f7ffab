// SPDX-License-Identifier: Apache-2.0
#include "model/test_value_json.h"

#include <array>
#include <cstdint>
#include <utility>

#include "base/utf8.h"
#include "manifest/element_type.h"
#include "model/element_types.h"
#include "model/tensor_size.h"

namespace onnxhub {
namespace {

// Base64 of RFC 4648.

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view group = bytes.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            bits = bits << 8 | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += j <= group.size() ? base64_digits[bits >> (18 - 6 * j) & 63] : '=';
        }
    }
    return text;
}

std::string bytes_of_base64(std::string_view text) {
    static const auto values = [] {
        std::array<int, 256> table{};
        table.fill(-1);
        for (std::size_t i = 0; i < base64_digits.size(); ++i) {
            table[static_cast<unsigned char>(base64_digits[i])] = static_cast<int>(i);
        }
        return table;
    }();
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char digit : text) {
        const int value = values[static_cast<unsigned char>(digit)];
        if (value < 0) throw UnusableValue("is not Base64");
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 255U);
    }
    return bytes;
}

/// The number of an element type by its name; 0: there is none.
int type_number(std::string_view name) {
    for (int type = 1; element_type_name(type) != element_type_name(0); ++type) {
        if (element_type_name(type) == name) return type;
    }
    return 0;
}

JsonValue tensor_json(const TensorValue& tensor) {
    JsonArray dims;
    for (const std::int64_t dimension : tensor.dims) dims.push_back(json_integer(dimension));
    JsonObject members{{"type", json_string(std::string(element_type_name(tensor.element_type)))},
                       {"dims", json_array(std::move(dims))}};
    if (tensor.element_type == of_string) {
        JsonArray strings;
        for (const std::string& text : tensor.strings) {
            if (first_line_not_utf8(text) != 0)
                throw UnusableValue("has strings that are not UTF-8");
            strings.push_back(json_string(text));
        }
        members.push_back({"strings", json_array(std::move(strings))});
    } else {
        members.push_back({"data", json_string(base64(tensor.data))});
    }
    return json_object(std::move(members));
}

TensorValue tensor_from_json(const JsonValue& json) {
    const JsonValue* type = json.find("type");
    const JsonValue* dims = json.find("dims");
    if (!type || !type->string() || !dims || !dims->array()) {
        throw UnusableValue("is not a value that a runner may answer");
    }
    TensorValue tensor;
    tensor.element_type = type_number(*type->string());
    if (tensor.element_type == 0) throw UnusableValue("has an unknown element type");
    for (const JsonValue& dimension : *dims->array()) {
        tensor.dims.push_back(dimension.integer().value_or(-1));
    }
    const std::uint64_t count = element_count_of(tensor.dims);
    std::uint64_t present = 0, needed = count;
    if (tensor.element_type == of_string) {
        const JsonValue* strings = json.find("strings");
        if (strings && strings->array()) {
            for (const JsonValue& text : *strings->array()) {
                tensor.strings.push_back(text.string() ? *text.string() : "");
            }
        }
        present = tensor.strings.size();
    } else {
        const JsonValue* data = json.find("data");
        if (data && data->string()) tensor.data = bytes_of_base64(*data->string());
        present = tensor.data.size();
        needed = tensor_bytes(tensor.element_type, count);
    }
    if (present != needed) throw UnusableValue("has another size than its dimensions");
    return tensor;
}

TestValue from_json(const JsonValue& json, int depth) {
    if (depth > value_depth_limit) throw UnusableValue("is nested too deeply");
    if (std::holds_alternative<std::nullptr_t>(json.data)) return {NoValue{}};
    if (!json.object()) throw UnusableValue("is not a value that a runner may answer");
    const auto items = [&](const JsonValue* list) {
        std::vector<TestValue> values;
        if (!list->array()) throw UnusableValue("is not a value that a runner may answer");
        for (const JsonValue& item : *list->array()) values.push_back(from_json(item, depth + 1));
        return values;
    };
    if (const JsonValue* sequence = json.find("sequence")) return {SequenceValue{items(sequence)}};
    const JsonValue* keys = json.find("keys");
    const JsonValue* values = json.find("values");
    if (!keys || !values) return {tensor_from_json(json)};
    return {MapValue{tensor_from_json(*keys), items(values)}};
}

}  // namespace

JsonValue to_json(const TestValue& value) {
    const auto list = [](const std::vector<TestValue>& items) {
        JsonArray values;
        for (const TestValue& item : items) values.push_back(to_json(item));
        return json_array(std::move(values));
    };
    if (const auto* tensor = std::get_if<TensorValue>(&value.data)) return tensor_json(*tensor);
    if (const auto* sequence = std::get_if<SequenceValue>(&value.data)) {
        return json_object({{"sequence", list(sequence->items)}});
    }
    if (const auto* map = std::get_if<MapValue>(&value.data)) {
        return json_object({{"keys", tensor_json(map->keys)}, {"values", list(map->values)}});
    }
    return {};
}

TestValue value_from_json(const JsonValue& json) {
    return from_json(json, 0);
}

}  // namespace onnxhub
