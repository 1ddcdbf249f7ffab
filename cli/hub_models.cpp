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

HubSpec parse_hub_option(const std::string& option, const std::string& text) {
    auto parsed = parse_hub_spec(text);
    if (const auto* bad = std::get_if<BadHubSpec>(&parsed)) {
        throw EnvironmentError("command line: " + option + ": " + bad->reason);
    }
    return std::get<HubSpec>(std::move(parsed));
}

OpenHub open_hub_models(const HubArguments& arguments, const Streams& streams) {
    catch_interruptions();
    HttpOptions options;
    options.user_agent = "onnxhub/" ONNXHUB_VERSION;
    options.is_stopped = is_interrupted;
    OpenHub hub;
    hub.client = std::make_unique<HttpClient>(std::move(options));
    hub.spec = parse_hub_option("--hub", arguments.hub.value_or(std::string(official_hub)));
    hub.endpoints = read_endpoints(variable);
    hub.cache_folder =
        arguments.cache ? std::filesystem::path(*arguments.cache) : default_cache_folder(variable);
    const HubManifest manifest = fetch_manifest(
        {hub.spec, hub.endpoints, hub.cache_folder, arguments.is_offline}, *hub.client);
    if (!manifest.note.empty()) note(streams, printable(manifest.note));
    hub.document = read_manifest(manifest.text, manifest.shown_name);
    return hub;
}

}  // namespace onnxhub
