// SPDX-License-Identifier: Apache-2.0
// `onnxhub lock`: models as they are now, for `onnxhub load --locked`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "cli/hub_options.h"
#include "cli/job.h"
#include "hosting/client/lock_file.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

struct Arguments {
    HubArguments hub;
    std::vector<std::string> mirrors;
    std::vector<std::string> models;
    VersionWish wish = {{}, {}, {}};
    std::string output = std::string(lock_file_name);
    bool with_test_data = false;
};

ExitCode run(const Arguments& arguments, const Streams& streams) {
    ClientOptions options = client_options(arguments.hub, streams);
    options.mirrors = arguments.mirrors;
    HubClient client(std::move(options));
    LockFile lock;
    lock.hub = client.name();
    lock.commit = client.pin();
    for (const std::string& name : arguments.models) {
        const ManifestEntry& entry = find_model(client.manifest(), name, arguments.wish);
        lock.models.push_back(client.want(*entry.entry, arguments.with_test_data));
    }
    if (arguments.output == "-") {
        write_json(streams, to_text(lock));
    } else {
        write_file_atomically(arguments.output, to_text(lock));
    }
    note(streams, fmt::format("{}: {} {} of {}{}", arguments.output, lock.models.size(),
                              lock.models.size() == 1 ? "model" : "models", printable(lock.hub),
                              lock.commit ? " at commit " + *lock.commit : ""));
    return ExitCode::done;
}

}  // namespace

void add_lock_command(CLI::App& app, Job& job) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand(
        "lock", "Writes down what models are now, for `load --locked`; downloads none");
    command->add_option("NAME", arguments->models, "Names of models")
        ->required()
        ->option_text("NAME...");
    add_hub_options(*command, arguments->hub);
    add_version_options(*command, arguments->wish);
    command->add_option("--mirror", arguments->mirrors, "Another source to note. May be repeated")
        ->type_name("SPEC")
        ->allow_extra_args(false);
    command->add_flag("--with-test-data", arguments->with_test_data,
                      "The archives with the models and their test data instead");
    command->add_option("-o,--output", arguments->output, "Its name (default: onnxhub.lock)")
        ->type_name("FILE|-");
    command->callback([arguments, &job] {
        job = [arguments](const Streams& streams) { return run(*arguments, streams); };
    });
}

}  // namespace onnxhub
