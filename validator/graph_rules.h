// SPDX-License-Identifier: Apache-2.0
// Family "graph": tables and manifest against the graphs of downloaded models.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> graph_rules();

void check_graphs(const HubState& hub, FindingList& findings);

}  // namespace onnxhub
