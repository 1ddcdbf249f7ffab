// SPDX-License-Identifier: Apache-2.0
#include "model/test_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/utf8.h"
#include "manifest/element_type.h"
#include "model/onnx_messages.pb.h"
#include "model/tensor_size.h"

namespace onnxhub {
namespace {

enum ElementType {
    of_float = 1,
    of_uint8 = 2,
    of_int8 = 3,
    of_uint16 = 4,
    of_int16 = 5,
    of_int32 = 6,
    of_int64 = 7,
    of_string = 8,
    of_bool = 9,
    of_float16 = 10,
    of_double = 11,
    of_uint32 = 12,
    of_uint64 = 13,
    of_complex64 = 14,
    of_complex128 = 15,
    of_bfloat16 = 16,
    of_float8e4m3fn = 17,
    of_float8e4m3fnuz = 18,
    of_float8e5m2 = 19,
    of_float8e5m2fnuz = 20,
    of_uint4 = 21,
    of_int4 = 22,
    of_float4e2m1 = 23,
    of_float8e8m0 = 24,
    of_uint2 = 25,
    of_int2 = 26,
};

constexpr int nesting_limit = 16;

std::string type_name(int type) {
    return std::string(element_type_name(type));
}

/// Throws UnusableValue for more elements than a file can have.
std::uint64_t element_count_of(const std::vector<std::int64_t>& dims) {
    constexpr std::uint64_t most = std::uint64_t{1} << 40;
    std::uint64_t count = 1;
    for (const std::int64_t dimension : dims) {
        if (dimension < 0 ||
            (dimension > 0 && count > most / static_cast<std::uint64_t>(dimension))) {
            throw UnusableValue("has dimensions that no tensor can have");
        }
        count *= static_cast<std::uint64_t>(dimension);
    }
    return count;
}

template <class Stored, class Values>
std::string packed(const Values& values) {
    std::string bytes;
    bytes.resize(static_cast<std::size_t>(values.size()) * sizeof(Stored));
    char* end = bytes.data();
    for (const auto value : values) {
        const auto stored = static_cast<Stored>(value);
        std::memcpy(end, &stored, sizeof stored);
        end += sizeof stored;
    }
    return bytes;
}

/// int32_data holds all small types, one element or one byte of elements in each number.
std::string packed_small(const onnx_lite::TensorProto& tensor) {
    switch (tensor.data_type()) {
        case of_int32:
            return packed<std::int32_t>(tensor.int32_data());
        case of_uint16:
        case of_int16:
        case of_float16:
        case of_bfloat16:
            return packed<std::uint16_t>(tensor.int32_data());
        default:
            return packed<std::uint8_t>(tensor.int32_data());
    }
}

std::string bytes_of(const onnx_lite::TensorProto& tensor) {
    if (tensor.has_raw_data()) return tensor.raw_data();
    switch (tensor.data_type()) {
        case of_float:
        case of_complex64:
            return packed<float>(tensor.float_data());
        case of_double:
        case of_complex128:
            return packed<double>(tensor.double_data());
        case of_int64:
            return packed<std::int64_t>(tensor.int64_data());
        case of_uint64:
            return packed<std::uint64_t>(tensor.uint64_data());
        case of_uint32:
            return packed<std::uint32_t>(tensor.uint64_data());
        default:
            return packed_small(tensor);
    }
}

TensorValue tensor_of(const onnx_lite::TensorProto& tensor) {
    if (tensor.data_location() == onnx_lite::TensorProto::EXTERNAL) {
        throw UnusableValue("keeps its data in another file");
    }
    if (const auto error = tensor_size_error(tensor)) throw UnusableValue(*error);
    TensorValue value;
    value.element_type = tensor.data_type();
    value.dims.assign(tensor.dims().begin(), tensor.dims().end());
    if (value.element_type == of_string) {
        value.strings.assign(tensor.string_data().begin(), tensor.string_data().end());
    } else {
        value.data = bytes_of(tensor);
    }
    return value;
}

TestValue value_of(const onnx_lite::SequenceProto& sequence, int depth);

MapValue map_of(const onnx_lite::MapProto& map, int depth) {
    MapValue value;
    const bool has_strings = map.key_type() == of_string;
    value.keys.element_type = has_strings ? of_string : of_int64;
    value.keys.dims = {has_strings ? map.string_keys_size() : map.keys_size()};
    value.keys.strings.assign(map.string_keys().begin(), map.string_keys().end());
    if (!has_strings) value.keys.data = packed<std::int64_t>(map.keys());
    TestValue values = value_of(map.values(), depth + 1);
    value.values = std::move(std::get<SequenceValue>(values.data).items);
    if (value.values.size() != static_cast<std::size_t>(value.keys.dims[0])) {
        throw UnusableValue("is a map with another number of keys than values");
    }
    return value;
}

TestValue value_of(const onnx_lite::OptionalProto& optional, int depth) {
    if (depth > nesting_limit) throw UnusableValue("is nested too deeply");
    if (optional.has_tensor_value()) return {tensor_of(optional.tensor_value())};
    if (optional.has_sequence_value()) return value_of(optional.sequence_value(), depth + 1);
    if (optional.has_map_value()) return {map_of(optional.map_value(), depth + 1)};
    if (optional.has_optional_value()) return value_of(optional.optional_value(), depth + 1);
    if (optional.has_sparse_tensor_value()) throw UnusableValue("is a sparse tensor");
    return {NoValue{}};
}

TestValue value_of(const onnx_lite::SequenceProto& sequence, int depth) {
    if (depth > nesting_limit) throw UnusableValue("is nested too deeply");
    if (sequence.sparse_tensor_values_size() > 0) throw UnusableValue("has sparse tensors");
    SequenceValue value;
    for (const auto& item : sequence.tensor_values()) value.items.push_back({tensor_of(item)});
    for (const auto& item : sequence.sequence_values()) {
        value.items.push_back(value_of(item, depth + 1));
    }
    for (const auto& item : sequence.map_values()) {
        value.items.push_back({map_of(item, depth + 1)});
    }
    for (const auto& item : sequence.optional_values()) {
        value.items.push_back(value_of(item, depth + 1));
    }
    return {std::move(value)};
}

template <class Message>
Message parsed(std::string_view bytes, const char* what) {
    Message message;
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        throw UnusableValue(fmt::format("is not a {}", what));
    }
    return message;
}

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
    JsonObject members{{"type", json_string(type_name(tensor.element_type))},
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
    if (depth > nesting_limit) throw UnusableValue("is nested too deeply");
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

// Numbers.

template <class Stored>
Stored stored_at(const std::string& data, std::size_t index) {
    Stored stored{};
    std::memcpy(&stored, data.data() + index * sizeof stored, sizeof stored);
    return stored;
}

/// A number with so many bits for exponent and mantissa. `has_infinity`: the largest exponent is
/// that of infinity and NaN, as in IEEE 754.
double small_float(unsigned bits, int exponent_bits, int mantissa_bits, int bias,
                   bool has_infinity) {
    const unsigned exponent = bits >> mantissa_bits & ((1U << exponent_bits) - 1);
    const unsigned mantissa = bits & ((1U << mantissa_bits) - 1);
    const double sign = bits >> (exponent_bits + mantissa_bits) & 1U ? -1.0 : 1.0;
    if (has_infinity && exponent == (1U << exponent_bits) - 1) {
        return mantissa == 0 ? sign * std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    }
    const double fraction = std::ldexp(mantissa, -mantissa_bits);
    return exponent == 0 ? sign * std::ldexp(fraction, 1 - bias)
                         : sign * std::ldexp(1 + fraction, static_cast<int>(exponent) - bias);
}

/// Definitions: https://onnx.ai/onnx/technical/float8.html
double float8_at(int type, unsigned bits) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    switch (type) {
        case of_float8e4m3fn:
            return (bits & 0x7f) == 0x7f ? nan : small_float(bits, 4, 3, 7, false);
        case of_float8e4m3fnuz:
            return bits == 0x80 ? nan : small_float(bits, 4, 3, 8, false);
        case of_float8e5m2:
            return small_float(bits, 5, 2, 15, true);
        case of_float8e5m2fnuz:
            return bits == 0x80 ? nan : small_float(bits, 5, 2, 16, false);
        default:  // float8e8m0
            return bits == 0xff ? nan : std::ldexp(1.0, static_cast<int>(bits) - 127);
    }
}

/// An element of less than 8 bits; the first one is in the lowest bits.
double shared_at(int type, const std::string& data, std::size_t index) {
    const unsigned width = type == of_uint2 || type == of_int2 ? 2 : 4;
    const auto byte = static_cast<unsigned char>(data[index * width / 8]);
    const unsigned bits = byte >> (index * width % 8) & ((1U << width) - 1);
    if (type == of_float4e2m1) return small_float(bits, 2, 1, 1, false);
    const bool is_signed = type == of_int4 || type == of_int2;
    const bool is_negative = is_signed && (bits >> (width - 1)) != 0;
    return static_cast<double>(bits) - (is_negative ? static_cast<double>(1U << width) : 0);
}

/// Numbers of a complex element count separately.
double number_at(int type, const std::string& data, std::size_t index) {
    switch (type) {
        case of_float:
        case of_complex64:
            return stored_at<float>(data, index);
        case of_double:
        case of_complex128:
            return stored_at<double>(data, index);
        case of_uint8:
        case of_bool:
            return stored_at<std::uint8_t>(data, index);
        case of_int8:
            return stored_at<std::int8_t>(data, index);
        case of_uint16:
            return stored_at<std::uint16_t>(data, index);
        case of_int16:
            return stored_at<std::int16_t>(data, index);
        case of_int32:
            return stored_at<std::int32_t>(data, index);
        case of_uint32:
            return stored_at<std::uint32_t>(data, index);
        case of_int64:
            return static_cast<double>(stored_at<std::int64_t>(data, index));
        case of_uint64:
            return static_cast<double>(stored_at<std::uint64_t>(data, index));
        case of_float16:
            return small_float(stored_at<std::uint16_t>(data, index), 5, 10, 15, true);
        case of_bfloat16:
            return std::bit_cast<float>(
                static_cast<std::uint32_t>(stored_at<std::uint16_t>(data, index)) << 16);
        case of_float8e4m3fn:
        case of_float8e4m3fnuz:
        case of_float8e5m2:
        case of_float8e5m2fnuz:
        case of_float8e8m0:
            return float8_at(type, stored_at<std::uint8_t>(data, index));
        case of_uint4:
        case of_int4:
        case of_float4e2m1:
        case of_uint2:
        case of_int2:
            return shared_at(type, data, index);
        default:
            throw UnusableValue("has an element type that cannot be compared");
    }
}

/// [1, 2]: the element's place.
std::string place_text(std::size_t index, const std::vector<std::int64_t>& dims) {
    std::vector<std::int64_t> place(dims.size());
    for (std::size_t i = dims.size(); i-- > 0;) {
        place[i] = static_cast<std::int64_t>(index) % dims[i];
        index /= static_cast<std::size_t>(dims[i]);
    }
    return fmt::format("[{}]", fmt::join(place, ", "));
}

std::string kind_name(const TestValue& value) {
    constexpr const char* names[] = {"nothing", "a tensor", "a sequence", "a map"};
    return names[value.data.index()];
}

std::string shown_string(std::string_view text) {
    constexpr std::size_t limit = 60;
    std::string shown(text.substr(0, limit));
    while (!shown.empty() && first_line_not_utf8(shown) != 0) shown.pop_back();
    return "\"" + shown + (shown.size() < text.size() ? "…\"" : "\"");
}

class Comparer {
public:
    explicit Comparer(const Tolerance& tolerance) : tolerance_(tolerance) {}

