// SPDX-License-Identifier: Apache-2.0
// `onnxhub merge`: join the parts that several machines made; check the report of another run and
// print it in another format.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "base/escaping.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/generation_report.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/report_output.h"
#include "cli/shard_options.h"
#include "diff/diff_report.h"
#include "generator/manifest_part.h"
#include "manifest/diagnostic.h"
#include "manifest/json.h"
#include "manifest/manifest_reader.h"
#include "repository/hub_folder.h"
#include "validator/baseline_file.h"
#include "validator/report_reader.h"

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

[[noreturn]] void refuse(const std::string& file, int line, const std::string& reason) {
    throw UserError(fmt::format(
        "{}{}: {}; name a file that `onnxhub` wrote with --format json or "
        "--shard",
        printable(file), line > 0 ? ":" + std::to_string(line) : "", printable(reason)));
}

JsonValue read_part(const std::string& file) {
    auto parsed = parse_json(read_file(file, json_size_limit));
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        refuse(file, error->line, error->message);
    }
    return std::get<JsonDocument>(std::move(parsed)).root;
}

/// The keys of a document show its kind.
bool is_diff(const JsonValue& document) {
    return document.find("models") && document.find("unchanged");
}

ExitCode show_diff(const MergeArguments& arguments, const JsonValue& document,
                   const Streams& streams) {
    auto parsed = parse_diff_report(document);
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
        refuse(arguments.files.front(), 0, *reason);
    }
    const ReportFormat format = arguments.output.format.value_or(ReportFormat::text);
    if (format != ReportFormat::text && format != ReportFormat::markdown &&
        format != ReportFormat::json) {
        throw UserError(
            "command line: a report of `diff` has the formats text, markdown and json; choose one");
    }
    const std::string text = render(std::get<DiffReport>(parsed),
                                    format == ReportFormat::text       ? DiffFormat::text
                                    : format == ReportFormat::markdown ? DiffFormat::markdown
                                                                       : DiffFormat::json,
                                    arguments.output.limit_bytes.value_or(diff_comment_limit));
    write_text(text, arguments.output, streams);
    return ExitCode::done;
}

std::vector<ManifestPart> read_manifest_parts(const std::vector<std::string>& files,
                                              const std::vector<JsonValue>& documents) {
    std::vector<ManifestPart> parts;
    std::vector<Shard> shards;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!is_manifest_part(documents[i])) refuse(files[i], 0, "is not a part of a manifest");
        auto parsed = parse_manifest_part(documents[i]);
        if (const auto* reason = std::get_if<std::string>(&parsed)) refuse(files[i], 0, *reason);
        parts.push_back(std::get<ManifestPart>(std::move(parsed)));
        const ManifestPart& part = parts.back();
        shards.push_back(part.shard);
        if (!part.is_complete) {
            throw UserError(printable(files[i]) +
                            ": is the --resume file of an unfinished run; name the part that it "
                            "writes at its end");
        }
        if (part.inputs != parts.front().inputs) {
            throw UserError(
                fmt::format("{}: belongs to another state of the hub than {}; run "
                            "all shards on the same commit",
                            printable(files[i]), printable(files.front())));
        }
    }
    require_all_shards(files, shards);
    return parts;
}

/// Locks the hub whose manifest is written. Other files need no lock.
std::optional<HubLock> lock_of_output(const std::optional<std::string>& output,
                                      HubPrinter& printer) {
    namespace fs = std::filesystem;
    if (!output || fs::path(*output).filename() != manifest_file_name) return std::nullopt;
    catch_interruptions();
    const fs::path folder = fs::path(*output).parent_path();
    return lock_hub(folder.empty() ? "." : folder, printer);
}

ExitCode write_merged(const MergeArguments& arguments, const std::vector<JsonValue>& documents,
                      const Streams& streams) {
    if (arguments.has_report_options) {
        throw UserError(
            "command line: the parts are parts of a manifest; leave out --format, --limit, "
            "--baseline and --fail-on");
    }
    Diagnostics diagnostics;
    const MergedParts merged =
        merge_parts(read_manifest_parts(arguments.files, documents), diagnostics);
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

ExitCode write_reports(const MergeArguments& arguments, const std::vector<JsonValue>& documents,
                       const Streams& streams) {
    std::vector<ValidationReport> reports;
    std::vector<Shard> shards;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        auto parsed = parse_report(documents[i]);
        if (const auto* reason = std::get_if<std::string>(&parsed)) {
            refuse(arguments.files[i], 0, *reason);
        }
        reports.push_back(std::get<ValidationReport>(std::move(parsed)));
        if (reports.back().shard) shards.push_back(*reports.back().shard);
    }
    // A single report may be printed even if it is of one shard.
    if (reports.size() > 1 && !shards.empty()) {
        if (shards.size() < reports.size()) {
            throw UserError(
                "command line: some of these reports are of shards and some are not; name all "
                "parts of one run");
        }
        require_all_shards(arguments.files, shards);
    }
    ValidationReport report = merge_reports(std::move(reports));
    if (arguments.baseline)
        apply_baseline(*arguments.baseline, std::nullopt, !shards.empty(), report);
    write_report(report, arguments.output, streams);
    return fails(report, arguments.fail_on) ? ExitCode::findings : ExitCode::done;
}

ExitCode run_merge(const MergeArguments& arguments, const Streams& streams) {
    std::vector<JsonValue> documents;
    for (const std::string& file : arguments.files) documents.push_back(read_part(file));
    if (documents.size() == 1 && is_diff(documents.front())) {
        return show_diff(arguments, documents.front(), streams);
    }
    if (is_manifest_part(documents.front())) return write_merged(arguments, documents, streams);
    return write_reports(arguments, documents, streams);
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
