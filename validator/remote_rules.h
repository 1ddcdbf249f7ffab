// SPDX-License-Identifier: Apache-2.0
// Family "remote": whether the Git LFS server has what the pointers stand for.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "validator/finding_list.h"
#include "validator/hub_state.h"
#include "validator/lfs_remote.h"

namespace onnxhub {

std::span<const RuleInfo> remote_rules();

/// Gives a state for each object it is asked about.
using RemoteObjects = std::function<std::vector<LfsObjectState>(const std::vector<LfsObject>&)>;

void check_remote(const HubState& hub, const RemoteObjects& remote, unsigned jobs,
                  FindingList& findings);

}  // namespace onnxhub
