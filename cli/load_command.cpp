// SPDX-License-Identifier: Apache-2.0
// `onnxhub load`: download models into the cache, verify them, print their paths.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/escaping.h"
#include "base/parallel.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/interruption.h"
#include "cli/load_progress.h"
#include "cli/short_list.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/lock_file.h"
#include "hosting/client/model_output.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

constexpr unsigned parallel_loads = 4;  // servers answer more with 429 (Too Many Requests)

struct LoadArguments {
    HubArguments hub;
    DownloadArguments download;
    std::vector<std::string> models;
    VersionConstraint constraint = {{}, {}, {}};
    std::string lock_file = std::string(lock_file_name);
    std::optional<std::string> output;
    bool force_reload = false;
    bool with_test_data = false;
    bool is_locked = false;
    bool json = false;
};

/// A model to load: one name of the command line, or one model of the lock file.
struct Order {
    std::string name;
    std::optional<WantedModel> model = {};  ///< absent: `error` has the reason
    std::optional<HubError> error = {};
    std::filesystem::path path = {};  ///< of the loaded model; empty if loading failed
};

/// The named models of the lock file, or all. Throws UserError when it has no models.
std::vector<Order> locked_models(const LoadArguments& arguments, const LockFile& lock,
                                 const HubClient& client) {
    if (lock.models.empty()) {
        throw UserError(arguments.lock_file + ": has no models; add some with `onnxhub lock NAME`");
    }
    std::vector<Order> orders;
    const auto add = [&](const LockedModel& model) {
        orders.push_back({model.wanted.model, client.resolve(model.wanted, model.commit)});
    };
    if (arguments.models.empty()) std::ranges::for_each(lock.models, add);
    for (const std::string& name : arguments.models) {
        const std::size_t before = orders.size();
        for (const LockedModel& model : lock.models) {
            if (is_named(model, name)) add(model);
        }
        if (orders.size() > before) continue;
        orders.push_back({name});
        orders.back().error.emplace(HubProblem::model, arguments.lock_file + ": has no model \"" +
                                                           name + "\"; add it with `onnxhub lock`");
    }
    return orders;
}

/// Says which other opsets the model has, unless the user chose one.
void note_versions(const LoadArguments& arguments, const std::string& name,
                   const ManifestDocument& document, const Entry& entry, const Streams& streams) {
    const VersionConstraint& constraint = arguments.constraint;
    if (arguments.json || constraint.opset || constraint.max_opset || constraint.max_ir) return;
    if (model_at_opset(document, name)) return;
    std::set<std::int64_t> opsets;
    ModelFilter filter{{}, {}, {}, {}, {}};
    filter.model = entry.model;
    for (const ManifestEntry* version : list_models(document, filter)) {
        opsets.insert(version->entry->opset_version);
    }
    opsets.erase(entry.opset_version);
    if (opsets.empty()) return;
    std::vector<std::string> others;
    for (const std::int64_t opset : opsets) others.push_back(std::to_string(opset));
    note(streams, printable(fmt::format("{}: opset {}; the hub also has opset {}", entry.model,
                                        entry.opset_version, joined_short(others))));
}

/// The named models of the hub. Throws UserError when its manifest can't be loaded.
std::vector<Order> listed_models(const LoadArguments& arguments, const HubArguments& hub,
                                 HubClient& client, const Streams& streams) {
    client.manifest_of(arguments.models.front());
    std::vector<Order> orders;
    for (const std::string& name : arguments.models) {
        Order order{name};
        try {
            const ManifestEntry& entry = find_model(client, name, arguments.constraint, hub);
            order.model = client.resolve(*entry.entry, arguments.with_test_data);
            note_versions(arguments, name, client.manifest_of(entry.entry->model), *entry.entry,
                          streams);
        } catch (const UserError& error) {
            order.error = to_hub_error(error);
        }
        orders.push_back(std::move(order));
    }
    return orders;
}

/// Loads several models at a time. A failure does not stop the others.
void load_all(const LoadArguments& arguments, const HubClient& client, std::vector<Order>& orders,
              LoadProgress& progress) {
    LoadOptions options = progress.observing();
    options.force = arguments.force_reload;
    options.check_interruption = check_interruption;
    for_each_index(orders.size(), parallel_loads, [&](std::size_t i) {
        Order& order = orders[i];
        if (!order.model) return progress.failed(order.name, *order.error);
        try {
            order.path = client.load(*order.model, options);
            progress.finished(*order.model, order.path);
        } catch (const UserError& error) {
            progress.failed(order.name, error);
            order.error = to_hub_error(error);
        }
    });
}

/// Prints all errors but the first, and throws the first: main() prints it.
void throw_first(const std::vector<Order>& orders, const Streams& streams) {
    const auto has_failed = [](const Order& order) { return order.error.has_value(); };
    const auto first = std::ranges::find_if(orders, has_failed);
    if (first == orders.end()) return;
    for (auto next = first + 1; next != orders.end(); ++next) {
        if (has_failed(*next)) print_error(streams, *next->error);
    }
    const HubError& error = *first->error;
    throw HubError(error.problem, printable(error.what()), error.http_status);
}

