// SPDX-License-Identifier: Apache-2.0
// `onnxhub --version --verbose`: what a report of a problem should contain.
#pragma once

#include <string>

namespace onnxhub {

/// The version and the commit, then one line for each library. Libraries that are loaded when they
/// are first needed are loaded, and the ONNX worker is started. Lines of those that cannot be used
/// say why.
std::string version_report(const char* commit);

}  // namespace onnxhub
