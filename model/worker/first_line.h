// SPDX-License-Identifier: Apache-2.0
// Shortens messages of libonnx, which describe the node at length after the first line.
#pragma once

#include <string>

namespace onnxhub {

inline std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace onnxhub
