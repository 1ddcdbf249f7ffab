// SPDX-License-Identifier: Apache-2.0
// Family "index": an index beside the manifest.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> index_rules();

/// Compares every file of the index, if the hub has one, with the index of its manifest.
void check_index_files(const HubState& hub, unsigned jobs, FindingList& findings);

}  // namespace onnxhub
