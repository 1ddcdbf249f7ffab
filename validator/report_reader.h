// SPDX-License-Identifier: Apache-2.0
// Reports read back: parts of one validation, or what a stranger's workflow run left behind.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/json.h"
#include "validator/finding.h"

namespace onnxhub {

/// More findings than these are no report of ours.
inline constexpr std::size_t report_findings_limit = 10'000'000;

/// A report in the format `json` of docs/reports.md, version 1. Anything else is one clause that
/// says what is wrong: every key must be there with its type, numbers must be in range.
std::variant<ValidationReport, std::string> parse_report(const JsonValue& document);

/// One report of parts that each looked at other models: findings in the order of a whole run.
ValidationReport merge_reports(std::vector<ValidationReport> parts);

}  // namespace onnxhub
