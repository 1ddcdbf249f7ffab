// SPDX-License-Identifier: Apache-2.0
// Short text of a port, for people.
#pragma once

#include <string>

#include "manifest/entry.h"

namespace onnxhub {

/// "float[N,3,224,224]" for tensors, with '?' for unknown dimensions; other types as they are.
std::string to_text(const Port& port);

}  // namespace onnxhub
