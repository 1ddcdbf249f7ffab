// SPDX-License-Identifier: Apache-2.0
// Family "pointers": Git LFS pointers, and files that should be pointers.
#pragma once

#include <span>

#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

/// Models and archives of this size or more belong in Git LFS: Hugging Face rejects them in git
/// (https://huggingface.co/docs/hub/repositories-getting-started), GitHub at 100 MiB.
inline constexpr std::uint64_t large_file_size = 10 * 1024 * 1024;  // bytes

std::span<const RuleInfo> pointer_rules();

void check_pointers(const HubState& hub, unsigned jobs, FindingList& findings);

}  // namespace onnxhub