    void compare(const TestValue& expected, const TestValue& actual, const std::string& where) {
        if (expected.data.index() != actual.data.index()) {
            report(where + fmt::format("is {}, not {}", kind_name(actual), kind_name(expected)));
        } else if (const auto* tensor = std::get_if<TensorValue>(&expected.data)) {
            compare(*tensor, std::get<TensorValue>(actual.data), where);
        } else if (const auto* sequence = std::get_if<SequenceValue>(&expected.data)) {
            compare(sequence->items, std::get<SequenceValue>(actual.data).items, where);
        } else if (const auto* map = std::get_if<MapValue>(&expected.data)) {
            compare(*map, std::get<MapValue>(actual.data), where);
        }
    }

    ValueComparison take() { return std::move(result_); }

private:
    void report(std::string difference) {
        if (!result_.difference) result_.difference = std::move(difference);
    }

    void compare(const std::vector<TestValue>& expected, const std::vector<TestValue>& actual,
                 const std::string& where) {
        if (expected.size() != actual.size()) {
            report(where + fmt::format("has {} items, not {}", actual.size(), expected.size()));
            return;
        }
        for (std::size_t i = 0; i < expected.size(); ++i) {
            compare(expected[i], actual[i], where + fmt::format("item {} ", i));
        }
    }

