// SPDX-License-Identifier: Apache-2.0
// Family "files": the manifest against the files.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> file_rules();

void check_files(const HubState& hub, FindingList& findings);

}  // namespace onnxhub
