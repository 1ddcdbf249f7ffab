// SPDX-License-Identifier: Apache-2.0
// `onnxhub bundle create|verify|import`: move a hub or a part of it as one file.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/escaping.h"
#include "cli/command.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/interruption.h"
#include "cli/load_progress.h"
#include "cli/progress.h"
#include "hosting/client/pinned_copy.h"
#include "hosting/export/hub_bundle.h"
#include "hosting/export/output_location.h"
#include "manifest/diagnostic.h"
#include "repository/hub_location.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct BundleArguments {
    std::string from;  ///< of `create`, empty: the hub that contains the current directory
    std::string to;
    std::optional<std::string> hub;  ///< of `import`
    BundleChoice choice;
    bool fetches = false;
};

fs::path place_of(const std::string& to) {
    const fs::path place = fs::absolute(to).lexically_normal();
    return place.has_filename() ? place : place.parent_path();
}

std::string counted_files(std::size_t count, const char* one, const char* many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

void print_bundle(const BundleReport& report, const std::string& what, const Streams& streams) {
    note(streams,
         fmt::format("{}: {}, {}, {}", what, counted_files(report.models, "model", "models"),
                     counted_files(report.files, "file", "files"), human_bytes(report.bytes)));
}

/// Loads models as `load` does, into the cache. --fetch is the user's consent.
class ElsewhereLoader {
public:
    ElsewhereLoader(const std::string& from, const Streams& streams)
        : progress_(streams, false), client_(options_for(from, streams)) {
        options_ = progress_.observing();
        options_.check_interruption = check_interruption;
    }

    fs::path load(const Entry& entry) {
        const WantedModel model = client_.resolve(entry, false);
        progress_.will_load(model);
        return client_.load(model, options_);
    }

    void finish() { progress_.finish(); }

private:
    static ClientOptions options_for(const std::string& from, const Streams& streams) {
        HubArguments hub;
        hub.hub = from.starts_with('/') || from.starts_with('.') ? from : "./" + from;
        ClientOptions options = client_options(hub, streams);
        options.is_trusted = [](const TrustQuestion&) { return true; };
        return options;
    }

    LoadProgress progress_;
    HubClient client_;
    LoadOptions options_;
};

void print_left_out(const BundleReport& report, const Streams& streams) {
    constexpr std::size_t shown_models = 20;
    const std::size_t shown = streams.options.verbose
                                  ? report.left_out.size()
                                  : std::min(shown_models, report.left_out.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const LeftOutModel& model = report.left_out[i];
        note(streams, printable("left out " + model.model + ": " + model.reason));
    }
    if (shown < report.left_out.size()) {
        note(streams,
             fmt::format("and {} more; --verbose lists them", report.left_out.size() - shown));
    }
}

ExitCode create(const BundleArguments& given, const Streams& streams) {
    BundleArguments arguments = given;
    choose_hub_folder(arguments.from, streams);
    const fs::path to = place_of(arguments.to);
    refuse_place_of_hub(locate_hub(arguments.from).folder, to);
    std::optional<ElsewhereLoader> loader;
    FetchElsewhere fetch;
    if (arguments.fetches) {
        loader.emplace(arguments.from, streams);
        fetch = [&](const Entry& entry) { return loader->load(entry); };
    }
    const LocalHub hub(arguments.from);
    const std::string manifest = read_manifest_of_hub(hub, arguments.from, streams);
    const BundleReport report =
        create_bundle(hub, arguments.choice, to, check_interruption, fetch, manifest);
    if (loader) loader->finish();
    write_paths(streams, {arguments.to});
    print_left_out(report, streams);
    if (!report.unsigned_reason.empty()) warn(streams, report.unsigned_reason);
    print_bundle(report, "bundled", streams);
    return ExitCode::done;
}

ExitCode verify(const BundleArguments& arguments, const Streams& streams) {
    print_bundle(verify_bundle(arguments.from, check_interruption), "intact", streams);
    return ExitCode::done;
}

ExitCode import(const BundleArguments& arguments, const Streams& streams) {
    CopyCheck check;
    check.shown_name = arguments.from;
    check.hub = arguments.hub;
    check.place = place_of(arguments.to);
    check.report = [&](const std::string& line) { warn(streams, line); };
    check.is_stopped = is_interrupted;
    std::vector<std::string> pins;
    const BundleReport report =
        import_bundle(arguments.from, check.place, check_interruption,
                      [&](const fs::path& folder) { pins = check_copy(folder, check); });
    write_paths(streams, {arguments.to});
    print_bundle(report, "imported", streams);
    for (const std::string& hub : pins) {
        note(streams, "verified: the manifest has a valid signature by the keys of " + hub);
    }
    return ExitCode::done;
}

using BundleAction = ExitCode (*)(const BundleArguments&, const Streams&);

CLI::App* add_bundle_action(CLI::App& bundle, const std::shared_ptr<BundleArguments>& arguments,
                            Command& chosen, const char* name, const char* help,
                            BundleAction action) {
    CLI::App* command = bundle.add_subcommand(name, help);
    command->callback([arguments, &chosen, action] {
        chosen = [arguments, action](const Streams& streams) {
            catch_interruptions();
            return action(*arguments, streams);
        };
    });
    return command;
}

}  // namespace

void add_bundle_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<BundleArguments>();
    CLI::App* bundle = app.add_subcommand(
        "bundle", "Move a hub or a part of it as one file, for networks without internet access");
    bundle->require_subcommand(1);
    CLI::App* make =
        add_bundle_action(*bundle, arguments, chosen, "create", "Write a bundle", create);
    make->add_option("NAME", arguments->choice.names, "Bundle only these models")
        ->option_text("[NAME...]");
    make->add_option("--from", arguments->from,
                     "Read this hub: a directory, or a repository (also bare) with :ref (default: "
                     "the hub that "
                     "contains the current directory)")
        ->type_name("DIR[:ref]");
    make->add_option("--tag", arguments->choice.tags,
                     "Also bundle models with this tag. May be repeated")
        ->type_name("TAG,…")
        ->delimiter(',')
        ->allow_extra_args(false);
    make->add_option("--to", arguments->to, "Write this file")->type_name("FILE")->required();
    make->add_flag("--fetch", arguments->fetches,
                   "Download models that only other servers have; without it they are left out");
    CLI::App* check = add_bundle_action(*bundle, arguments, chosen, "verify",
                                        "Check that a bundle is complete and unaltered", verify);
    check->add_option("FILE", arguments->from, "Path of the bundle")->required();
    CLI::App* take =
        add_bundle_action(*bundle, arguments, chosen, "import",
                          "Verify a bundle and unpack it into a new directory", import);
    take->add_option("FILE", arguments->from, "Path of the bundle")->required();
    take->add_option("--to", arguments->to, "Create this directory")->type_name("DIR")->required();
    take->add_option("--hub", arguments->hub,
                     "The bundle must be of this pinned hub: a hub as for `trust add`, or a name "
                     "from your configuration (default: the pinned hubs with the bundle's name)")
        ->type_name("SPEC");
}

}  // namespace onnxhub
