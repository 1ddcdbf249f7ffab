// SPDX-License-Identifier: Apache-2.0
#include "cli/report_output.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <utility>

#include "base/atomic_file.h"
#include "base/environment.h"
#include "cli/checked_commit_url.h"
#include "cli/hub_options.h"
#include "cli/option_text.h"
#include "validator/report_parts.h"
#include "validator/rule_catalog.h"

namespace onnxhub {
namespace {

constexpr std::array<std::pair<const char*, ReportFormat>, 6> formats{
    {{"text", ReportFormat::text},
     {"json", ReportFormat::json},
     {"sarif", ReportFormat::sarif},
     {"github", ReportFormat::github},
     {"junit", ReportFormat::junit},
     {"markdown", ReportFormat::markdown}}};

ReportFormat parse_format(const std::string& name) {
    for (const auto& [known, format] : formats) {
        if (name == known) return format;
    }
    throw CLI::ValidationError(
        "--format", "\"" + name + "\" is not one of text, json, sarif, github, junit, markdown");
}

}  // namespace

void add_report_options(CLI::App& command, ReportOutput& output) {
    CLI::Option* format =
        command
            .add_option_function<std::string>(
                "--format",
                [&output](const std::string& name) { output.format = parse_format(name); },
                "Print the report in this format (default: text)")
            ->type_name("text|json|sarif|github|junit|markdown");
    add_json_flag(command, format, [&output] { output.format = ReportFormat::json; });
    command
        .add_option("-o,--output", output.file,
                    "Write the report to this file; '-' is standard output (default: -)")
        ->type_name("FILE");
    command
        .add_option(
            "--limit", output.limit_bytes,
            "Limit a Markdown report to this size (default: 980000, the size of a job summary)")
        ->type_name("BYTES")
        ->check(CLI::Range(std::size_t{4'000}, std::size_t{1} << 30));
}

void add_fail_on_option(CLI::App& command, std::optional<Severity>& fail_on) {
    command
        .add_option_function<std::string>(
            "--fail-on",
            [&fail_on](const std::string& name) {
                fail_on = parse_severity(name);
                if (name == "never" || (fail_on && *fail_on != Severity::note)) return;
                throw CLI::ValidationError("--fail-on",
                                           "\"" + name + "\" is not one of error, warning, never");
            },
            "Exit with status 1 for findings of at least this severity (default: error)")
        ->type_name("error|warning|never");
}

bool fails(const ValidationReport& report, const std::optional<Severity>& fail_on) {
    return fail_on && std::ranges::any_of(report.findings, [&](const Finding& finding) {
               return finding.severity >= *fail_on;
           });
}

void write_text(const std::string& text, const ReportOutput& output, const Streams& streams) {
    if (output.file && *output.file != "-") {
        write_file_atomically(*output.file, text);
    } else {
        write_result(streams, text);
    }
}

/// The report that --quiet prints as text: errors only.
ValidationReport errors_of(const ValidationReport& report) {
    ValidationReport errors = report;
    std::erase_if(errors.findings,
                  [](const Finding& finding) { return finding.severity != Severity::error; });
    errors.unchecked.clear();
    errors.notices.clear();
    return errors;
}

void write_report(const ValidationReport& report, const ReportOutput& output,
                  const Streams& streams) {
    ReportOptions options;
    using Color = GlobalOptions::Color;
    options.color =
        !output.file && (streams.options.color == Color::always ||
                         (streams.options.color == Color::automatic && streams.out_is_terminal));
    options.verbose = streams.options.verbose;
    options.tool_version = ONNXHUB_VERSION;
    options.rules = all_rules();
    options.files_url = checked_commit_url(process_environment);
    if (output.limit_bytes) options.markdown_limit = *output.limit_bytes;
    const ReportFormat format = output.format.value_or(ReportFormat::text);
    const bool only_errors = streams.options.quiet && format == ReportFormat::text;
    if (only_errors && !fails(report, Severity::error)) return write_text("", output, streams);
    const std::string text = render(only_errors ? errors_of(report) : report, format, options);
    write_text(text, output, streams);
    if (output.file && *output.file != "-") {
        note(streams, *output.file + ": " + summary_text(report));
    }
}

}  // namespace onnxhub
