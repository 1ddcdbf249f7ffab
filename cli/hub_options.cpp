// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/escaping.h"
#include "base/terminal_size.h"
#include "base/user_error.h"
#include "cli/hub_folder_option.h"
#include "cli/interruption.h"
#include "cli/progress.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/pinned_copy.h"
#include "manifest/diagnostic.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

/// Every answer except "y" means no.
bool ask_on_terminal(const TrustQuestion& question, const Streams& streams) {
    const std::string what = escaped_line(fmt::format(
        "about to download {} from {}, which is not the official hub{}",
        question.size_bytes ? human_bytes(*question.size_bytes) : "a file of unknown size",
        question.hub, question.other_host.empty() ? "" : " and names " + question.other_host));
    if (!streams.err_is_terminal || !is_terminal(StandardStream::input)) {
        throw HubError(HubProblem::untrusted, what + "; use --trust if you trust it");
    }
    streams.err << "onnxhub: " << what << ". Continue?[y/n] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "Y") {
        throw HubError(HubProblem::untrusted,
                       "not downloaded; answer y or use --trust to continue");
    }
    return true;
}

/// $ONNXHUB_TIMEOUT; nullopt: the default.
std::optional<std::chrono::seconds> stall_timeout() {
    const auto text = process_environment("ONNXHUB_TIMEOUT");
    if (!text) return std::nullopt;
    constexpr int most = 3600;
    const auto seconds = parse_decimal<int>(*text);
    if (!seconds || *seconds < 1 || *seconds > most) {
        throw UserError(
            fmt::format("environment: ONNXHUB_TIMEOUT is \"{}\"; set a number of "
                        "seconds from 1 to {}",
                        *text, most));
    }
    return std::chrono::seconds(*seconds);
}

/// A workflow's runner obeys lines that begin with "::", also behind spaces.
std::string without_leading_command(std::string line) {
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != line.npos && line.compare(first, 2, "::") == 0) line.replace(first, 1, "\\x3a");
    return line;
}

}  // namespace

void add_hub_options(CLI::App& command, HubArguments& arguments) {
    command
        .add_option(
            "--hub", arguments.hub,
            "Read this hub: owner/name[:ref] on GitHub, https://…, hf://ORG, ./folder[:ref] or "
            "a name from your configuration (default: the hub that contains the current "
            "directory, else onnx/models:main)")
        ->type_name("SPEC");
    command
        .add_option("--cache", arguments.cache,
                    "Use this cache directory instead of the shared one")
        ->type_name("DIR");
    command.add_flag("--offline", arguments.is_offline,
                     "Open no connection; use the cached copy of the manifest");
}

void choose_hub_here(HubArguments& arguments, const Streams& streams) {
    if (arguments.hub) return;
    const std::string folder = hub_folder_here();
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::path(folder) / manifest_file_name, error)) return;
    arguments.hub = folder;
    arguments.is_chosen_here = true;
    note(streams, (folder == "." ? "the hub is this directory" : "the hub is " + folder) +
                      "; --hub onnx/models is the official one");
}

void add_version_options(CLI::App& command, VersionConstraint& constraint) {
    command.add_option("--opset", constraint.opset, "Select this opset (default: the largest)")
        ->type_name("N");
    command
        .add_option("--max-opset", constraint.max_opset,
                    "Select the largest opset up to this one, for older runtimes")
        ->type_name("N");
    command
        .add_option("--max-ir", constraint.max_ir,
                    "Select only models up to this IR version, for older runtimes")
        ->type_name("N");
    command.add_flag("--first", constraint.takes_first,
                     "If several models have this name and opset, select the first");
}

