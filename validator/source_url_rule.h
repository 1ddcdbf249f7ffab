// SPDX-License-Identifier: Apache-2.0
// Rule of the family "document" about the URLs in `metadata.sources`. Sends no request.
#pragma once

#include <span>

#include "http/address_policy.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> source_url_rules();

/// Reports the URLs that clients with this policy refuse.
void check_source_urls(const HubState& hub, const AddressPolicy& addresses, FindingList& findings);

}  // namespace onnxhub
