// SPDX-License-Identifier: Apache-2.0
// Reports: the outcome of a validation for people or programs. See docs/reports.md.
#pragma once

#include <string>

#include "validator/finding.h"
#include "validator/report_options.h"

namespace onnxhub {

enum class ReportFormat { text, json, sarif, github, junit, markdown };

/// The whole document, with a line break at its end. Text from the repository is untrusted: it is
/// escaped, so that it is never markup, a terminal escape or a workflow command.
std::string render(const ValidationReport& report, ReportFormat format,
                   const ReportOptions& options);

}  // namespace onnxhub
