// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_identity.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "base/user_error.h"
#include "http/url.h"
#include "repository/hub_location.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view github = "github.com/";

std::string without_git_suffix(std::string name) {
    if (name.ends_with(".git")) name.resize(name.size() - 4);
    return name;
}

/// "owner/name" of "owner/name/main/more"; nothing when a part is missing.
std::optional<std::string> first_two_segments(std::string_view path) {
    const std::size_t owner = path.find('/');
    if (owner == 0 || owner == path.npos) return std::nullopt;
    const std::size_t name = path.find('/', owner + 1);
    if (owner + 1 == std::min(name, path.size())) return std::nullopt;
    return without_git_suffix(std::string(path.substr(0, name)));
}

/// The repository, if the address is one of GitHub's files.
std::optional<std::string> github_repository(std::string_view address, const Endpoints& endpoints) {
    const Endpoints services;
    for (const std::string& endpoint :
         {services.github_raw, services.github_media, endpoints.github_raw, endpoints.github_media,
          std::string("https://github.com"), std::string("https://www.github.com"),
          std::string("https://raw.github.com")}) {
        const std::string prefix = canonical_address(endpoint) + "/";
        if (!address.starts_with(prefix)) continue;
        if (auto found = first_two_segments(address.substr(prefix.size()))) {
            return std::string(github) + *found;
        }
    }
    return std::nullopt;
}

std::string file_identity(const fs::path& path) {
    std::string text = "file:" + path.lexically_normal().string();
    while (text.ends_with('/')) text.pop_back();
    return text;
}

fs::path real_path(const fs::path& path) {
    std::error_code error;
    fs::path real = fs::canonical(path, error);
    return error ? fs::absolute(path) : real;
}

std::vector<std::string> folder_identities(const std::string& place) {
    const HubLocation location = locate_hub(place);
    std::vector<std::string> names;
    const auto add = [&](std::string name) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    };
    const auto& repository = location.repository;
    if (repository && repository->is_bare())
        add(file_identity(real_path(repository->git_folder())));
    add(file_identity(real_path(location.folder)));
    add(file_identity(fs::absolute(location.folder)));
    if (repository) {
        add(file_identity(real_path(repository->common_folder()) / location.subfolder));
    }
    return names;
}

std::vector<std::string> web_identities(const HubSpec& spec, const Endpoints& endpoints) {
    std::string address = canonical_address(spec.base_url);
    auto repository = github_repository(address, endpoints);
    if (!repository) return {std::move(address)};
    return {std::move(*repository), std::move(address)};
}

}  // namespace

std::vector<std::string> hub_identities(const HubSpec& spec, const Endpoints& endpoints) {
    switch (spec.kind) {
        case HubSpec::Kind::folder:
            return folder_identities(spec.folder);
        case HubSpec::Kind::web:
            return web_identities(spec, endpoints);
        case HubSpec::Kind::hugging_face:
            return hub_identities(std::get<HubSpec>(parse_hub_spec(official_hub)), endpoints);
        case HubSpec::Kind::github:
            break;
    }
    return {std::string(github) + lower_case(spec.owner + "/" + without_git_suffix(spec.name))};
}

std::vector<std::string> hub_identities(const std::string& hub, const UserConfig& config) {
    const auto named = config.hubs.find(hub);
    const auto spec = parse_hub_spec(named == config.hubs.end() ? hub : named->second.spec);
    if (const auto* bad = std::get_if<BadHubSpec>(&spec)) throw UserError("hub: " + bad->reason);
    return hub_identities(std::get<HubSpec>(spec), config.endpoints);
}

std::optional<HubSpec> github_of_address(const HubSpec& spec) {
    const Endpoints services;
    const std::string prefix = services.github_raw + "/";
    if (spec.kind != HubSpec::Kind::web || !spec.base_url.starts_with(prefix)) return std::nullopt;
    std::string rest = spec.base_url.substr(prefix.size());
    const std::size_t owner = rest.find('/');
    const std::size_t name = owner == rest.npos ? rest.npos : rest.find('/', owner + 1);
    if (name == rest.npos) return std::nullopt;
    std::string ref = rest.substr(name + 1);
    constexpr std::string_view heads = "refs/heads/";
    if (ref.starts_with(heads)) ref.erase(0, heads.size());
    const auto parsed = parse_hub_spec(rest.substr(0, name) + ":" + ref);
    const auto* found = std::get_if<HubSpec>(&parsed);
    return found ? std::optional(*found) : std::nullopt;
}

}  // namespace onnxhub
