// SPDX-License-Identifier: Apache-2.0
// Repairs of the manifest from the content of the repository.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "manifest/entry_name.h"
#include "validator/finding.h"
#include "validator/hub_state.h"

namespace onnxhub {

struct ManifestFix {
    std::string text;  ///< the repaired manifest; unchanged if there was nothing to repair
    std::vector<std::string> done;   ///< one line each: "regenerated ResNet18 (opset 7, …)"
    std::vector<EntryName> removed;  ///< removed entries
    std::vector<EntryName> spared;   ///< entries to remove that were kept without confirmation
};

/// Repairs the `findings` of fixable rules from tables, files and graphs. All other entries keep
/// their bytes, unless their order or format is among the findings. A manifest that is not JSON
/// cannot be repaired. If removals need confirmation (see needs_confirmation()) and
/// `removals_confirmed` is false, only the other repairs are made.
ManifestFix fix_manifest(const HubState& hub, const std::vector<Finding>& findings,
                         bool removals_confirmed);

}  // namespace onnxhub
