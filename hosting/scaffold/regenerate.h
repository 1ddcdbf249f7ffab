// SPDX-License-Identifier: Apache-2.0
// Regenerates the manifest of a working hub after its tables changed.
#pragma once

#include <cstddef>
#include <string>

#include "generator/content_table.h"
#include "hosting/scaffold/file_transaction.h"
#include "manifest/diagnostic.h"
#include "model/shape_inference.h"

namespace onnxhub {

/// Regenerates the entry of one model as a part of `change`; all other entries keep their bytes.
/// Throws UserError when the model gets no entry; `diagnostics` say why. `inference` and `content`
/// may be null.
void regenerate_entry(FileTransaction& change, const std::string& model_path,
                      ShapeInference* inference, ContentObserver* content,
                      Diagnostics& diagnostics);

/// Regenerates all entries as a part of `change`. Returns the number of models without an entry;
/// `diagnostics` say why.
std::size_t regenerate_manifest(FileTransaction& change, ShapeInference* inference,
                                ContentObserver* content, Diagnostics& diagnostics);

}  // namespace onnxhub
