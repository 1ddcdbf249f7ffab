// SPDX-License-Identifier: Apache-2.0
// Family "signatures": signatures of models against the files that they list. Without a key, so
// that who signed is not checked.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> signature_rules();

void check_signatures(const HubState& hub, unsigned jobs, FindingList& findings);

}  // namespace onnxhub
