// SPDX-License-Identifier: Apache-2.0
// Family "signing": the roots and the statement of a signed hub. No key is known beforehand, so the
// hub's own root 1 counts.
#pragma once

#include <cstdint>
#include <span>

#include "validator/change_rules.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> hub_signing_rules();

/// Statements that expire sooner are reported.
inline constexpr std::int64_t expiry_notice = 14 * 24 * 60 * 60;  // seconds

/// `base` may be null: the hub is not checked as a change. `now` in seconds since 1970.
void check_hub_signing(const HubState& hub, const BaseHub* base, std::int64_t now,
                       FindingList& findings);

/// Whether the base of a change is a signed hub. There, a job on the main branch regenerates and
/// signs the manifest, so that changes carry none.
bool has_signed_base(const BaseHub* base);

}  // namespace onnxhub
