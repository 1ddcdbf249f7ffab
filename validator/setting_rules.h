// SPDX-License-Identifier: Apache-2.0
// Family "settings": onnxhub.toml, and findings it says to ignore.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> setting_rules();

/// For a part of the hub, in which an ignore may match nothing and be needed all the same.
void pass_by_unused_ignores(const Settings& settings, FindingList& findings);

/// Takes out the findings that [[validate.ignore]] of `judging` names, and returns how many they
/// were. `settings` are the hub's own, mostly the same: unknown rules in them become findings, and
/// so do ignores that match nothing, unless only a part was checked.
std::size_t apply_ignores(const Settings& settings, const Settings& judging,
                          bool checked_everything, std::vector<Finding>& findings);

}  // namespace onnxhub
