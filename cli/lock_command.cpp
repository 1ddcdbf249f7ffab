// SPDX-License-Identifier: Apache-2.0
// `onnxhub lock`: record the current versions of models for `onnxhub load --locked`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/escaping.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/short_list.h"
#include "hosting/client/lock_file.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

struct LockArguments {
    HubArguments hub;
    std::vector<std::string> mirrors;
    std::vector<std::string> models;
    std::vector<std::string> removed;
    VersionConstraint constraint = {{}, {}, {}};
    std::string output = std::string(lock_file_name);
    bool with_test_data = false;
    bool is_update = false;
};

void check_lock_options(const LockArguments& arguments) {
    const bool needs_file = arguments.is_update || !arguments.removed.empty();
    if (arguments.models.empty() && !needs_file) {
        throw CLI::ValidationError("no model is named; name one, or use --update or --remove");
    }
    if (needs_file && arguments.output == "-") {
        throw CLI::ValidationError("--update and --remove change a file; name it with --output");
    }
}

/// The present lock file; empty when there is none.
LockFile present_lock(const LockArguments& arguments) {
    std::error_code error;
    if (arguments.output == "-") return {};
    if (std::filesystem::exists(arguments.output, error)) return read_lock_file(arguments.output);
    if (arguments.is_update || !arguments.removed.empty()) {
        throw UserError(arguments.output + ": does not exist; create it with `onnxhub lock NAME`");
    }
    return {};
}

void remove_models(const LockArguments& arguments, LockFile& lock) {
    for (const std::string& name : arguments.removed) {
        if (remove_model(lock, name)) continue;
        std::vector<std::string> present;
        for (const LockedModel& model : lock.models) present.push_back(model.wanted.model);
        const std::string names = joined_short(present);
        throw UserError(printable(
            fmt::format("{}: has no model \"{}\"; {}", arguments.output, name,
                        names.empty() ? "it has no models" : fmt::format("it has {}", names))));
    }
}

/// A lock file has models of one hub only.
void check_hub(const LockArguments& arguments, const LockFile& lock, const HubClient& client) {
    if (lock.models.empty() || is_same_hub(lock.hub, client.hub_name()) ||
        is_same_hub(lock.address, client.name())) {
        return;
    }
    throw UserError(printable(fmt::format(
        "{}: belongs to the hub {}, not to {}; lock models of another hub in another file "
        "(--output)",
        arguments.output, lock.hub, client.hub_name())));
}

LockedModel lock_model(HubClient& client, const HubArguments& hub, const std::string& name,
                       const VersionConstraint& constraint, bool with_test_data,
                       const std::optional<CommitId>& commit) {
    const ManifestEntry& entry = find_model(client, name, constraint, hub);
    LockedModel locked{client.resolve(*entry.entry, with_test_data), constraint, commit};
    // `lock --update` keeps the opset of NAME@OPSET.
    if (const auto at = model_at_opset(client.manifest_of(name), name))
        locked.constraint.opset = at->opset;
    return locked;
}

/// Locks the current versions of the named models, with --update also of all others.
void update_models(const LockArguments& arguments, LockFile& lock, const Streams& streams) {
    HubArguments hub = arguments.hub;
    if (!hub.hub && !lock.hub.empty()) {
        hub.hub = hub_of(lock, read_user_config(process_environment));
    }
    choose_hub_here(hub, streams);
    ClientOptions options = client_options(hub, streams);
    options.mirrors = arguments.mirrors;
    if (lock.statement) options.floor = lock.statement->floor;
    HubClient client(std::move(options));
    check_hub(arguments, lock, client);
    lock.hub = client.hub_name();
    lock.address = client.name();
    lock.commit = client.pin();
    client.for_each_entry([](const ManifestEntry&) { return false; });  // for its statement
    take_statement(lock, client, printable(arguments.output));
    if (arguments.is_update) {
        for (LockedModel& model : lock.models) {
            model = lock_model(client, hub, model.wanted.model, model.constraint,
                               model.wanted.is_archive, lock.commit);
        }
    }
    for (const std::string& name : arguments.models) {
        put_model(lock, lock_model(client, hub, name, arguments.constraint,
                                   arguments.with_test_data, lock.commit));
    }
}

std::string summary(const LockArguments& arguments, const LockFile& lock) {
    const bool is_pinned = std::ranges::all_of(
        lock.models, [](const LockedModel& model) { return model.commit.has_value(); });
    return fmt::format("{}: {} {} of {}{}{}", arguments.output, lock.models.size(),
                       lock.models.size() == 1 ? "model" : "models", printable(lock.hub),
                       lock.commit ? " at commit " + *lock.commit : "",
                       is_pinned ? ""
                                 : ", not pinned: the hub names no commit, so it may replace "
                                   "these files");
}

ExitCode run_lock(const LockArguments& arguments, const Streams& streams) {
    LockFile lock = present_lock(arguments);
    remove_models(arguments, lock);
    if (!arguments.models.empty() || arguments.is_update) update_models(arguments, lock, streams);
    if (arguments.output == "-") {
        write_json(streams, to_text(lock));
    } else {
        write_file_atomically(arguments.output, to_text_at(arguments.output, lock));
    }
    note(streams, summary(arguments, lock));
    return ExitCode::done;
}

}  // namespace

void add_lock_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<LockArguments>();
    CLI::App* command = app.add_subcommand(
        "lock", "Record the current versions of models for `load --locked`; download nothing");
    command
        ->add_option("NAME", arguments->models, "Add these models to the lock file, or update them")
        ->option_text("[NAME...]");
    command->add_flag("--update", arguments->is_update, "Update all models of the lock file");
    command
        ->add_option("--remove", arguments->removed,
                     "Remove this model from the lock file. May be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    add_hub_options(*command, arguments->hub);
    add_version_options(*command, arguments->constraint);
    command
        ->add_option("--mirror", arguments->mirrors,
                     "Record this hub as another source. May be repeated")
        ->type_name("SPEC")
        ->allow_extra_args(false);
    command->add_flag("--with-test-data", arguments->with_test_data,
                      "Lock the archives with models and test data instead");
    command
        ->add_option("-o,--output", arguments->output,
                     "Write this lock file; '-' is standard output (default: onnxhub.lock)")
        ->type_name("FILE|-");
    command->callback([arguments, &chosen] {
        check_lock_options(*arguments);
        chosen = [arguments](const Streams& streams) { return run_lock(*arguments, streams); };
    });
}

}  // namespace onnxhub
