// SPDX-License-Identifier: Apache-2.0
// Family "tables": README tables themselves, and against the manifest.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> table_rules();

void check_tables(const HubState& hub, FindingList& findings);

}  // namespace onnxhub
