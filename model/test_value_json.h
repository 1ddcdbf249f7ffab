// SPDX-License-Identifier: Apache-2.0
// Values as JSON, for runners of runtimes.
#pragma once

#include "manifest/json.h"
#include "model/test_value.h"

namespace onnxhub {

/// {"type", "dims", "data" in Base64 or "strings"}, {"sequence": […]}, {"keys": …, "values": […]},
/// or null. Throws UnusableValue for strings that are not UTF-8.
JsonValue to_json(const TestValue& value);

/// Throws UnusableValue.
TestValue value_from_json(const JsonValue& json);

}  // namespace onnxhub
