// SPDX-License-Identifier: Apache-2.0
// Says how a model that was added to a hub with [[source]] becomes described. Private to this
// module.
#pragma once

#include <string>

#include "sources/settings.h"

namespace onnxhub {

/// One clause for the first source that could describe a model at this path: "write
/// a/facts.yaml with author, opset (onnxhub.toml:3), then add the model again".
std::string advice_on_undescribed(const Settings& settings, const std::string& model_path);

}  // namespace onnxhub
