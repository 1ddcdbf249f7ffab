// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_identity.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <variant>

#include "base/ascii.h"
#include "base/user_error.h"
#include "http/url.h"
#include "repository/hub_location.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view github = "github.com/";

/// "owner/name" of "owner/name/main/more"; nothing when a part is missing.
std::optional<std::string> first_two_segments(std::string_view path) {
    const std::size_t owner = path.find('/');
    if (owner == 0 || owner == path.npos) return std::nullopt;
    const std::size_t name = path.find('/', owner + 1);
    if (owner + 1 == std::min(name, path.size())) return std::nullopt;
    return std::string(path.substr(0, name));
}

/// The repository, if the address is one of GitHub's files.
std::optional<std::string> github_repository(std::string_view address, const Endpoints& endpoints) {
    const Endpoints services;
    for (const std::string& endpoint :
         {services.github_raw, services.github_media, endpoints.github_raw, endpoints.github_media,
          std::string("https://github.com")}) {
        const std::string prefix = canonical_address(endpoint) + "/";
        if (!address.starts_with(prefix)) continue;
        if (auto found = first_two_segments(address.substr(prefix.size()))) {
            if (found->ends_with(".git")) found->resize(found->size() - 4);
            return std::string(github) + *found;
        }
    }
    return std::nullopt;
}

std::string folder_identity(const std::string& place) {
    const HubLocation location = locate_hub(place);
    std::error_code error;
    fs::path folder = fs::canonical(location.folder, error);
    if (error) folder = fs::absolute(location.folder).lexically_normal();
    if (location.reads_commit && !location.subfolder.empty()) folder /= location.subfolder;
    std::string text = "file:" + folder.string();
    while (text.ends_with('/')) text.pop_back();
    return text;
}

}  // namespace

std::string hub_identity(const HubSpec& spec, const Endpoints& endpoints) {
    switch (spec.kind) {
        case HubSpec::Kind::folder:
            return folder_identity(spec.folder);
        case HubSpec::Kind::web: {
            const std::string address = canonical_address(spec.base_url);
            return github_repository(address, endpoints).value_or(address);
        }
        case HubSpec::Kind::hugging_face:
            return hub_identity(std::get<HubSpec>(parse_hub_spec(official_hub)), endpoints);
        case HubSpec::Kind::github:
            break;
    }
    return std::string(github) + lower_case(spec.owner + "/" + spec.name);
}

std::string hub_identity(const std::string& hub, const UserConfig& config) {
    const auto named = config.hubs.find(hub);
    const auto spec = parse_hub_spec(named == config.hubs.end() ? hub : named->second.spec);
    if (const auto* bad = std::get_if<BadHubSpec>(&spec)) throw UserError("hub: " + bad->reason);
    return hub_identity(std::get<HubSpec>(spec), config.endpoints);
}

}  // namespace onnxhub
