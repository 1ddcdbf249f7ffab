// SPDX-License-Identifier: Apache-2.0
#include "manifest/port_text.h"

#include <string_view>

namespace onnxhub {
namespace {

std::string text_of(const Dimension& dimension) {
    if (const auto* number = std::get_if<std::int64_t>(&dimension)) return std::to_string(*number);
    if (const auto* name = std::get_if<std::string>(&dimension)) return *name;
    return "?";
}

}  // namespace

std::string to_text(const Port& port) {
    constexpr std::string_view tensor = "tensor(";
    if (!port.type.starts_with(tensor)) return port.type;
    std::string text = port.type.substr(tensor.size(), port.type.size() - tensor.size() - 1) + "[";
    for (std::size_t i = 0; i < port.shape.size(); ++i) {
        text += (i > 0 ? "," : "") + text_of(port.shape[i]);
    }
    return text + "]";
}

}  // namespace onnxhub
