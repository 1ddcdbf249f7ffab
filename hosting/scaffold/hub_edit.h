// SPDX-License-Identifier: Apache-2.0
// What `remove` and `rename` do to a hub, as a plan that has been checked.
#pragma once

#include <string>
#include <vector>

#include "hosting/scaffold/edited_tree.h"
#include "manifest/diagnostic.h"
#include "manifest/entry_name.h"

namespace onnxhub {

/// A file that a model names and that stays.
struct KeptFile {
    std::string path;
    std::string reason;  ///< one clause: "vision/b.onnx uses it too"
};

struct HubEdit {
    /// Models before the change.
    std::vector<EntryName> models;
    std::vector<KeptFile> kept;
    /// Problems that the change makes, such as a setting that matches no model any more.
    Diagnostics problems;
};

/// Reports the signatures of directories that list files which the edit removes, moves or adds.
void warn_of_folder_signatures(const EditedTree& edit, Diagnostics& problems);

}  // namespace onnxhub
