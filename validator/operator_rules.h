// SPDX-License-Identifier: Apache-2.0
// Family "operators": graphs by the definitions of ONNX's operators.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/operator_report.h"
#include "validator/finding_list.h"

namespace onnxhub {

std::span<const RuleInfo> operator_rules();

/// Reports what check_operators() found in the model at `path`. Operators of `accepted_domains` are
/// not worth a note.
void report_operators(const std::string& path, const OperatorReport& report,
                      const std::vector<std::string>& accepted_domains, FindingList& findings);

}  // namespace onnxhub
