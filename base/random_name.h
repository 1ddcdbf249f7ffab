// SPDX-License-Identifier: Apache-2.0
// Names that no one can predict, for files that are being written.
#pragma once

#include <string>

namespace onnxhub {

/// 32 hexadecimal digits (128 bits) from the system's random source, getrandom(2). Another user
/// can't plant a file or a link under such a name. Throws UserError when there is none.
std::string random_name();

}  // namespace onnxhub
