// SPDX-License-Identifier: Apache-2.0
// Gives models of a hub another name, or a model file another path.
#pragma once

#include <string>

#include "generator/content_table.h"
#include "hosting/scaffold/edited_tree.h"
#include "hosting/scaffold/file_transaction.h"
#include "hosting/scaffold/hub_edit.h"
#include "model/shape_inference.h"

namespace onnxhub {

struct RenameRequest {
    std::string model;  ///< NAME, NAME@OPSET or PATH
    /// A path if it ends with ".onnx" or '/' (the directory to move to), from the working directory
    /// or the hub's top; otherwise a name.
    std::string target;
    bool force = false;  ///< also moves a model whose signature does not stay valid
};

/// Plans in `edit`, a tree over the hub of `change`, and writes nothing. A name changes in the row
/// and the entry of each version. A path changes for the model, and for its external data, archive,
/// signature, sidecar and row where these depend on it. Files that other models use are copied.
/// Entries are regenerated and keep their unknown keys.
///
/// Throws UserError when the text names no model, or several files for a path; when the name or the
/// path is taken or not allowed; when a row cannot be edited (with its file and line); and when the
/// hub would not describe the model as asked. `inference` and `content` may be null.
HubEdit plan_rename(const RenameRequest& request, FileTransaction& change, EditedTree& edit,
                    ShapeInference* inference, ContentObserver* content, Diagnostics& diagnostics);

}  // namespace onnxhub
