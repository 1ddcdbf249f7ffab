// SPDX-License-Identifier: Apache-2.0
// The manifest of a working hub made anew after its tables changed.
#pragma once

#include <string>

#include "cli/job.h"
#include "hosting/scaffold/hub_change.h"
#include "model/shape_inference.h"

namespace onnxhub {

/// Makes one model's entry anew, as a part of `change`; all others keep their bytes. Throws
/// EnvironmentError when no entry can be made of the model, and says why on `err`.
void renew_entry(HubChange& change, const std::string& model_path, ShapeInference* inference,
                 const Streams& streams);

/// Makes all entries anew, as a part of `change`.
void renew_manifest(HubChange& change, ShapeInference* inference, const Streams& streams);

}  // namespace onnxhub
