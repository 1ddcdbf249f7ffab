// SPDX-License-Identifier: Apache-2.0
// Ports in short, for people.
#pragma once

#include <string>

#include "manifest/entry.h"

namespace onnxhub {

/// "float[N,3,224,224]" for tensors ('?' where nothing is known), else the type as it is.
std::string to_text(const Port& port);

}  // namespace onnxhub
