// SPDX-License-Identifier: Apache-2.0
// Where a validation's report goes, and in which form: for the commands that write one.
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

/// --fail-on: the least severity that makes the exit status 1; nothing for "never".
void add_fail_on_option(CLI::App& command, std::optional<Severity>& fail_on);

bool fails(const ValidationReport& report, const std::optional<Severity>& fail_on);

/// To the file or standard output. Throws UserError when it can't be written.
void write_text(const std::string& text, const ReportOutput& output, const Streams& streams);

/// Throws UserError when it can't be written.
void write_report(const ValidationReport& report, const ReportOutput& output,
                  const Streams& streams);

}  // namespace onnxhub
