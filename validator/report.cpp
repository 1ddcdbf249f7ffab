// SPDX-License-Identifier: Apache-2.0
#include "validator/report.h"

#include <cassert>

#include "validator/report_formats.h"

namespace onnxhub {

std::string render(const ValidationReport& report, ReportFormat format,
                   const ReportOptions& options) {
    switch (format) {
        case ReportFormat::text:
            return render_text(report, options);
        case ReportFormat::json:
            return render_json(report, options);
        case ReportFormat::sarif:
            return render_sarif(report, options);
        case ReportFormat::github:
            return render_github(report);
        case ReportFormat::junit:
            return render_junit(report);
        case ReportFormat::markdown:
            return render_markdown(report, options);
    }
    assert(false);
    return {};
}

}  // namespace onnxhub
