// SPDX-License-Identifier: Apache-2.0
// Private to this module.
#pragma once

#include "base/byte_source.h"
#include "base/digest.h"
#include "remote/peek_depth.h"
#include "remote/sparse_bytes.h"

namespace onnxhub {

/// Reads what is needed for the depth; what the bytes mean is found again when they are used.
/// Throws RangeFailure when they are not an ONNX model, and what the source throws.
void walk_model(const ByteSource& source, PeekDepth depth);

/// Returns false unless the whole file was read. Throws RangeFailure when it has another digest.
bool require_digest(const SparseBytes& bytes, const Sha256& sha);

}  // namespace onnxhub
