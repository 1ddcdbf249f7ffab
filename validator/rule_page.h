// SPDX-License-Identifier: Apache-2.0
// The rules as a list for terminals and programs, and as the page docs/rules.md.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "validator/finding.h"

namespace onnxhub {

/// What there is to say about a rule besides what it reports.
struct RuleExplanation {
    std::string kind;                                        ///< "error, fixable, family graph"
    std::vector<std::pair<std::string, std::string>> parts;  ///< titles and texts
};

RuleExplanation explain(const RuleInfo& rule);

std::string rule_json(const RuleInfo& rule);  ///< an object as in rules_json()

/// The lines of rules_text() about one family; empty: there is no such family.
std::string family_text(std::string_view family);

std::string rules_text();      ///< one line per rule: id, severity, description
std::string rules_json();      ///< an array of objects, documented in docs/reports.md
std::string rules_markdown();  ///< docs/rules.md

}  // namespace onnxhub