    static std::string key_at(const TensorValue& keys, std::size_t index) {
        return keys.element_type == of_string
                   ? keys.strings.at(index)
                   : std::to_string(stored_at<std::int64_t>(keys.data, index));
    }

    /// Runtimes may order maps in another way.
    static std::vector<std::pair<std::string, const TestValue*>> sorted(const MapValue& map) {
        if (map.keys.element_type != of_string && map.keys.element_type != of_int64) {
            throw UnusableValue("is a map with keys of another type than string and int64");
        }
        if (element_count_of(map.keys.dims) != map.values.size()) {
            throw UnusableValue("is a map with another number of keys than values");
        }
        std::vector<std::pair<std::string, const TestValue*>> items;
        for (std::size_t i = 0; i < map.values.size(); ++i) {
            items.emplace_back(key_at(map.keys, i), &map.values[i]);
        }
        std::ranges::sort(items);
        return items;
    }

    void compare(const MapValue& expected, const MapValue& actual, const std::string& where) {
        const auto wanted = sorted(expected), given = sorted(actual);
        const auto key_of = [](const auto& item) { return item.first; };
        if (!std::ranges::equal(wanted, given, {}, key_of, key_of)) {
            report(where + "has other keys than expected");
            return;
        }
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            compare(*wanted[i].second, *given[i].second,
                    where + fmt::format("item {} ", shown_string(wanted[i].first)));
        }
    }

