// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace onnxhub {

/// The full id of a commit: 40 hexadecimal digits.
using CommitId = std::string;

}  // namespace onnxhub
