// SPDX-License-Identifier: Apache-2.0
// `onnxhub export`: write a hub as a directory that any web server can host.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/escaping.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/index_options.h"
#include "cli/interruption.h"
#include "cli/peek_options.h"
#include "cli/progress.h"
#include "hosting/export/hub_export.h"
#include "manifest/diagnostic.h"
#include "repository/hub_folder.h"
#include "repository/hub_location.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t shown_missing_files = 20;  // without --verbose

struct ExportArguments {
    std::string location;
    std::string to;
    std::optional<std::string> name;
    std::optional<std::string> base_url;
    bool copies = false;
    bool allows_missing = false;
    bool fetches = false;
    bool has_index = false;
    std::size_t index_roots = kept_index_roots;
    bool has_no_manifest = false;
    bool has_no_graphs = false;
    PeekArguments peek;
};

/// Resolves a symbolic link, so that the export replaces its target and not the link.
fs::path export_place(const std::string& to) {
    fs::path place = fs::absolute(to).lexically_normal();
    if (!place.has_filename()) place = place.parent_path();
    std::error_code error;
    const fs::path target = fs::canonical(place, error);
    return error ? place : target;
}

std::string files_text(std::size_t count) {
    return fmt::format("{} {}", count, count == 1 ? "file" : "files");
}

ExportRequest export_request(const ExportArguments& arguments) {
    ExportRequest request;
    request.to = export_place(arguments.to);
    request.name = arguments.name;
    request.hub_folder = locate_hub(arguments.location).folder;
    request.location = arguments.location;
    request.folder_name = fs::weakly_canonical(request.hub_folder).filename();
    request.base_url = arguments.base_url;
    request.copies = arguments.copies;
    request.allows_missing = arguments.allows_missing;
    request.index_roots = arguments.has_index ? arguments.index_roots : 0;
    request.has_manifest = !arguments.has_no_manifest;
    request.has_graphs = !arguments.has_no_graphs;
    request.check_interruption = check_interruption;
    return request;
}

HubFolder open_exported(const ExportArguments& arguments) {
    const HubLocation location = locate_hub(arguments.location);
    return open_hub(location.folder,
                    location.reads_commit ? std::optional(location.ref) : std::nullopt);
}

/// Fetches objects of the missing files into the LFS store. The caller reports files that stay
/// missing by name, since git-lfs reports hashes only.
void fetch_models(const ExportArguments& arguments, const std::vector<std::string>& missing,
                  const Streams& streams) {
    HubPrinter printer(streams);
    const HubFolder hub = open_exported(arguments);
    FetchRequest request = fetch_request(hub, missing, git_messages(printer));
    request.into = FetchInto::store_alone;
    printer.fetch_started(missing.size());
    const FetchedContent fetched(*hub.repository, std::move(request));
    check_interruption();
    if (fetched.problem()) note(streams, printable(*fetched.problem()));
}

/// What --peek reads is kept in `peeked`.
void add_peek(const ExportArguments& arguments, const Streams& streams, ExportRequest& request,
              std::optional<PeekedGraphs>& peeked) {
    const auto asked = peek_request(arguments.peek);
    if (!asked) return;
    request.peek = [&arguments, &streams, &peeked, asked](const std::vector<PeekTarget>& targets) {
        HubPrinter printer(streams);
        const HubFolder hub = open_exported(arguments);
        Diagnostics ignored;  // `validate` reports problems of the settings
        const Settings settings = read_settings(*hub.tree, std::nullopt, ignored);
        peeked = peek_graphs(targets, peek_options(*asked, hub, settings.peek_mirrors), printer);
        printer.progress().finish();
        print_peeked(streams, peeked->summary());
        return &*peeked;
    };
}

/// --quiet does not hide errors: the missing files are the reason why nothing is written.
void report_missing_files(const ExportReport& report, bool is_error, const Streams& streams) {
    if (streams.options.quiet && !is_error) return;
    const std::size_t shown = streams.options.verbose
                                  ? report.missing.size()
                                  : std::min(shown_missing_files, report.missing.size());
    for (std::size_t i = 0; i < shown; ++i) {
        streams.err << "onnxhub: "
                    << escaped_line(report.missing[i] + ": its content is not available locally")
                    << '\n';
    }
    if (shown < report.missing.size()) {
        note(streams,
             fmt::format("and {} more; --verbose lists them", report.missing.size() - shown));
    }
}

