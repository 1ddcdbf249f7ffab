// SPDX-License-Identifier: Apache-2.0
// Manifests of many models, for tests of large hubs.
#pragma once

#include <functional>
#include <string>

#include "manifest/entry.h"

namespace onnxhub::test {

/// Two versions of each name: "model-0" at m/0.onnx with opset 12 and at m/1.onnx with opset 13,
/// then "model-1", all with the content "the model". `change` may change the entry of a number.
std::string manifest_of_models(
    int count, const std::function<void(int, Entry&)>& change = [](int, Entry&) {});

}  // namespace onnxhub::test
