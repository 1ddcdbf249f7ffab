// SPDX-License-Identifier: Apache-2.0
// An open file, closed by the destructor.
#pragma once

#include "base/descriptor.h"

namespace onnxhub {

using OpenFile = Descriptor;

}  // namespace onnxhub