void check_load_options(const LoadArguments& arguments) {
    if (arguments.models.empty() && !arguments.is_locked) {
        throw CLI::ValidationError("no model is named; name models that " +
                                   list_command_of(arguments.hub) + " shows");
    }
    if (arguments.output && arguments.models.size() != 1 && !is_output_folder(*arguments.output)) {
        throw CLI::ValidationError("--output FILE takes one model; name one, or write DIR/");
    }
}

/// Finds the models to load. Creates the client, which loading needs later.
std::vector<Order> find_models(const LoadArguments& arguments, const Streams& streams,
                               LoadProgress& progress, std::optional<HubClient>& client) {
    std::optional<LockFile> lock;
    if (arguments.is_locked) lock = read_lock_file(arguments.lock_file);
    HubArguments hub = arguments.hub;
    if (lock) {
        hub.hub = hub_of(*lock, read_user_config(process_environment));
    } else {
        choose_hub_here(hub, streams);
    }
    ClientOptions options = client_options(hub, arguments.download, streams);
    options.is_trusted = progress.aside(options.is_trusted);
    client.emplace(std::move(options));
    return lock ? locked_models(arguments, *lock, *client)
                : listed_models(arguments, hub, *client, streams);
}

/// Copies the model to the output, or into it, and returns the path. `earlier` are those of models
/// that were copied before.
std::string copied_to(const Order& order, const std::string& output,
                      const std::vector<std::string>& earlier) {
    if (!is_output_folder(output)) {
        copy_model(*order.model, order.path, output);
        return output;
    }
    const std::string path = output_in_folder(output, *order.model);
    if (std::ranges::find(earlier, path) != earlier.end()) {
        throw UserError(path + ": two models have this file name; load them one by one");
    }
    copy_model(*order.model, order.path, path);
    return path;
}

ExitCode run_load(const LoadArguments& arguments, const Streams& streams) {
    LoadProgress progress(streams, arguments.json);
    std::optional<HubClient> client;
    std::vector<Order> orders;
    try {
        orders = find_models(arguments, streams, progress, client);
    } catch (const UserError& error) {
        // With --json, each model gets a line even if the hub can't be read.
        for (const std::string& name : arguments.models) progress.failed(name, error);
        if (arguments.models.empty()) progress.failed(std::nullopt, error);
        throw;
    }
    for (const Order& order : orders) {
        if (order.model) progress.will_load(*order.model);
    }
    load_all(arguments, *client, orders, progress);
    progress.finish();
    std::vector<std::string> paths;
    for (Order& order : orders) {
        if (order.path.empty()) continue;
        try {
            paths.push_back(arguments.output ? copied_to(order, *arguments.output, paths)
                                             : order.path.string());
        } catch (const UserError& error) {
            order.error = to_hub_error(error);
        }
    }
    if (!arguments.json) write_paths(streams, paths);
    throw_first(orders, streams);
    return ExitCode::done;
}

}  // namespace

void add_load_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<LoadArguments>();
    CLI::App* command = app.add_subcommand(
        "load", "Download models into the cache, verify them, print their paths");
    command->add_option("NAME", arguments->models, "Load these models")->option_text("NAME...");
    add_hub_options(*command, arguments->hub);
    add_version_options(*command, arguments->constraint);
    add_download_options(*command, arguments->download);
    CLI::Option* output = command->add_option(
        "-o,--output", arguments->output,
        "Copy the model to FILE and its external data next to it, and print that path; or copy all "
        "models into DIR/, those with external data into directories of their own");
    output->type_name("FILE|DIR/");
    command->add_flag("--force-reload", arguments->force_reload,
                      "Download even if the model is cached");
    command
        ->add_flag("--with-test-data", arguments->with_test_data,
                   "Load the archive with the model and its test data, and print the "
                   "directory with its files")
        ->excludes(output);
    CLI::Option* locked = command->add_flag(
        "--locked", arguments->is_locked,
        "Load exactly the versions in the lock file (all models or those named), or fail");
    command
        ->add_option("--lock-file", arguments->lock_file,
                     "Read this lock file (default: onnxhub.lock)")
        ->type_name("FILE")
        ->needs(locked);
    for (const char* option : {"--hub", "--opset", "--max-opset", "--max-ir", "--with-test-data"}) {
        locked->excludes(command->get_option(option));
    }
    command->add_flag("--json", arguments->json,
                      "Print progress, files, models and errors as JSON Lines");
    command->callback([arguments, &chosen] {
        check_load_options(*arguments);
        chosen = [arguments](const Streams& streams) { return run_load(*arguments, streams); };
    });
}

}  // namespace onnxhub
