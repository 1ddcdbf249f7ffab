// SPDX-License-Identifier: Apache-2.0
// Family "changes": what a change does to facts that the base of the change already knows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "generator/settings.h"
#include "manifest/manifest.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

/// A file that decides what is checked, and that a change edits.
struct ChangedCheck {
    enum class Kind { settings, baseline, workflow };
    Kind kind = Kind::settings;
    std::string path;  ///< from the top of the repository
    std::string file;  ///< from the hub's root; empty when it lies outside the hub
};

/// What rules ask about the commit that a change is compared with.
struct BaseHub {
    const ManifestDocument* manifest = nullptr;  ///< null: there is none that can be read
    std::vector<ChangedCheck> changed_checks;
};

std::span<const RuleInfo> change_rules();

/// `settings` decide about the report: those of the base, where the change has others.
void check_changes(const HubState& hub, const BaseHub& base, const Settings& settings,
                   FindingList& findings);

}  // namespace onnxhub
