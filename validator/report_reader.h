// SPDX-License-Identifier: Apache-2.0
// Reads reports: shards of one validation, or the output of an untrusted workflow run.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/json.h"
#include "validator/finding.h"

namespace onnxhub {

/// Reports with more findings are rejected.
inline constexpr std::size_t report_findings_limit = 10'000'000;

/// A report in the format `json` of docs/reports.md, version 1; otherwise one clause that says what
/// is wrong. All keys must exist with their types, and numbers must be in range.
std::variant<ValidationReport, std::string> parse_report(const JsonValue& document);

/// Merges the reports of different shards. Findings are in the order of an unsharded run.
ValidationReport merge_reports(std::vector<ValidationReport> parts);

}  // namespace onnxhub
