// SPDX-License-Identifier: Apache-2.0
// Options for the format and the file of a validation report, and writing it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/command.h"
#include "validator/report.h"

namespace onnxhub {

struct ReportOutput {
    std::optional<ReportFormat> format;      ///< absent: text
    std::optional<std::string> file;         ///< absent or "-": standard output
    std::optional<std::size_t> limit_bytes;  ///< of Markdown
};

/// --format, --output and --limit.
void add_report_options(CLI::App& command, ReportOutput& output);

/// --fail-on: the least severity that makes the exit status 1; absent for "never".
void add_fail_on_option(CLI::App& command, std::optional<Severity>& fail_on);

bool fails(const ValidationReport& report, const std::optional<Severity>& fail_on);

/// Writes to the file or to standard output. Throws UserError on failure.
void write_text(const std::string& text, const ReportOutput& output, const Streams& streams);

/// Throws UserError on failure.
void write_report(const ValidationReport& report, const ReportOutput& output,
                  const Streams& streams);

}  // namespace onnxhub