void add_download_options(CLI::App& command, DownloadArguments& arguments) {
    command
        .add_option("--mirror", arguments.mirrors,
                    "Also download from this hub; the SHA-256 is checked. May be repeated")
        ->type_name("SPEC")
        ->allow_extra_args(false);
    command
        .add_option("--files", arguments.first_sources,
                    "Download from this hub first, before the hub with the manifest. May be "
                    "repeated")
        ->type_name("SPEC")
        ->allow_extra_args(false);
    CLI::Option* trust =
        command.add_flag("--trust", arguments.trust, "Download from this hub without asking");
    command.add_flag("--ask", arguments.asks, "Ask before downloading, even from a trusted hub")
        ->excludes(trust);
    command
        .add_option("--require-model-signature", arguments.model_keys,
                    "Load only models with a signature by this public key, or by a certificate "
                    "under this root. May be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
}

ClientOptions client_options(const HubArguments& arguments, const Streams& streams) {
    catch_interruptions();
    ClientOptions options;
    if (arguments.hub) options.hub = *arguments.hub;
    if (arguments.cache) options.cache_folder = *arguments.cache;
    options.is_offline = arguments.is_offline;
    options.report = [&streams](const std::string& text) { warn(streams, text); };
    options.http.user_agent = "onnxhub/" ONNXHUB_VERSION;
    options.http.is_stopped = is_interrupted;
    if (const auto seconds = stall_timeout()) options.http.stall_timeout = *seconds;
    return options;
}

ClientOptions client_options(const HubArguments& arguments, const DownloadArguments& download,
                             const Streams& streams) {
    ClientOptions options = client_options(arguments, streams);
    options.mirrors = download.mirrors;
    options.first_sources = download.first_sources;
    options.asks_always = download.asks;
    options.model_keys.assign(download.model_keys.begin(), download.model_keys.end());
    auto was_trusted = std::make_shared<bool>(download.trust);
    options.is_trusted = [was_trusted, &streams](const TrustQuestion& question) {
        *was_trusted = *was_trusted || ask_on_terminal(question, streams);
        return *was_trusted;
    };
    return options;
}

std::filesystem::path cache_folder_of(const std::optional<std::string>& cache) {
    return cache ? std::filesystem::path(*cache) : default_cache_folder(process_environment);
}

std::string list_command_of(const HubArguments& arguments) {
    const bool is_named = arguments.hub && !arguments.is_chosen_here;
    return "`onnxhub list" + (is_named ? " --hub " + printable(*arguments.hub) : "") + "`";
}

std::string read_manifest_of_hub(const LocalHub& hub, const std::string& location,
                                 const Streams& streams) {
    return read_local_manifest(hub, location, process_environment,
                               [&](const std::string& line) { warn(streams, line); });
}

const ManifestEntry& find_model(HubClient& client, const std::string& model,
                                const VersionConstraint& constraint,
                                const HubArguments& arguments) {
    VersionConstraint version = constraint;
    std::string name = model;
    if (const auto at = model_at_opset(client.manifest_of(model), model)) {
        if (version.opset && *version.opset != at->opset) {
            throw UserError("command line: " + printable(model) + " and --opset " +
                            std::to_string(*version.opset) + " differ; leave one of them out");
        }
        version.opset = at->opset;
        name = at->model;
    }
    const auto found = get_model_info(client.manifest_of(name), name, version);
    if (const auto* missing = std::get_if<ModelNotFound>(&found)) {
        const std::string hint = missing->hint.empty()
                                     ? list_command_of(arguments) + " lists its models"
                                     : missing->hint;
        throw HubError(missing->problem, printable(missing->message + "; " + hint));
    }
    return *std::get<const ManifestEntry*>(found);
}

void write_result(const Streams& streams, const std::string& text) {
    streams.out << text;
    streams.out.flush();
    if (!streams.out) throw UserError("standard output: can't be written");
}

void write_lines(const Streams& streams, const std::string& text) {
    std::string escaped;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        escaped += without_leading_command(escaped_line(text.substr(begin, end - begin))) + "\n";
        begin = end + 1;
    }
    write_result(streams, escaped);
}

void write_paths(const Streams& streams, const std::vector<std::string>& paths) {
    std::string text;
    for (const std::string& path : paths) {
        text += without_leading_command(without_runner_commands(path, "\\x23")) + "\n";
    }
    write_result(streams, text);
}

void write_json(const Streams& streams, const std::string& text) {
    write_result(streams, without_runner_commands(text, "\\u0023"));
}

}  // namespace onnxhub
