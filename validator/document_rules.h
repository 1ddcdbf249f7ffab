// SPDX-License-Identifier: Apache-2.0
// Family "document": the manifest itself, independent of the repository.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> document_rules();

void check_document(const HubState& hub, unsigned jobs, FindingList& findings);

}  // namespace onnxhub
