// SPDX-License-Identifier: Apache-2.0
#include "model/attribute_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "manifest/element_type.h"
#include "model/element_types.h"
#include "model/onnx_messages.pb.h"
#include "model/onnx_types.h"
#include "model/stored_number.h"

namespace onnxhub {
namespace {

using onnx_lite::AttributeProto;
using onnx_lite::TensorProto;

/// Text of a string in a list; longer ones would hide the others.
constexpr std::size_t longest_listed_string = 64;  // bytes

template <class Numbers>
std::string list_text(const Numbers& numbers) {
    std::string text = "[";
    const auto shown =
        std::min<std::size_t>(shown_elements, static_cast<std::size_t>(numbers.size()));
    for (std::size_t i = 0; i < shown; ++i) {
        text += fmt::format("{}{}", i > 0 ? ", " : "", numbers[static_cast<int>(i)]);
    }
    if (static_cast<std::size_t>(numbers.size()) <= shown) return text + "]";
    return text + fmt::format(", …] ({} numbers)", numbers.size());
}

template <class Strings>
std::string strings_text(const Strings& strings) {
    std::string text = "[";
    const auto shown =
        std::min<std::size_t>(shown_elements, static_cast<std::size_t>(strings.size()));
    for (std::size_t i = 0; i < shown; ++i) {
        const std::string& string = strings[static_cast<int>(i)];
        text += i > 0 ? ", \"" : "\"";
        text += string.substr(0, longest_listed_string);
        text += string.size() > longest_listed_string ? "…\"" : "\"";
    }
    if (static_cast<std::size_t>(strings.size()) <= shown) return text + "]";
    return text + fmt::format(", …] ({} strings)", strings.size());
}

std::string dims_text(const TensorProto& tensor) {
    return list_text(tensor.dims());
}

/// The number of elements, if at most `shown_elements` of them exist.
std::optional<std::size_t> few_elements(const TensorProto& tensor) {
    std::uint64_t count = 1;
    for (const std::int64_t dimension : tensor.dims()) {
        if (dimension < 0 || dimension > static_cast<std::int64_t>(shown_elements)) {
            return std::nullopt;
        }
        count *= static_cast<std::uint64_t>(dimension);
        if (count > shown_elements) return std::nullopt;
    }
    return static_cast<std::size_t>(count);
}

template <class Stored>
std::optional<std::vector<Stored>> raw_numbers(const std::string& data, std::size_t count) {
    if (data.size() != count * sizeof(Stored)) return std::nullopt;
    std::vector<Stored> numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(stored_at<Stored>(data, i));
    return numbers;
}

template <class Stored, class Listed>
std::string numbers_text(const TensorProto& tensor, std::size_t count, const Listed& listed) {
    if (const auto numbers = raw_numbers<Stored>(tensor.raw_data(), count); numbers && count > 0) {
        std::string text = "[";
        for (const Stored number : *numbers) {
            text += fmt::format("{}{}", text.size() > 1 ? ", " : "", number);
        }
        return text + "]";
    }
    const bool fits = static_cast<std::size_t>(listed.size()) == count;
    return fits && count > 0 ? list_text(listed) : "";
}

/// The elements of a small tensor; empty: they were left out, or have a type that is not shown.
std::string elements_text(const TensorProto& tensor) {
    const auto count = few_elements(tensor);
    if (!count) return "";
    switch (tensor.data_type()) {
        case of_float:
            return numbers_text<float>(tensor, *count, tensor.float_data());
        case of_double:
            return numbers_text<double>(tensor, *count, tensor.double_data());
        case of_int64:
            return numbers_text<std::int64_t>(tensor, *count, tensor.int64_data());
        case of_int32:
            return numbers_text<std::int32_t>(tensor, *count, tensor.int32_data());
        default:
            return "";
    }
}

std::string tensor_text(const TensorProto& tensor) {
    std::string text =
        fmt::format("{}{}", element_type_name(tensor.data_type()), dims_text(tensor));
    const std::string elements = elements_text(tensor);
    return elements.empty() ? text : text + " = " + elements;
}

std::string sparse_text(const onnx_lite::SparseTensorProto& tensor) {
    return fmt::format("{}{}", element_type_name(tensor.values().data_type()),
                       list_text(tensor.dims()));
}

/// What the attribute holds, for files that do not state its type: those of IR version 1.
AttributeProto::AttributeType guessed_type(const AttributeProto& attribute) {
    if (attribute.has_f()) return AttributeProto::FLOAT;
    if (attribute.has_i()) return AttributeProto::INT;
    if (attribute.has_s()) return AttributeProto::STRING;
    if (attribute.has_t()) return AttributeProto::TENSOR;
    if (attribute.floats_size() > 0) return AttributeProto::FLOATS;
    if (attribute.ints_size() > 0) return AttributeProto::INTS;
    if (attribute.strings_size() > 0) return AttributeProto::STRINGS;
    return AttributeProto::UNDEFINED;
}

std::string type_name(int type) {
    switch (type) {
        case AttributeProto::FLOAT:
            return "float";
        case AttributeProto::INT:
            return "int";
        case AttributeProto::STRING:
            return "string";
        case AttributeProto::TENSOR:
            return "tensor";
        case AttributeProto::GRAPH:
            return "graph";
        case AttributeProto::SPARSE_TENSOR:
            return "sparse_tensor";
        case AttributeProto::TYPE_PROTO:
            return "type";
        case AttributeProto::FLOATS:
            return "floats";
        case AttributeProto::INTS:
            return "ints";
        case AttributeProto::STRINGS:
            return "strings";
        case AttributeProto::TENSORS:
            return "tensors";
        case AttributeProto::GRAPHS:
            return "graphs";
        case AttributeProto::SPARSE_TENSORS:
            return "sparse_tensors";
        case AttributeProto::TYPE_PROTOS:
            return "types";
        default:
            return "undefined";
    }
}

std::string value_text(const AttributeProto& attribute, int type) {
    switch (type) {
        case AttributeProto::FLOAT:
            return fmt::format("{}", attribute.f());
        case AttributeProto::INT:
            return fmt::format("{}", attribute.i());
        case AttributeProto::STRING:
            return attribute.s();
        case AttributeProto::TENSOR:
            return tensor_text(attribute.t());
        case AttributeProto::SPARSE_TENSOR:
            return sparse_text(attribute.sparse_tensor());
        case AttributeProto::TYPE_PROTO:
            return type_text(attribute.tp());
        case AttributeProto::FLOATS:
            return list_text(attribute.floats());
        case AttributeProto::INTS:
            return list_text(attribute.ints());
        case AttributeProto::STRINGS:
            return strings_text(attribute.strings());
        case AttributeProto::TENSORS:
            return fmt::format("{} tensors", attribute.tensors_size());
        case AttributeProto::SPARSE_TENSORS:
            return fmt::format("{} sparse tensors", attribute.sparse_tensors_size());
        case AttributeProto::TYPE_PROTOS:
            return fmt::format("{} types", attribute.type_protos_size());
        default:
            return "";
    }
}

}  // namespace

AttributeText attribute_text(const AttributeView& view) {
    // Graphs in it are described by their own, and parsing them here would take quadratic time.
    if (view.graph.is_present()) return {"graph", ""};
    if (!view.graphs.empty()) return {"graphs", ""};
    AttributeProto attribute;
    if (!attribute.ParseFromArray(view.bytes.data(), static_cast<int>(view.bytes.size()))) {
        throw MalformedSkeleton();
    }
    if (!attribute.ref_attr_name().empty()) return {"reference", attribute.ref_attr_name()};
    const int type =
        attribute.type() == AttributeProto::UNDEFINED ? guessed_type(attribute) : attribute.type();
    if (attribute.left_out_bytes() > 0) {
        return {type_name(type), fmt::format("… ({} bytes)", attribute.left_out_bytes())};
    }
    return {type_name(type), value_text(attribute, type)};
}

}  // namespace onnxhub
