// SPDX-License-Identifier: Apache-2.0
// Repairs of the manifest that the repository itself answers for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "manifest/entry_name.h"
#include "validator/finding.h"
#include "validator/hub_state.h"

namespace onnxhub {

struct ManifestFix {
    std::string text;                ///< the manifest after it, the same as before if nothing was
    std::vector<std::string> done;   ///< one line each: "renewed ResNet18 (opset 7, …)"
    std::vector<EntryName> removed;  ///< entries that are gone
    std::vector<EntryName> spared;   ///< entries that would have to go, and did not
};

/// Repairs what `findings` of fixable rules name, from tables, files and graphs. All other entries
/// keep their bytes, unless their order or layout is among the findings. A manifest that is no JSON
/// can't be repaired. Where removals need a person's confirmation (see needs_confirmation()) and
/// `removals_confirmed` is false, all other repairs are made.
ManifestFix fix_manifest(const HubState& hub, const std::vector<Finding>& findings,
                         bool removals_confirmed);

}  // namespace onnxhub