ExitCode run_export(const ExportArguments& arguments, const Streams& streams) {
    catch_interruptions();
    ExportRequest request = export_request(arguments);
    // With --fetch, files are left out only after fetching them failed.
    request.allows_missing = arguments.allows_missing && !arguments.fetches;
    std::optional<PeekedGraphs> peeked;
    add_peek(arguments, streams, request, peeked);
    const auto export_now = [&] {
        const LocalHub hub(arguments.location);
        request.manifest = read_manifest_of_hub(hub, arguments.location, streams);
        return export_hub(hub, request);
    };
    ExportReport report = export_now();
    if (!report.missing.empty() && arguments.fetches) {
        fetch_models(arguments, report.missing, streams);
        request.allows_missing = arguments.allows_missing;
        report = export_now();
    }
    report_missing_files(report, !arguments.allows_missing, streams);
    if (!report.missing.empty() && !arguments.allows_missing) {
        print_error(
            streams.err,
            arguments.to + ": not written, " + files_text(report.missing.size()) +
                (arguments.fetches
                     ? " could not be fetched; use --allow-missing to leave out missing files"
                 : report.missing.size() == 1
                     ? " is a Git LFS pointer; use --fetch to fetch it, or "
                       "--allow-missing to leave it out"
                     : " are Git LFS pointers; use --fetch to fetch them, or "
                       "--allow-missing to leave them out"));
        return ExitCode::unusable;
    }
    write_paths(streams, {arguments.to});
    note(streams,
         fmt::format("{}, {}: {} kept, {} linked, {} copied", files_text(report.files),
                     human_bytes(report.bytes), report.kept, report.linked, report.copied));
    if (!report.elsewhere.empty()) {
        note(streams, model_count(report.elsewhere.size()) +
                          " without a file: the manifest names other servers for " +
                          (report.elsewhere.size() == 1 ? "it" : "them"));
    }
    if (report.graphs > 0) {
        note(streams, fmt::format("graphs of {}, {} new", model_count(report.graphs),
                                  report.written_graphs));
    }
    if (report.index) note(streams, index_report_text(*report.index));
    if (!report.unsigned_reason.empty()) warn(streams, report.unsigned_reason);
    if (report.carried > 0) {
        note(streams, "carried over " + files_text(report.carried) +
                          " that no export wrote; SHA256SUMS does not list " +
                          (report.carried == 1 ? "it" : "them"));
    }
    return ExitCode::done;
}

}  // namespace

void add_export_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<ExportArguments>();
    CLI::App* command =
        app.add_subcommand("export", "Write a hub as a directory that any web server can host");
    command
        ->add_option("DIR", arguments->location,
                     "Read this hub: a directory, or a repository (also bare) with :ref (default: "
                     "the hub that "
                     "contains the current directory)")
        ->option_text("[DIR[:ref]]");
    command
        ->add_option("--to", arguments->to,
                     "Write this directory, or update an earlier export in it")
        ->type_name("OUT")
        ->required();
    command
        ->add_option(
            "--name", arguments->name,
            "Set the title of the catalog page (default: that of the hub's README, or DIR's name)")
        ->type_name("TEXT");
    command
        ->add_option("--base-url", arguments->base_url,
                     "Use this address of the export in the commands on the page")
        ->type_name("URL");
    command->add_flag("--copy", arguments->copies,
                      "Copy files instead of linking to those of the hub");
    command->add_flag("--allow-missing", arguments->allows_missing,
                      "Skip files whose content is not available locally");
    command->add_flag("--fetch", arguments->fetches,
                      "First fetch files that are not available locally into the Git LFS store");
    CLI::Option* peek = add_graph_peek_options(*command, arguments->peek);
    command
        ->add_flag("--no-graphs", arguments->has_no_graphs,
                   "Leave out the graphs of the models, which the catalog page shows")
        ->excludes(peek);
    CLI::Option* index = command->add_flag(
        "--index", arguments->has_index,
        "Also write an index, from which clients read only what they need of a large hub");
    add_keep_index_option(*command, arguments->index_roots)->needs(index);
    command
        ->add_flag("--no-manifest", arguments->has_no_manifest,
                   "Leave out the manifest; then only clients that know the index can read the "
                   "export, and the page shows no models")
        ->needs(index);
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->location, streams);
            return run_export(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
