// SPDX-License-Identifier: Apache-2.0
// Attributes of nodes as short texts. Only the .cpp files of this module include this header.
#pragma once

#include <cstddef>
#include <string>

#include "model/skeleton_view.h"

namespace onnxhub {

/// Of lists and tensors, only so many elements are shown.
inline constexpr std::size_t shown_elements = 16;

struct AttributeText {
    std::string type;   ///< "int", "floats", "tensor", "reference"; "undefined" if it has no value
    std::string value;  ///< "[1, 1, …] (300 numbers)"; not bounded and maybe not UTF-8
};

/// Graphs have no value here. Throws MalformedSkeleton.
AttributeText attribute_text(const AttributeView& attribute);

}  // namespace onnxhub
