// SPDX-License-Identifier: Apache-2.0
// `onnxhub validate`: check a repository and its manifest, and report findings.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "base/environment.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/kept_inference.h"
#include "cli/peek_options.h"
#include "cli/report_output.h"
#include "cli/shard_options.h"
#include "hosting/client/user_config.h"
#include "model/onnx_worker.h"
#include "remote/lfs_server.h"
#include "validator/baseline_file.h"
#include "validator/hub_validation.h"
#include "validator/remote_sources.h"
#include "validator/report.h"
#include "validator/rule_catalog.h"
#include "validator/rule_page.h"

namespace onnxhub {
namespace {

struct ValidateArguments {
    std::string hub_root;
    std::optional<std::string> revision;
    std::optional<std::string> manifest_file;
    std::optional<std::string> changed_since;
    std::optional<std::string> settings_file;
    std::optional<std::string> baseline;
    std::optional<std::string> write_baseline;
    std::vector<std::string> select;
    std::vector<std::string> ignore;
    ReportOutput output;
    std::optional<Severity> fail_on = Severity::error;
    std::optional<Shard> shard;
    std::optional<std::uint64_t> max_disk_bytes;
    std::optional<std::string> resume_file;
    std::optional<unsigned> jobs;
    bool schema_only = false;
    bool fix = false;
    bool allow_removals = false;
    bool fetch = false;
    bool drop = false;
    bool deepen = false;
    bool remote = false;
    bool run = false;
    std::optional<std::string> runtime;
    std::optional<unsigned> run_seconds;
    PeekArguments peek;
    bool rules = false;
};

ValidationRequest validation_request(const ValidateArguments& arguments, const Streams& streams) {
    ValidationRequest request;
    request.folder = arguments.hub_root;
    request.revision = arguments.revision;
    request.manifest_file = arguments.manifest_file;
    request.settings_file = arguments.settings_file;
    request.changed_since = arguments.changed_since;
    request.baseline_file = arguments.baseline;
    request.select = arguments.select;
    request.ignore = arguments.ignore;
    request.shard = arguments.shard;
    if (arguments.fetch) {
        request.fetch = {arguments.drop, arguments.max_disk_bytes, arguments.resume_file};
    }
    request.keeps_notes = streams.options.verbose || !arguments.select.empty();
    request.deepens = arguments.deepen;
    request.peek = peek_request(arguments.peek);
    request.schema_only = arguments.schema_only;
    request.fixes = arguments.fix;
    request.allows_removals = arguments.allow_removals;
    request.jobs = arguments.jobs.value_or(0);
    return request;
}

HttpOptions http_options() {
    HttpOptions http;
    http.user_agent = "onnxhub/" ONNXHUB_VERSION;
    http.is_stopped = is_interrupted;
    return http;
}

/// Manifests name the servers of models elsewhere, so the user's policy decides about them.
void add_remote(ValidationTools& tools) {
    HttpOptions http = http_options();
    http.policy = tools.addresses;
    tools.connect = [http](const HubFolder& hub) { return lfs_server_of(hub, http); };
    const auto servers = std::make_shared<SourceServers>(std::move(http));
    tools.remote_sources = [servers](const std::vector<std::string>& urls) {
        return servers->ask(urls);
    };
}

std::optional<RunTool> run_tool(const ValidateArguments& arguments) {
    if (!arguments.run) return std::nullopt;
    RunTool tool{ModelRuntime::find(arguments.runtime, process_environment)};
    if (auto folder = default_state_folder(process_environment)) {
        tool.verdicts = *folder / "run-verdicts";
    }
    tool.check_interruption = check_interruption;
    if (arguments.run_seconds) tool.limits.time = std::chrono::seconds(*arguments.run_seconds);
    return tool;
}

ExitCode list_rules(const ValidateArguments& arguments, const Streams& streams) {
    switch (arguments.output.format.value_or(ReportFormat::text)) {
        case ReportFormat::text:
            streams.out << rules_text();
            break;
        case ReportFormat::json:
            streams.out << rules_json();
            break;
        case ReportFormat::markdown:
            streams.out << rules_markdown();
            break;
        default:
            throw UserError(
                "command line: --rules has the formats text, json and markdown; choose one");
    }
    streams.out.flush();
    return ExitCode::done;
}

ExitCode run_validate(const ValidateArguments& arguments, const Streams& streams) {
    if (arguments.rules) return list_rules(arguments, streams);
    catch_interruptions();
    HubPrinter printer(streams);
    const auto workers = std::make_shared<OnnxWorkers>();
    const auto inference = kept_shape_inference(workers);
    const auto checker = isolated_model_checker(workers);
    ValidationTools tools{inference.get(), checker.get(), &printer.progress()};
    tools.addresses = address_policy_of(read_user_config(process_environment));
    if (arguments.remote) add_remote(tools);
    const auto runner = run_tool(arguments);
    if (runner) tools.run = &*runner;
    const HubValidation validated =
        validate_hub(validation_request(arguments, streams), tools, printer);
    printer.progress().finish();
    if (arguments.peek.is_dry && validated.peeked) {
        print_peek_estimate(streams, *validated.peeked);
        return ExitCode::done;
    }
    if (validated.peeked) print_peeked(streams, *validated.peeked);
    const ValidationReport& report = validated.report;
    if (arguments.write_baseline) {
        save_baseline(*arguments.write_baseline, report);
        note(streams, fmt::format("{}: {} finding{} written", *arguments.write_baseline,
                                  report.findings.size(), report.findings.size() == 1 ? "" : "s"));
        return ExitCode::done;
    }
    write_report(report, arguments.output, streams);
    if (!validated.fetch_problems.empty()) {
        throw UserError(validated.fetch_problems.front() +
                        "; some checks were skipped; push the missing objects, or leave "
                        "out --fetch");
    }
    if (validated.peeked) require_all_peeked(*validated.peeked);
    return fails(report, arguments.fail_on) ? ExitCode::findings : ExitCode::done;
}

}  // namespace

void add_validate_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<ValidateArguments>();
    CLI::App* command =
        app.add_subcommand("validate", "Check a repository and its manifest, and report findings");
    command->add_option("DIR", arguments->hub_root, hub_folder_help)->option_text("[DIR]");
    const auto option = [command](const char* name, auto& value, const char* type,
                                  const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    const auto flag = [command](const char* name, bool& value, const char* help) {
        return command->add_flag(name, value, help);
    };
    CLI::Option* revision = option(
        "--rev", arguments->revision, "REV",
        "Check this commit, branch or tag instead of the working tree; works in bare clones");
    option("--manifest", arguments->manifest_file, "FILE",
           "Check this manifest instead of the hub's own");
    option("--changed-since", arguments->changed_since, "REF",
           "Report what changed since the merge base with REF, and what that breaks elsewhere");
    add_report_options(*command, arguments->output);
    option("--settings", arguments->settings_file, "FILE",
           "Use these settings instead of the hub's onnxhub.toml");
    option("--select", arguments->select, "RULE,…", "Check only these rules or families")
        ->delimiter(',')
        ->allow_extra_args(false);
    option("--ignore", arguments->ignore, "RULE,…", "Skip these rules or families")
        ->delimiter(',')
        ->allow_extra_args(false);
    add_fail_on_option(*command, arguments->fail_on);
    CLI::Option* baseline =
        option("--baseline", arguments->baseline, "FILE",
               "Suppress the findings in this file, and report which of them are fixed");
    CLI::Option* write_baseline = option("--write-baseline", arguments->write_baseline, "FILE",
                                         "Write all findings to this file, for --baseline")
                                      ->excludes(baseline);
    option("-j,--jobs", arguments->jobs, "N", "Use N threads, 1 to 1024 (default: one per core)")
        ->check(CLI::Range(1u, 1024u));
    flag("--deepen", arguments->deepen,
         "Fetch the history that --changed-since needs in a shallow clone; if the base stays "
         "unknown, report everything");
    CLI::Option* schema_only = flag("--schema-only", arguments->schema_only,
                                    "Check the manifest alone, without the repository");
    CLI::Option* fix =
        flag("--fix", arguments->fix, "Repair the manifest from tables, files and graphs")
            ->excludes(revision);
    flag("--allow-removals", arguments->allow_removals,
         "Let --fix remove more than a tenth of the entries")
        ->needs(fix);
    CLI::Option* fetch = flag(
        "--fetch", arguments->fetch,
        "First fetch models and archives that are not available locally from the Git LFS server");
    CLI::Option* drop = flag("--drop", arguments->drop, "Delete fetched files after checking them")
                            ->needs(fetch)
                            ->excludes(fix);
    add_max_disk_option(*command, arguments->max_disk_bytes)->needs(drop);
    option("--resume", arguments->resume_file, "FILE",
           "Keep the findings of finished batches of --fetch --drop in this file, and resume from "
           "it")
        ->needs(drop);
    add_peek_options_with_dry_run(*command, arguments->peek);
    add_shard_option(*command, arguments->shard)
        ->excludes(fix)
        ->excludes(schema_only)
        ->excludes(baseline)
        ->excludes(write_baseline);
    flag("--remote", arguments->remote,
         "Ask the Git LFS server, and the servers of models elsewhere, whether they have every "
         "file; download nothing")
        ->excludes(schema_only);
    CLI::Option* run =
        flag(
            "--run", arguments->run,
            "Run each model with its test data in ONNX Runtime and compare the outputs; models are "
            "programs, so this runs code of the hub, isolated from network and files")
            ->excludes(schema_only);
    option("--runtime", arguments->runtime, "PATH",
           "Use this Python interpreter that has onnxruntime, or this folder of the npm package "
           "onnxruntime-node (default: search)")
        ->needs(run);
    option("--run-seconds", arguments->run_seconds, "N",
           "Stop the run of a model after N seconds, 1 to 86400 (default: 120)")
        ->check(CLI::Range(1u, 86400u))
        ->needs(run);
    flag("--rules", arguments->rules, "List the rules");
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->hub_root, streams);
            return run_validate(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
