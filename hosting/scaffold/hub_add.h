// SPDX-License-Identifier: Apache-2.0
// Adds a model to a hub: its file, its table row, its archive.
#pragma once

#include <string>

#include "base/user_error.h"
#include "hosting/scaffold/add_request.h"
#include "hosting/scaffold/file_transaction.h"
#include "model/model_checker.h"
#include "model/shape_inference.h"

namespace onnxhub {

/// No [[source]] of the hub describes the added model. The message says what to write.
class NotDescribed : public UserError {
public:
    using UserError::UserError;
};

/// Checks the model, copies it to `<folder>/model/<file>` with its external data next to it as the
/// graph names it, packs its test data, and writes its row to the folder's README and the folder's
/// row to the top README. Missing READMEs and tables are created. Files go through Git LFS if the
/// hub uses it. A model that already exists keeps its name and all cells without new values. The
/// operation is idempotent.
///
/// In a hub whose [[source]]s are not the official tables, the model is copied to
/// `<folder>/<file>`, and a model that is already inside the hub stays at its place. The sources
/// state its facts: nothing else is written, and options that state facts are refused. Throws
/// NotDescribed, after which `change` must not be kept, when no source describes it.
///
/// The changes are applied; the caller regenerates the manifest and then keeps them. Returns the
/// model's path from the hub's top. Throws UserError before anything is written when the file is
/// not a model, fails ONNX's checker (unless the request has `force`), would replace files of
/// another model, has the name and opset of another model, or contradicts the test data. Throws
/// WriteError when a file cannot be written.
std::string add_model(const AddRequest& request, ModelChecker& checker, ShapeInference* inference,
                      FileTransaction& change);

}  // namespace onnxhub
