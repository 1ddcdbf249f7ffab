// SPDX-License-Identifier: Apache-2.0
// Takes models out of a hub: their files, their rows and their entries.
#pragma once

#include <string>
#include <vector>

#include "hosting/scaffold/edited_tree.h"
#include "hosting/scaffold/file_transaction.h"
#include "hosting/scaffold/hub_edit.h"

namespace onnxhub {

struct RemoveRequest {
    std::vector<std::string> models;  ///< NAME, NAME@OPSET or PATH
    bool all_versions = false;        ///< NAME may have several versions: all of them
    bool force = false;               ///< also removes files that git could not restore
    bool is_dry = false;              ///< reports such files as problems instead
};

/// Plans the removal in `edit`, a tree over the hub of `change`, and writes nothing. The plan has
/// the models' files that no other model uses (model, external data, archive, signature, sidecar),
/// the READMEs without their rows, .gitattributes without their lines, and the manifest without
/// their entries. The caller stages it and applies the change.
///
/// Throws UserError when a text names no model, or several without `all_versions`; when a row
/// cannot be edited (with its file and line); when a file has uncommitted changes; and when other
/// models would lose their rows.
HubEdit plan_removal(const RemoveRequest& request, FileTransaction& change, EditedTree& edit);

}  // namespace onnxhub
