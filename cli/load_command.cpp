// SPDX-License-Identifier: Apache-2.0
// `onnxhub load`: models of a hub into the cache, verified; prints their paths.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/environment_error.h"
#include "base/parallel.h"
#include "cli/hub_options.h"
#include "cli/interruption.h"
#include "cli/job.h"
#include "cli/load_progress.h"
#include "cli/model_copy.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/lock_file.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr unsigned parallel_loads = 4;               // more only makes servers say 429
constexpr std::uint64_t lock_file_limit = 64 << 20;  // bytes

struct Arguments {
    HubArguments hub;
    DownloadArguments download;
    std::vector<std::string> models;
    VersionWish wish = {{}, {}, {}};
    std::string lock_file = std::string(lock_file_name);
    std::optional<std::string> output;
    bool force_reload = false;
    bool with_test_data = false;
    bool is_locked = false;
    bool json = false;
};

LockFile read_lock_file(const std::string& path) {
    return parse_lock_file(read_whole(*open_file(path, path), lock_file_limit, path), path);
}

/// Those of the lock file that are named, or all.
std::vector<WantedModel> locked_models(const Arguments& arguments, LockFile lock,
                                       const HubClient& client) {
    std::vector<WantedModel> wanted;
    for (const std::string& name : arguments.models) {
        if (std::ranges::find(lock.models, name, &WantedModel::model) == lock.models.end()) {
            throw EnvironmentError(arguments.lock_file + ": has no model \"" + printable(name) +
                                   "\"; make it anew with `onnxhub lock`");
        }
    }
    for (WantedModel& model : lock.models) {
        const bool is_wanted =
            arguments.models.empty() ||
            std::ranges::find(arguments.models, model.model) != arguments.models.end();
        if (is_wanted) wanted.push_back(client.want(std::move(model)));
    }
    return wanted;
}

std::vector<WantedModel> listed_models(const Arguments& arguments, HubClient& client) {
    std::vector<WantedModel> wanted;
    for (const std::string& name : arguments.models) {
        const ManifestEntry& entry = find_model(client.manifest(), name, arguments.wish);
        wanted.push_back(client.want(*entry.entry, arguments.with_test_data));
    }
    return wanted;
}

/// Several at a time; one that can't be had doesn't stop the others.
struct Results {
    std::vector<fs::path> paths;  ///< as the models; empty where there is none
    std::vector<std::string> errors;
};

Results load_all(const Arguments& arguments, const HubClient& client,
                 const std::vector<WantedModel>& models, LoadProgress& progress) {
    Results results;
    results.paths.resize(models.size());
    std::mutex mutex;
    LoadOptions options = progress.observing();
    options.force = arguments.force_reload;
    options.check_interruption = check_interruption;
    for_each_index(models.size(), parallel_loads, [&](std::size_t i) {
        try {
            results.paths[i] = client.load(models[i], options);
            progress.finished(models[i], results.paths[i]);
        } catch (const EnvironmentError& error) {
            progress.failed(models[i], error.what());
            const std::lock_guard lock(mutex);
            results.errors.emplace_back(error.what());
        }
    });
    return results;
}

/// Told on standard error, all but the first, which main() tells.
void throw_first(const std::vector<std::string>& errors, const Streams& streams) {
    if (errors.empty()) return;
    for (std::size_t i = 1; i < errors.size(); ++i) {
        print_error(streams.err, errors[i]);
    }
    throw EnvironmentError(printable(errors.front()));
}

void check(const Arguments& arguments) {
    if (arguments.models.empty() && !arguments.is_locked) {
        throw EnvironmentError("command line: no model is named; `onnxhub list` shows them");
    }
    if (arguments.output && arguments.models.size() != 1) {
        throw EnvironmentError("command line: --output takes one model; name one");
    }
}

ExitCode run(const Arguments& arguments, const Streams& streams) {
    check(arguments);
    LoadProgress progress(streams, arguments.json);
    std::optional<LockFile> lock;
    if (arguments.is_locked) lock = read_lock_file(arguments.lock_file);
    HubArguments hub = arguments.hub;
    if (lock) hub.hub = lock->hub;
    ClientOptions options = client_options(hub, arguments.download, streams);
    options.is_trusted = progress.aside(options.is_trusted);
    HubClient client(std::move(options));
    const std::vector<WantedModel> models = lock
                                                ? locked_models(arguments, std::move(*lock), client)
                                                : listed_models(arguments, client);
    progress.will_load(models);
    const Results results = load_all(arguments, client, models, progress);
    progress.finish();
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (results.paths[i].empty()) continue;
        if (arguments.output) copy_model(models[i], results.paths[i], *arguments.output);
        paths.push_back(arguments.output ? *arguments.output : results.paths[i].string());
    }
    if (!arguments.json) write_paths(streams, paths);
    throw_first(results.errors, streams);
    return ExitCode::done;
}

}  // namespace

void add_load_command(CLI::App& app, Job& job) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand(
        "load", "Downloads models into the cache, verifies them, prints their paths");
    command->add_option("NAME", arguments->models, "Names of models")->option_text("NAME...");
    add_hub_options(*command, arguments->hub);
    add_version_options(*command, arguments->wish);
    add_download_options(*command, arguments->download);
    CLI::Option* output =
        command->add_option("--output", arguments->output,
                            "Copy the model there, its weights beside it, and print that path");
    output->type_name("FILE");
    command->add_flag("--force-reload", arguments->force_reload, "Download even if it is cached");
    command
        ->add_flag("--with-test-data", arguments->with_test_data,
                   "Load the archive with the model and its test data, and print the folder "
                   "with its files")
        ->excludes(output);
    CLI::Option* locked = command->add_flag(
        "--locked", arguments->is_locked,
        "Load exactly what the lock file says (all of it, or the models named), or fail");
    command->add_option("--lock-file", arguments->lock_file, "Its name (default: onnxhub.lock)")
        ->type_name("FILE");
    for (const char* option : {"--hub", "--opset", "--max-opset", "--max-ir", "--with-test-data"}) {
        locked->excludes(command->get_option(option));
    }
    command->add_flag("--json", arguments->json,
                      "JSON Lines on standard output: progress, files, models, errors");
    command->callback([arguments, &job] {
        job = [arguments](const Streams& streams) { return run(*arguments, streams); };
    });
}

}  // namespace onnxhub
