// SPDX-License-Identifier: Apache-2.0
// Reports: the outcome of a validation as a document for people or programs. See docs/reports.md.
#pragma once

#include <string>

#include "validator/finding.h"
#include "validator/report_options.h"

namespace onnxhub {

enum class ReportFormat { text, json, sarif, github, junit, markdown };

/// The whole document, with a line break at its end. Text from the repository may hold anything: it
/// comes out as text of the format, never as its markup, a terminal escape or a workflow command.
std::string render(const ValidationReport& report, ReportFormat format,
                   const ReportOptions& options);

}  // namespace onnxhub