    void compare(const TensorValue& expected, const TensorValue& actual, const std::string& where) {
        if (expected.element_type != actual.element_type) {
            report(where + fmt::format("has elements of type {}, not {}",
                                       type_name(actual.element_type),
                                       type_name(expected.element_type)));
        } else if (expected.dims != actual.dims) {
            report(where + fmt::format("has the shape [{}], not [{}]", fmt::join(actual.dims, ", "),
                                       fmt::join(expected.dims, ", ")));
        } else if (expected.element_type == of_string) {
            compare_strings(expected, actual, where);
        } else {
            compare_numbers(expected, actual, where);
        }
    }

    void compare_strings(const TensorValue& expected, const TensorValue& actual,
                         const std::string& where) {
        const auto [wanted, given] = std::ranges::mismatch(expected.strings, actual.strings);
        if (wanted == expected.strings.end()) return;
        const auto index = static_cast<std::size_t>(wanted - expected.strings.begin());
        report(where + fmt::format("is {} at {}, not {}", shown_string(*given),
                                   place_text(index, expected.dims), shown_string(*wanted)));
    }

    void compare_numbers(const TensorValue& expected, const TensorValue& actual,
                         const std::string& where) {
        const int type = expected.element_type;
        const bool is_complex = type == of_complex64 || type == of_complex128;
        const std::size_t parts = is_complex ? 2 : 1;
        const std::size_t count = element_count_of(expected.dims) * parts;
        std::size_t wrong = 0, first = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double wanted = number_at(type, expected.data, i);
            const double given = number_at(type, actual.data, i);
            const double difference = difference_of(wanted, given, type, expected, actual, i);
            result_.largest_difference = std::max(result_.largest_difference, difference);
            if (difference <= allowed(wanted, type)) continue;
            if (wrong++ == 0) first = i;
        }
        if (wrong == 0) return;
        report(where + fmt::format("is {} at {}, not {} ({} of {} numbers differ)",
                                   number_at(type, actual.data, first),
                                   place_text(first / parts, expected.dims),
                                   number_at(type, expected.data, first), wrong, count));
    }

    double allowed(double wanted, int type) const {
        if (type == of_bool || !std::isfinite(wanted)) return 0;
        return tolerance_.absolute + tolerance_.relative * std::abs(wanted);
    }

    /// 64-bit integers have more digits than double.
    static double difference_of(double wanted, double given, int type, const TensorValue& expected,
                                const TensorValue& actual, std::size_t index) {
        if (std::isnan(wanted) && std::isnan(given)) return 0;
        if (std::isnan(wanted) || std::isnan(given)) return std::numeric_limits<double>::infinity();
        if (type == of_int64 || type == of_uint64) {
            const auto a = stored_at<std::uint64_t>(expected.data, index);
            const auto b = stored_at<std::uint64_t>(actual.data, index);
            if (a == b) return 0;
            return std::max(std::abs(wanted - given), 1.0);
        }
        if (wanted == given) return 0;
        return std::abs(wanted - given);
    }

    Tolerance tolerance_;
    ValueComparison result_;
};

}  // namespace

NamedValue read_test_value(std::string_view bytes, std::string_view port_type) {
    if (port_type.starts_with("seq(")) {
        const auto sequence = parsed<onnx_lite::SequenceProto>(bytes, "sequence");
        return {sequence.name(), value_of(sequence, 0)};
    }
    if (port_type.starts_with("map(")) {
        const auto map = parsed<onnx_lite::MapProto>(bytes, "map");
        return {map.name(), {map_of(map, 0)}};
    }
    if (port_type.starts_with("optional(")) {
        const auto optional = parsed<onnx_lite::OptionalProto>(bytes, "optional value");
        return {optional.name(), value_of(optional, 0)};
    }
    if (!port_type.starts_with("tensor(")) {
        throw UnusableValue(fmt::format("is for a port of type {}", port_type));
    }
    const auto tensor = parsed<onnx_lite::TensorProto>(bytes, "tensor");
    return {tensor.name(), {tensor_of(tensor)}};
}

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

ValueComparison compare_values(const TestValue& expected, const TestValue& actual,
                               const Tolerance& tolerance) {
    Comparer comparer(tolerance);
    comparer.compare(expected, actual, "");
    return comparer.take();
}

}  // namespace onnxhub
