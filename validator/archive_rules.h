// SPDX-License-Identifier: Apache-2.0
// Family "archive": downloaded archives with test data.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> archive_rules();

void check_archives(const HubState& hub, unsigned jobs, FindingList& findings);

}  // namespace onnxhub
