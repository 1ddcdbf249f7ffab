// SPDX-License-Identifier: Apache-2.0
// Family "graph": tables and manifest against the models' own graphs, where their bytes are here.
#pragma once

#include <span>

#include "model/model_checker.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> graph_rules();

/// `checker` may be null: then its rules pass every model by.
void check_graphs(const HubState& hub, ModelChecker* checker, unsigned jobs, FindingList& findings);

}  // namespace onnxhub
