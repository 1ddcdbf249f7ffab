// SPDX-License-Identifier: Apache-2.0
#include "model/test_value.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <utility>

#include "model/element_types.h"
#include "model/onnx_messages.pb.h"
#include "model/tensor_size.h"

namespace onnxhub {
namespace {

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
    const std::uint64_t count = element_count_of(value.dims);
    bool is_whole = false;
    if (value.element_type == of_string) {
        value.strings.assign(tensor.string_data().begin(), tensor.string_data().end());
        is_whole = value.strings.size() == count;
    } else {
        value.data = bytes_of(tensor);
        is_whole = value.data.size() == tensor_bytes(value.element_type, count);
    }
    // A file may have the fields by which a skeleton states what it left out.
    if (!is_whole) throw UnusableValue("has another size than its dimensions");
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
    if (depth > value_depth_limit) throw UnusableValue("is nested too deeply");
    if (optional.has_tensor_value()) return {tensor_of(optional.tensor_value())};
    if (optional.has_sequence_value()) return value_of(optional.sequence_value(), depth + 1);
    if (optional.has_map_value()) return {map_of(optional.map_value(), depth + 1)};
    if (optional.has_optional_value()) return value_of(optional.optional_value(), depth + 1);
    if (optional.has_sparse_tensor_value()) throw UnusableValue("is a sparse tensor");
    return {NoValue{}};
}

TestValue value_of(const onnx_lite::SequenceProto& sequence, int depth) {
    if (depth > value_depth_limit) throw UnusableValue("is nested too deeply");
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

}  // namespace

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

}  // namespace onnxhub
