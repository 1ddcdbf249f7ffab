// SPDX-License-Identifier: Apache-2.0
// A loaded model out of the cache, to where its user wants it.
#pragma once

#include <filesystem>
#include <string>

#include "hosting/client/hub_client.h"

namespace onnxhub {

/// Copies the model, which lies at `cached`, to `output`, and its weights to where the model will
/// look for them from there; each file is whole or the old one. Throws EnvironmentError when one
/// can't be written, or weights would go outside the folder of `output`.
void copy_model(const WantedModel& model, const std::filesystem::path& cached,
                const std::string& output);

}  // namespace onnxhub
