// SPDX-License-Identifier: Apache-2.0
#include "model/tensor_size.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "model/element_types.h"
#include "model/onnx_messages.pb.h"

namespace onnxhub {
namespace {

/// Bits of an element in raw_data, by onnx.TensorProto.DataType; 0: strings, which have none, and
/// undefined types.
constexpr unsigned raw_bits[] = {
    0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2,
};

/// nullopt when a dimension is negative or the product is too large.
std::optional<std::uint64_t> possible_element_count(const onnx_lite::TensorProto& tensor) {
    constexpr std::uint64_t most = std::uint64_t{1} << 56;  // no file has as many
    std::uint64_t count = 1;
    bool is_empty = false;
    for (const std::int64_t dimension : tensor.dims()) {
        if (dimension < 0) return std::nullopt;
        if (dimension == 0) {
            is_empty = true;
            continue;
        }
        const auto size = static_cast<std::uint64_t>(dimension);
        if (count > most / size) return std::nullopt;
        count *= size;
    }
    return is_empty ? 0 : count;
}

/// Values in the typed fields, and how many of them the elements need. Small types that share a
/// value are not counted.
struct TypedValues {
    std::uint64_t present = 0;
    std::uint64_t needed = 0;
};

TypedValues typed_values(const onnx_lite::TensorProto& tensor, std::uint64_t count) {
    const auto values = [](int size, std::uint64_t needed) {
        return TypedValues{static_cast<std::uint64_t>(size), needed};
    };
    switch (tensor.data_type()) {
        case of_float:
            return values(tensor.float_data_size(), count);
        case of_complex64:
            return values(tensor.float_data_size(), 2 * count);
        case of_int64:
            return values(tensor.int64_data_size(), count);
        case of_string:
            return values(tensor.string_data_size(), count);
        case of_double:
            return values(tensor.double_data_size(), count);
        case of_complex128:
            return values(tensor.double_data_size(), 2 * count);
        case of_uint32:
        case of_uint64:
            return values(tensor.uint64_data_size(), count);
        default: {
            const unsigned bits = raw_bits[tensor.data_type()];
            const std::uint64_t shared = bits < 8 ? 8 / bits : 1;
            return values(tensor.int32_data_size(), (count + shared - 1) / shared);
        }
    }
}

}  // namespace

std::optional<std::string> tensor_size_error(const onnx_lite::TensorProto& tensor) {
    const auto count = possible_element_count(tensor);
    if (!count) return "has dimensions that no tensor can have";
    if (tensor.data_location() == onnx_lite::TensorProto::EXTERNAL) return std::nullopt;
    const int type = tensor.data_type();
    if (type <= 0 || type >= static_cast<int>(std::size(raw_bits))) {
        return fmt::format("has the element type {}, which ONNX does not define", type);
    }
    const bool has_raw = tensor.has_raw_data() || tensor.has_left_out_raw_bytes();
    if (has_raw) {
        const std::uint64_t present =
            tensor.has_raw_data() ? tensor.raw_data().size() : tensor.left_out_raw_bytes();
        if (type == of_string) return "stores strings as raw data";
        const std::uint64_t needed = (*count * raw_bits[type] + 7) / 8;
        if (present == needed) return std::nullopt;
        return fmt::format("has {} bytes of data, and its dimensions and type need {}", present,
                           needed);
    }
    if (tensor.left_out_values()) return std::nullopt;
    const TypedValues values = typed_values(tensor, *count);
    if (values.present == values.needed) return std::nullopt;
    return fmt::format("has {} values, and its dimensions need {}", values.present, values.needed);
}

std::uint64_t tensor_bytes(int element_type, std::uint64_t elements) {
    if (element_type <= 0 || element_type >= static_cast<int>(std::size(raw_bits))) return 0;
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const unsigned bits = raw_bits[element_type];
    if (bits >= 8) return elements > most / (bits / 8) ? most : elements * (bits / 8);
    if (bits == 0) return 0;
    const unsigned shared = 8 / bits;
    return elements / shared + (elements % shared != 0 ? 1 : 0);
}

}  // namespace onnxhub
