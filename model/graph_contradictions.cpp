// SPDX-License-Identifier: Apache-2.0
#include "model/graph_contradictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/utf8.h"
#include "manifest/element_type.h"
#include "model/onnx_messages.pb.h"

namespace onnxhub {
namespace {

/// Types nested deeper than this don't occur; protobuf's own limit is near.
constexpr int nested_type_limit = 64;

constexpr std::string_view undefined = "undefined";

/// Names in messages are cut, since a hostile name may have megabytes.
constexpr std::size_t shown_name_limit = 100;  // bytes

bool is_defined(int element_type) {
    return element_type_name(element_type) != undefined;
}

/// The first element type in `type` that ONNX does not define.
std::optional<int> undefined_element(const onnx_lite::TypeProto& type, int depth = 0) {
    using onnx_lite::TypeProto;
    const auto unless_defined = [](int element) {
        return is_defined(element) ? std::nullopt : std::optional(element);
    };
    if (depth > nested_type_limit) return std::nullopt;
    switch (type.value_case()) {
        case TypeProto::kTensorType:
            return unless_defined(type.tensor_type().elem_type());
        case TypeProto::kSparseTensorType:
            return unless_defined(type.sparse_tensor_type().elem_type());
        case TypeProto::kSequenceType:
            return undefined_element(type.sequence_type().elem_type(), depth + 1);
        case TypeProto::kOptionalType:
            return undefined_element(type.optional_type().elem_type(), depth + 1);
        case TypeProto::kMapType:
            if (!is_defined(type.map_type().key_type())) return type.map_type().key_type();
            return undefined_element(type.map_type().value_type(), depth + 1);
        default:
            return std::nullopt;
    }
}

/// Whether a part of the type is unknown. Inference may have completed the type.
bool is_undefined(const std::string& type) {
    return !type.starts_with("opaque(") && type.find(undefined) != type.npos;
}

/// A name as the ports have it, which is UTF-8.
std::string shown(const std::string& name) {
    if (name.size() <= shown_name_limit) return name;
    std::size_t end = shown_name_limit;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
    return name.substr(0, end) + "…";
}

class ContradictionFinder {
public:
    ContradictionFinder(const onnx_lite::GraphProto& graph, const IoPorts& ports)
        : graph_(graph), ports_(ports) {}

    GraphContradictions find() {
        if (graph_.node().empty() && graph_.output().empty()) {
            add("the graph is empty: it has no nodes and no outputs");
        }
        check_twice();
        check_inputs();
        check_outputs();
        if (count_ > contradictions_limit) {
            found_.reasons.push_back(
                fmt::format("{} more contradictions of the kind", count_ - contradictions_limit));
        }
        return std::move(found_);
    }

private:
    void add(std::string reason) {
        if (++count_ <= contradictions_limit) found_.reasons.push_back(std::move(reason));
    }

    void add_of_port(std::string reason) {
        add(std::move(reason));
        found_.concern_ports = true;
    }

    void check_twice() {
        std::unordered_set<std::string_view> names, repeated;
        for (const auto& input : graph_.input()) {
            if (names.insert(input.name()).second || !repeated.insert(input.name()).second) {
                continue;
            }
            found_.concern_ports = true;
            if (repeated.size() > contradictions_limit) continue;
            const bool is_utf8 = first_line_not_utf8(input.name()) == 0;
            found_.repeated_inputs.push_back(fmt::format(
                "the input \"{}\" occurs twice", is_utf8 ? shown(input.name()) : std::string("?")));
        }
        if (repeated.size() > contradictions_limit) {
            found_.repeated_inputs.push_back(
                fmt::format("{} more inputs occur twice", repeated.size() - contradictions_limit));
        }
    }

    /// `ports_.inputs` are the inputs less the initializers, in order.
    void check_inputs() {
        std::unordered_set<std::string_view> initializers;
        for (const auto& tensor : graph_.initializer()) initializers.insert(tensor.name());
        for (const auto& tensor : graph_.sparse_initializer()) {
            initializers.insert(tensor.values().name());
        }
        std::size_t i = 0;
        for (const auto& input : graph_.input()) {
            if (initializers.contains(input.name())) continue;
            if (i < ports_.inputs.size()) check_port("input", input, ports_.inputs[i++]);
        }
    }

    void check_outputs() {
        const auto count = static_cast<std::size_t>(graph_.output_size());
        for (std::size_t i = 0; i < std::min(count, ports_.outputs.size()); ++i) {
            check_port("output", graph_.output(static_cast<int>(i)), ports_.outputs[i]);
        }
    }

    void check_port(const char* what, const onnx_lite::ValueInfoProto& declared, const Port& port) {
        if (declared.name().empty()) add_of_port(fmt::format("an {} has no name", what));
        if (!is_utf8(declared)) found_.concern_ports = true;
        if (!is_undefined(port.type)) return;
        const auto element = undefined_element(declared.type());
        add_of_port(element ? fmt::format("the {} \"{}\" has the element type {}, which ONNX does "
                                          "not define",
                                          what, shown(port.name), *element)
                            : fmt::format("the {} \"{}\" has no type", what, shown(port.name)));
    }

    static bool is_utf8(const onnx_lite::ValueInfoProto& value) {
        if (first_line_not_utf8(value.name()) != 0) return false;
        if (!value.type().has_tensor_type()) return true;
        const auto& dimensions = value.type().tensor_type().shape().dim();
        return std::ranges::all_of(dimensions, [](const auto& dimension) {
            return first_line_not_utf8(dimension.dim_param()) == 0;
        });
    }

    const onnx_lite::GraphProto& graph_;
    const IoPorts& ports_;
    std::size_t count_ = 0;
    GraphContradictions found_;
};

}  // namespace

GraphContradictions find_contradictions(const onnx_lite::GraphProto& graph, const IoPorts& ports) {
    return ContradictionFinder(graph, ports).find();
}

}  // namespace onnxhub
