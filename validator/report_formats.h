// SPDX-License-Identifier: Apache-2.0
// The writers of render(), one source file each. Private to this module.
#pragma once

#include <string>

#include "validator/finding.h"
#include "validator/report_options.h"

namespace onnxhub {

std::string render_text(const ValidationReport& report, const ReportOptions& options);
std::string render_json(const ValidationReport& report, const ReportOptions& options);
std::string render_sarif(const ValidationReport& report, const ReportOptions& options);
std::string render_github(const ValidationReport& report);
std::string render_junit(const ValidationReport& report);
std::string render_markdown(const ValidationReport& report, const ReportOptions& options);

}  // namespace onnxhub
