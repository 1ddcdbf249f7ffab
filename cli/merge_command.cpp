// SPDX-License-Identifier: Apache-2.0
// `onnxhub merge`: join the parts that several machines made; check the report of another run and
// print it in another format.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/user_error.h"
#include "cli/command.h"
#include "cli/generation_report.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/report_output.h"
#include "diff/diff_report.h"
#include "generator/part_files.h"
#include "manifest/diagnostic.h"
#include "manifest/part_file.h"
#include "validator/baseline_file.h"
#include "validator/report_files.h"

namespace onnxhub {
namespace {

struct MergeArguments {
    std::vector<std::string> files;
    ReportOutput output;
    std::optional<std::string> baseline;
    std::optional<Severity> fail_on = Severity::error;
    bool has_report_options = false;
    bool allow_removals = false;
};

DiffFormat diff_format(ReportFormat format) {
    switch (format) {
        case ReportFormat::text:
            return DiffFormat::text;
        case ReportFormat::markdown:
            return DiffFormat::markdown;
        case ReportFormat::json:
            return DiffFormat::json;
        default:
            throw UserError(
                "command line: a report of `diff` has the formats text, markdown and json; "
                "choose one");
    }
}

ExitCode show_diff(const MergeArguments& arguments, const PartFile& file, const Streams& streams) {
    const DiffReport report = diff_report_in(file);
    const DiffFormat format = diff_format(arguments.output.format.value_or(ReportFormat::text));
    write_text(render(report, format, arguments.output.limit_bytes.value_or(diff_comment_limit)),
               arguments.output, streams);
    return ExitCode::done;
}

/// Locks the hub whose manifest is written. Other files need no lock.
std::optional<HubLock> lock_of_output(const std::optional<std::string>& output,
                                      HubPrinter& printer) {
    if (!output || std::filesystem::path(*output).filename() != manifest_file_name) {
        return std::nullopt;
    }
    catch_interruptions();
    return lock_hub_of(*output, printer);
}

ExitCode write_merged(const MergeArguments& arguments, const std::vector<PartFile>& files,
                      const Streams& streams) {
    if (arguments.has_report_options) {
        throw UserError(
            "command line: the parts are parts of a manifest; leave out --format, --limit, "
            "--baseline and --fail-on");
    }
    Diagnostics diagnostics;
    const MergedParts merged = merge_part_files(files, diagnostics);
    print(streams, diagnostics);
    print_result(streams, merged.result);
    const ManifestUpdate& update = merged.result.update;
    if (!arguments.allow_removals && refuses_removals(streams, update, merged.present_count)) {
        return ExitCode::findings;
    }
    HubPrinter printer(streams);
    const auto lock = lock_of_output(arguments.output.file, printer);
    write_document(streams, arguments.output.file.value_or("-"), update.text,
                   entry_count(update.entry_count));
    return diagnostics.has_errors() || has_unmade_entries(merged.result) ? ExitCode::findings
                                                                         : ExitCode::done;
}

ExitCode write_reports(const MergeArguments& arguments, const std::vector<PartFile>& files,
                       const Streams& streams) {
    auto [report, checked_everything] = merge_report_files(files);
    if (arguments.baseline) {
        apply_baseline(*arguments.baseline, std::nullopt, checked_everything, report);
    }
    write_report(report, arguments.output, streams);
    return fails(report, arguments.fail_on) ? ExitCode::findings : ExitCode::done;
}

ExitCode run_merge(const MergeArguments& arguments, const Streams& streams) {
    std::vector<PartFile> files;
    for (const std::string& name : arguments.files) files.push_back(read_part_file(name));
    if (files.size() == 1 && is_diff_report(files.front().document)) {
        return show_diff(arguments, files.front(), streams);
    }
    if (is_manifest_part(files.front().document)) return write_merged(arguments, files, streams);
    return write_reports(arguments, files, streams);
}

}  // namespace

void add_merge_command(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<MergeArguments>();
    CLI::App* command = app.add_subcommand(
        "merge", "Join the results of several machines, or print a report in another format");
    command
        ->add_option("FILES", arguments->files,
                     "Read parts of a manifest from `generate --shard`, reports of `validate "
                     "--format json`, or one report of `diff --format json`")
        ->required()
        ->option_text("FILE...");
    add_report_options(*command, arguments->output);
    add_fail_on_option(*command, arguments->fail_on);
    command
        ->add_option("--baseline", arguments->baseline,
                     "Suppress the findings in this file, as `validate` does")
        ->type_name("FILE");
    command->add_flag(
        "--allow-removals", arguments->allow_removals,
        "Write the manifest even if more than a tenth of the entries would be removed");
    command->callback([arguments, command, &chosen] {
        for (const char* option : {"--format", "--limit", "--fail-on", "--baseline"}) {
            arguments->has_report_options |= command->count(option) > 0;
        }
        chosen = [arguments](const Streams& streams) { return run_merge(*arguments, streams); };
    });
}

}  // namespace onnxhub
