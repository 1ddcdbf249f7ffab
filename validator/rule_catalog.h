// SPDX-License-Identifier: Apache-2.0
// All rules, for those who list, select or document them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "validator/finding.h"

namespace onnxhub {

/// Every rule, family by family, in the order of the documentation.
const std::vector<RuleInfo>& all_rules();

/// Null when there is none of this id.
const RuleInfo* find_rule(std::string_view id);

/// Families in the order of all_rules().
std::vector<std::string_view> rule_families();

/// What to write instead of `name`, which is neither a rule nor a family.
std::string advice_on_unknown_rule(const std::string& name);

}  // namespace onnxhub
