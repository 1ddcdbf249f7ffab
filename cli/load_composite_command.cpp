// SPDX-License-Identifier: Apache-2.0
// `onnxhub load-composite`: load a preprocessing model and a network, and compose them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/atomic_file.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/interruption.h"
#include "cli/load_progress.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "manifest/diagnostic.h"
#include "model/model_composer.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct LoadCompositeArguments {
    HubArguments hub;
    DownloadArguments download;
    std::optional<std::string> preprocessing_hub;
    std::string network;
    std::string preprocessing;
    VersionConstraint constraint = {{}, {}, {}};
    std::string output;
};

fs::path load(const LoadCompositeArguments& arguments, const HubArguments& hub,
              const std::string& model, const Streams& streams) {
    LoadProgress progress(streams, false);
    ClientOptions options = client_options(hub, arguments.download, streams);
    options.is_trusted = progress.aside(options.is_trusted);
    HubClient client(std::move(options));
    const ManifestEntry& entry = find_model(client, model, arguments.constraint, hub);
    const WantedModel wanted = client.resolve(*entry.entry, false);
    progress.will_load(wanted);
    LoadOptions load_options = progress.observing();
    load_options.check_interruption = check_interruption;
    return client.load(wanted, load_options);
}

std::string compose(const fs::path& preprocessing, const fs::path& network) {
    try {
        return compose_model_files(preprocessing, network);
    } catch (const WorkerUnavailable&) {
        throw;
    } catch (const UserError& error) {
        throw HubError(HubProblem::composition, error.what());
    }
}

ExitCode run_load_composite(const LoadCompositeArguments& arguments, const Streams& streams) {
    HubArguments hub = arguments.hub;
    choose_hub_here(hub, streams);
    HubArguments other = hub;
    if (arguments.preprocessing_hub) other.hub = arguments.preprocessing_hub;
    const fs::path preprocessing = load(arguments, other, arguments.preprocessing, streams);
    const fs::path network = load(arguments, hub, arguments.network, streams);
    write_file_atomically(arguments.output, compose(preprocessing, network));
    write_paths(streams, {arguments.output});
    return ExitCode::done;
}

}  // namespace

void add_load_composite_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<LoadCompositeArguments>();
    CLI::App* command = app.add_subcommand(
        "load-composite", "Load a preprocessing model and a network, and compose them");
    command->add_option("NETWORK", arguments->network, "Name of the network")->required();
    command
        ->add_option("PREPROCESSING", arguments->preprocessing, "Name of the preprocessing model")
        ->required();
    add_hub_options(*command, arguments->hub);
    command
        ->add_option("--preprocessing-hub", arguments->preprocessing_hub,
                     "Load the preprocessing model from this hub (default: that of the network)")
        ->type_name("SPEC");
    add_version_options(*command, arguments->constraint);
    add_download_options(*command, arguments->download);
    command->add_option("-o,--output", arguments->output, "Write the composed model to this file")
        ->type_name("FILE")
        ->required();
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            return run_load_composite(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
