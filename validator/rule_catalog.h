// SPDX-License-Identifier: Apache-2.0
// All rules, to list, select or document them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "validator/finding.h"

namespace onnxhub {

/// All rules by family, in the order of the documentation.
const std::vector<RuleInfo>& all_rules();

/// Null: there is no such rule.
const RuleInfo* find_rule(std::string_view id);

/// Families in the order of all_rules().
std::vector<std::string_view> rule_families();

/// A hint for `name`, which is neither a rule nor a family.
std::string advice_on_unknown_rule(const std::string& name);

}  // namespace onnxhub
