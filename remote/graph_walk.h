// SPDX-License-Identifier: Apache-2.0
// Private to this module.
#pragma once

#include "base/byte_source.h"
#include "remote/peek_depth.h"

namespace onnxhub {

/// Reads what is needed for the depth; what the bytes mean is found again when they are used.
/// Throws RangeFailure when they are not an ONNX model, and what the source throws.
void walk_model(const ByteSource& source, PeekDepth depth);

}  // namespace onnxhub
