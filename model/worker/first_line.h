// SPDX-License-Identifier: Apache-2.0
// Messages of libonnx: after the first line they describe the node at length.
#pragma once

#include <string>

namespace onnxhub {

inline std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace onnxhub
