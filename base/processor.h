// SPDX-License-Identifier: Apache-2.0
// What the processor of this machine can do.
#pragma once

#include <string>

namespace onnxhub {

/// The features that the system lists, such as "fpu vme … avx2", on one line. Machines with the
/// same text compute the same. Empty when they are not known.
std::string processor_features();

}  // namespace onnxhub
