// SPDX-License-Identifier: Apache-2.0
// What settings do to every row, from any source.
#pragma once

#include <string>
#include <string_view>

#include "sources/model_row.h"
#include "sources/settings.h"

namespace onnxhub {

/// The ending of model files.
inline constexpr std::string_view model_suffix = ".onnx";

/// Whether a setting excludes the model.
bool is_excluded(const Settings& settings, const std::string& model_path);

/// Removes the first tag if the settings strip it.
void strip_tags(const Settings& settings, ModelRow& model);

}  // namespace onnxhub
