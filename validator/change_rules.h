// SPDX-License-Identifier: Apache-2.0
// Family "changes": a change against the manifest and the settings of its base.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "manifest/manifest.h"
#include "sources/settings.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

/// A changed file that configures the checks.
struct ChangedCheck {
    enum class Kind { settings, baseline, workflow };
    Kind kind = Kind::settings;
    std::string path;  ///< relative to the top of the repository
    std::string file;  ///< relative to the hub's root; empty: outside the hub
};

/// The base of a change, as far as rules need it.
struct BaseHub {
    const ManifestDocument* manifest = nullptr;  ///< null: missing or not readable
    std::vector<ChangedCheck> changed_checks;
    /// Whether a file of the hub differs from the base.
    std::function<bool(const std::string& path)> has_changed = {};
    const Tree* tree = nullptr;  ///< its files; null: unknown
};

std::span<const RuleInfo> change_rules();

/// `tolerates_stale_manifest`: the main branch regenerates the manifest, so that a missing entry is
/// a finding only if its facts would be lost.
void check_changes(const HubState& hub, const BaseHub& base, bool tolerates_stale_manifest,
                   FindingList& findings);

}  // namespace onnxhub
