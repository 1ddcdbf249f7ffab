// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_edit.h"

#include <algorithm>
#include <set>

#include "manifest/hub_path.h"
#include "trust/signature_name.h"

namespace onnxhub {

void warn_of_folder_signatures(const EditedTree& edit, Diagnostics& problems) {
    std::set<std::string> changed = edit.removed();
    for (const auto& [to, from] : edit.added_paths()) changed.insert(to);
    for (const std::string& signature : signature_files(edit.list())) {
        if (!is_folder_signature(signature)) continue;
        const std::string folder(parent_folder(signature));
        const bool covers = std::ranges::any_of(changed, [&](const std::string& path) {
            return folder.empty() || path.starts_with(folder + "/");
        });
        if (!covers) continue;
        problems.report({Severity::warning, "", signature, 0,
                         "this signature of a directory covers files that change",
                         "sign the directory again with `onnxhub sign --folder`"});
    }
}

}  // namespace onnxhub
