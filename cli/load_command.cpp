// SPDX-License-Identifier: Apache-2.0
// `onnxhub load`: a model of a hub into the cache, verified; prints its path.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <ostream>
#include <utility>
#include <variant>

#include "cli/hub_models.h"
#include "cli/interruption.h"
#include "cli/job.h"
#include "cli/progress.h"
#include "hosting/client/model_download.h"
#include "hosting/client/model_query.h"
#include "manifest/environment_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Where the official models' bytes are since its own downloads were switched off.
constexpr const char* official_mirror = "hf://onnxmodelzoo";

struct Arguments {
    HubArguments hub;
    std::string model;
    VersionWish wish = {{}, {}, {}};
    std::vector<std::string> mirrors;
    std::optional<std::string> output;
    bool force_reload = false;
    bool trust = false;
    bool with_test_data = false;
};

CacheKey key_of(const std::string& path, const StatedContent& content) {
    if (!content.sha || !content.size_bytes) {
        throw EnvironmentError(
            printable(path) +
            ": the manifest states no SHA-256 and size, so nothing can vouch for "
            "it; tell the hub's maintainers");
    }
    return {path, *content.sha, *content.size_bytes, true};
}

/// Asks on a terminal before bytes come from a hub nobody vouched for; anything but "y" is no.
void ask_for_trust(const Arguments& arguments, const OpenHub& hub, std::uint64_t size_bytes,
                   const Streams& streams) {
    if (arguments.trust || is_official(hub.spec)) return;
    const std::string what = fmt::format("{} from {}, which is not the official hub",
                                         human_bytes(size_bytes), to_text(hub.spec));
    if (!streams.err_is_terminal || isatty(STDIN_FILENO) != 1) {
        throw EnvironmentError(
            printable("about to download " + what + "; say --trust if you trust it"));
    }
    streams.err << "onnxhub: about to download " << printable(what) << ". Continue?[y/n] "
                << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "Y") {
        throw EnvironmentError("not downloaded; say y, or --trust, to go on");
    }
}

FileSources sources_of(const Arguments& arguments, const OpenHub& hub, const std::string& path) {
    FileSources sources;
    if (hub.spec.kind == HubSpec::Kind::folder) sources.folder = hub.spec.folder;
    sources.urls = file_urls(hub.spec, hub.endpoints, path);
    std::vector<std::string> mirrors = arguments.mirrors;
    if (is_official(hub.spec)) mirrors.push_back(official_mirror);
    for (const std::string& mirror : mirrors) {
        const HubSpec spec = parse_hub_option("--mirror", mirror);
        for (std::string& url : file_urls(spec, hub.endpoints, path)) {
            sources.urls.push_back(std::move(url));
        }
    }
    return sources;
}

/// One file, with its troubles told.
fs::path load(const Arguments& arguments, const OpenHub& hub, const CacheKey& file,
              const Streams& streams) {
    HashProgress progress(streams.err, streams.err_is_terminal && !streams.options.no_progress &&
                                           !streams.options.quiet);
    progress.will_hash(1, file.size_bytes);
    std::uint64_t told = 0;
    DownloadOptions options;
    options.force = arguments.force_reload;
    options.is_offline = arguments.hub.is_offline;
    options.before_download = [&](std::uint64_t bytes) {
        ask_for_trust(arguments, hub, bytes, streams);
    };
    options.progress = [&](std::uint64_t done, std::uint64_t) {
        if (done > told) progress.hashed(done - told);
        told = done;
    };
    options.check_interruption = check_interruption;
    const LoadedFile loaded = load_file(file, sources_of(arguments, hub, file.hub_path),
                                        ModelCache(hub.cache_folder), options, *hub.client);
    progress.finish();
    for (const std::string& trouble : loaded.troubles) note(streams, printable(trouble));
    if (!loaded.was_cached) {
        note(streams, fmt::format("{}: {}, SHA-256 verified", printable(file.hub_path),
                                  human_bytes(file.size_bytes)));
    }
    return loaded.path;
}

void copy_to(const fs::path& from, const std::string& to) {
    std::error_code error;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
    if (error) {
        throw EnvironmentError(to + ": can't be written (" + error.message() +
                               "); the model is at " + from.string());
    }
}

ExitCode run(const Arguments& arguments, const Streams& streams) {
    const OpenHub hub = open_hub_models(arguments.hub, streams);
    const auto found = get_model_info(hub.document, arguments.model, arguments.wish);
    if (const auto* missing = std::get_if<ModelNotFound>(&found)) {
        throw EnvironmentError(printable(missing->message + "; " + missing->hint));
    }
    const Entry& entry = *std::get<const ManifestEntry*>(found)->entry;
    if (arguments.with_test_data && !entry.archive_path) {
        throw EnvironmentError(printable(entry.model) +
                               ": the hub has no test data for it; leave "
                               "out --with-test-data");
    }
    const fs::path path =
        arguments.with_test_data
            ? load(arguments, hub, key_of(*entry.archive_path, entry.archive), streams)
            : load(arguments, hub, key_of(entry.model_path, entry.content), streams);
    if (!arguments.with_test_data) {
        for (const ExternalDataFile& weights : entry.external_data) {
            load(arguments, hub, {weights.path, weights.sha, weights.size_bytes, false}, streams);
        }
    }
    if (arguments.output) copy_to(path, *arguments.output);
    streams.out << (arguments.output ? *arguments.output : path.string()) << '\n';
    streams.out.flush();
    if (!streams.out) throw EnvironmentError("standard output: can't be written");
    return ExitCode::done;
}

}  // namespace

void add_load_command(CLI::App& app, Job& job) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand(
        "load", "Downloads a model into the cache, verifies it, prints its path");
    command->add_option("NAME", arguments->model, "The model's name")->required();
    add_hub_options(*command, arguments->hub);
    const auto option = [command](const char* name, auto& value, const char* type,
                                  const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    option("--opset", arguments->wish.opset, "N", "This opset (default: the largest)");
    option("--max-opset", arguments->wish.max_opset, "N",
           "The largest opset up to this one, for older runtimes");
    option("--max-ir", arguments->wish.max_ir, "N",
           "Only versions up to this IR version, for older runtimes");
    option("--mirror", arguments->mirrors, "SPEC",
           "Also try this hub for the bytes; the SHA-256 decides. May be repeated")
        ->allow_extra_args(false);
    option("--output", arguments->output, "FILE", "Copy the file there and print that path");
    command->add_flag("--force-reload", arguments->force_reload, "Download even if it is cached");
    command->add_flag("--trust", arguments->trust, "Don't ask before a download from this hub");
    command->add_flag("--with-test-data", arguments->with_test_data,
                      "Load the archive with the model and its test data instead");
    command->callback([arguments, &job] {
        job = [arguments](const Streams& streams) { return run(*arguments, streams); };
    });
}

}  // namespace onnxhub
