// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_models.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <variant>

#include "cli/hub_folder.h"
#include "cli/interruption.h"
#include "hosting/client/hub_manifest.h"
#include "hosting/client/hub_spec.h"
#include "manifest/environment_error.h"

namespace onnxhub {
namespace {

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    return value && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

HubSpec hub_of(const HubArguments& arguments) {
    auto parsed = parse_hub_spec(arguments.hub.value_or(std::string(official_hub)));
    if (const auto* bad = std::get_if<BadHubSpec>(&parsed)) {
        throw EnvironmentError("command line: --hub: " + bad->reason);
    }
    return std::get<HubSpec>(std::move(parsed));
}

}  // namespace

void add_hub_options(CLI::App& command, HubArguments& arguments) {
    command
        .add_option("--hub", arguments.hub,
                    "owner/name[:ref] on GitHub, https://…, hf://ORG or ./folder (default: "
                    "onnx/models:main)")
        ->type_name("SPEC");
    command.add_option("--cache", arguments.cache, "Cache folder to use instead of the shared one")
        ->type_name("DIR");
    command.add_flag("--offline", arguments.is_offline,
                     "Open no connection: use the copy of the manifest from last time");
}

ManifestDocument read_hub_models(const HubArguments& arguments, const Streams& streams) {
    catch_interruptions();
    HttpOptions options;
    options.user_agent = "onnxhub/" ONNXHUB_VERSION;
    options.is_stopped = is_interrupted;
    HttpClient client(std::move(options));
    ManifestFetch fetch;
    fetch.hub = hub_of(arguments);
    fetch.endpoints = read_endpoints(variable);
    fetch.cache_folder =
        arguments.cache ? std::filesystem::path(*arguments.cache) : default_cache_folder(variable);
    fetch.is_offline = arguments.is_offline;
    const HubManifest manifest = fetch_manifest(fetch, client);
    if (!manifest.note.empty()) note(streams, printable(manifest.note));
    return read_manifest(manifest.text, manifest.shown_name);
}

}  // namespace onnxhub
