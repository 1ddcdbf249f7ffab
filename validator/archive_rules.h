// SPDX-License-Identifier: Apache-2.0
// Family "archive": archives with test data, where their bytes are here.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> archive_rules();

void check_archives(const HubState& hub, unsigned jobs, FindingList& findings);

}  // namespace onnxhub
