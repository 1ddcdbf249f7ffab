// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace onnxhub {

/// Gives memory that was freed back to the operating system, after a step that used much. The C
/// library keeps most of it otherwise, in pieces that a large buffer can't use.
void return_free_memory();

}  // namespace onnxhub
