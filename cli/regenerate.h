// SPDX-License-Identifier: Apache-2.0
// The manifest of a working hub made anew after its tables changed.
#pragma once

#include <string>

#include "cli/command.h"
#include "hosting/scaffold/file_transaction.h"
#include "model/shape_inference.h"

namespace onnxhub {

/// Makes one model's entry anew, as a part of `change`; all others keep their bytes. Throws
/// UserError when no entry can be made of the model, and says why on `err`.
void regenerate_entry(FileTransaction& change, const std::string& model_path,
                      ShapeInference* inference, const Streams& streams);

/// Makes all entries anew, as a part of `change`.
void regenerate_manifest(FileTransaction& change, ShapeInference* inference,
                         const Streams& streams);

}  // namespace onnxhub
