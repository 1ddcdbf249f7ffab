// SPDX-License-Identifier: Apache-2.0
// `onnxhub merge`: parts that several machines made become one result; a report that another run
// left behind is checked and shown.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/hub_folder.h"
#include "cli/hub_options.h"
#include "cli/job.h"
#include "cli/report_output.h"
#include "manifest/atomic_file.h"
#include "manifest/diagnostic.h"
#include "manifest/environment_error.h"
#include "manifest/json.h"
#include "review/diff_report.h"
#include "validator/report_reader.h"

namespace onnxhub {
namespace {

struct Arguments {
    std::vector<std::string> files;
    ReportOutput output;
};

[[noreturn]] void refuse(const std::string& file, int line, const std::string& reason) {
    throw EnvironmentError(fmt::format("{}{}: {}; give what `onnxhub` wrote with --format json",
                                       printable(file), line > 0 ? ":" + std::to_string(line) : "",
                                       printable(reason)));
}

JsonValue read_part(const std::string& file) {
    auto parsed = parse_json(read_disk_file(file));
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        refuse(file, error->line, error->message);
    }
    return std::get<JsonDocument>(std::move(parsed)).root;
}

/// What a document is shows in its keys.
bool is_diff(const JsonValue& document) {
    return document.find("models") && document.find("unchanged");
}

ExitCode show_diff(const Arguments& arguments, const JsonValue& document, const Streams& streams) {
    auto parsed = parse_diff_report(document);
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
        refuse(arguments.files.front(), 0, *reason);
    }
    const ReportFormat format = arguments.output.format.value_or(ReportFormat::text);
    if (format != ReportFormat::text && format != ReportFormat::markdown &&
        format != ReportFormat::json) {
        throw EnvironmentError(
            "command line: what changed in models has the formats text, markdown and json; choose "
            "one");
    }
    const std::string text = render(std::get<DiffReport>(parsed),
                                    format == ReportFormat::text       ? DiffFormat::text
                                    : format == ReportFormat::markdown ? DiffFormat::markdown
                                                                       : DiffFormat::json,
                                    arguments.output.limit_bytes.value_or(diff_comment_limit));
    if (arguments.output.file && *arguments.output.file != "-") {
        write_file_atomically(*arguments.output.file, text);
    } else {
        write_result(streams, text);
    }
    return ExitCode::done;
}

ExitCode run(const Arguments& arguments, const Streams& streams) {
    std::vector<ValidationReport> reports;
    for (const std::string& file : arguments.files) {
        const JsonValue document = read_part(file);
        if (arguments.files.size() == 1 && is_diff(document)) {
            return show_diff(arguments, document, streams);
        }
        auto parsed = parse_report(document);
        if (const auto* reason = std::get_if<std::string>(&parsed)) refuse(file, 0, *reason);
        reports.push_back(std::get<ValidationReport>(std::move(parsed)));
    }
    write_report(merge_reports(std::move(reports)), arguments.output, streams);
    return ExitCode::done;
}

}  // namespace

void add_merge_command(CLI::App& app, Job& job) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand(
        "merge", "Puts reports of several machines together, and shows one in another form");
    command
        ->add_option("FILES", arguments->files,
                     "Reports of `validate --format json`, or one of `diff --format json`")
        ->required()
        ->option_text("FILE...");
    add_report_options(*command, arguments->output);
    command->callback([arguments, &job] {
        job = [arguments](const Streams& streams) { return run(*arguments, streams); };
    });
}

}  // namespace onnxhub
