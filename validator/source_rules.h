// SPDX-License-Identifier: Apache-2.0
// Family "sources": what [[source]] and [[override]] state about models, compared with the files
// and with the entries.
#pragma once

#include <span>

#include "validator/finding.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> source_rules();

/// Compares the facts of entries with those that sources state. Reading the hub reports the others.
void check_sources(const HubState& hub, FindingList& findings);

}  // namespace onnxhub
