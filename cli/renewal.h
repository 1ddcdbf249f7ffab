// SPDX-License-Identifier: Apache-2.0
// The manifest of a working hub made anew after its tables changed.
#pragma once

#include <filesystem>
#include <string>

#include "cli/job.h"
#include "generator/shape_inference.h"

namespace onnxhub {

/// Makes one model's entry anew; all others keep their bytes. Returns whether anything changed.
bool renew_entry(const std::filesystem::path& hub, const std::string& model_path,
                 ShapeInference* inference, const Streams& streams);

/// Makes all entries anew. Gives the manifest's name on a line, or nothing when it was right.
std::string renew_manifest(const std::filesystem::path& hub, ShapeInference* inference,
                           const Streams& streams);

}  // namespace onnxhub
