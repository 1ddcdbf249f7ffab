// SPDX-License-Identifier: Apache-2.0
#include "validator/port_difference.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "manifest/port_text.h"

namespace onnxhub {
namespace {

bool agrees(const Dimension& stated, const Dimension& graph, bool is_lenient) {
    if (stated == graph) return true;
    return is_lenient && std::holds_alternative<std::int64_t>(stated) &&
           !std::holds_alternative<std::int64_t>(graph);
}

bool agrees(const Shape& stated, const Shape& graph, bool is_lenient) {
    if (is_lenient && graph.empty()) return true;  // the model states no shape
    if (stated.size() != graph.size()) return false;
    for (std::size_t i = 0; i < stated.size(); ++i) {
        if (!agrees(stated[i], graph[i], is_lenient)) return false;
    }
    return true;
}

std::optional<std::string> find_difference(std::string_view what, const std::vector<Port>& stated,
                                           const std::vector<Port>& graph, bool is_lenient,
                                           std::string_view source) {
    if (stated.size() != graph.size()) {
        return fmt::format("{} has {} {}s, the entry {}", source, graph.size(), what,
                           stated.size());
    }
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (stated[i].name != graph[i].name) {
            return fmt::format("{} {} is named \"{}\" in {}, \"{}\" in the entry", what, i,
                               graph[i].name, source, stated[i].name);
        }
        if (stated[i].type != graph[i].type ||
            !agrees(stated[i].shape, graph[i].shape, is_lenient)) {
            return fmt::format("{} \"{}\" is {} in {}, {} in the entry", what, graph[i].name,
                               to_text(graph[i]), source, to_text(stated[i]));
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> find_difference(const IoPorts& stated, const IoPorts& graph,
                                           bool is_lenient, std::string_view source) {
    if (auto found = find_difference("input", stated.inputs, graph.inputs, is_lenient, source)) {
        return found;
    }
    return find_difference("output", stated.outputs, graph.outputs, is_lenient, source);
}

}  // namespace onnxhub
