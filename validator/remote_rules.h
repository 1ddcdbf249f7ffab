// SPDX-License-Identifier: Apache-2.0
// Family "remote": whether the Git LFS server has the objects of the pointers, and whether other
// servers have the models that the manifest says they have.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "remote/lfs_batch.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"
#include "validator/remote_sources.h"

namespace onnxhub {

std::span<const RuleInfo> remote_rules();

void check_remote(const HubState& hub, const RemoteObjects& remote, unsigned jobs,
                  FindingList& findings);

/// Any URL of a model that has the right size, or does not state one, is enough.
void check_remote_sources(const HubState& hub, const RemoteSources& remote, FindingList& findings);

}  // namespace onnxhub
