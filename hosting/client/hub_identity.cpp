// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_identity.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "base/user_error.h"
#include "http/url.h"
#include "repository/commit_id.h"
#include "repository/hub_location.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view github = "github.com/";

std::string without_git_suffix(std::string name) {
    if (name.ends_with(".git")) name.resize(name.size() - 4);
    return name;
}

using Segments = std::vector<std::string>;

Segments segments_of(std::string_view path) {
    Segments segments;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0) segments.emplace_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

std::string joined(const Segments& segments, std::size_t begin, std::size_t end) {
    std::string text;
    for (std::size_t i = begin; i < end; ++i) text += (i == begin ? "" : "/") + segments[i];
    return text;
}

bool are(const Segments& segments, std::size_t at, std::string_view first,
         std::string_view second) {
    return segments.size() > at + 1 && lower_case(segments[at]) == first &&
           lower_case(segments[at + 1]) == second;
}

/// The parts of an address of GitHub's files after the server: owner, name, and what follows.
/// Empty for other addresses.
Segments segments_on_github(const std::string& address, const Endpoints& endpoints) {
    const Endpoints services;
    const std::string lower = lower_case(address);
    for (const std::string& endpoint :
         {services.github_raw, services.github_media, endpoints.github_raw, endpoints.github_media,
          std::string("https://github.com"), std::string("https://www.github.com"),
          std::string("https://raw.github.com")}) {
        const std::string prefix = canonical_address(endpoint) + "/";
        if (!lower.starts_with(prefix)) continue;
        Segments found = segments_of(std::string_view(address).substr(prefix.size()));
        if (found.size() < 2) continue;
        found[1] = without_git_suffix(found[1]);
        const bool is_page = prefix.find("github.com/") != prefix.npos && found.size() > 2;
        if (is_page && (found[2] == "raw" || found[2] == "blob" || found[2] == "tree")) {
            found.erase(found.begin() + 2);
        }
        return found;
    }
    return {};
}

/// Each way to divide the segments after owner and name, the shortest ref first.
std::vector<GitHubPlace> readings_of(Segments segments) {
    constexpr std::size_t begin = 2;
    if (are(segments, begin, "refs", "heads")) {
        segments.erase(segments.begin() + begin, segments.begin() + begin + 2);
    }
    // Other full names of refs have three parts and more: refs/tags/v1.
    const bool is_full_name = segments.size() > begin && lower_case(segments[begin]) == "refs";
    const std::size_t shortest = std::min(segments.size(), begin + (is_full_name ? 3 : 1));
    std::vector<GitHubPlace> places;
    for (std::size_t end = shortest; end <= segments.size(); ++end) {
        places.push_back({segments[0], segments[1], joined(segments, begin, end),
                          joined(segments, end, segments.size())});
        if (is_commit_id(places.back().ref)) break;  // no branch begins like this
    }
    return places;
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

}  // namespace

std::string branch_of_ref(const std::string& ref) {
    constexpr std::string_view heads = "refs/heads/";
    return ref.starts_with(heads) ? ref.substr(heads.size()) : ref;
}

std::string GitHubPlace::identity() const {
    return lower_case(std::string(github) + owner + "/" + name +
                      (subfolder.empty() ? "" : "//" + subfolder));
}

std::vector<GitHubPlace> github_places(const HubSpec& spec, const Endpoints& endpoints) {
    if (spec.kind == HubSpec::Kind::web) {
        Segments segments = segments_on_github(plain_address(spec.base_url), endpoints);
        return segments.empty() ? std::vector<GitHubPlace>() : readings_of(std::move(segments));
    }
    if (spec.kind != HubSpec::Kind::github) return {};
    Segments segments{spec.owner, without_git_suffix(spec.name)};
    std::ranges::move(segments_of(spec.ref), std::back_inserter(segments));
    std::vector<GitHubPlace> places = readings_of(std::move(segments));
    const GitHubPlace whole{spec.owner, without_git_suffix(spec.name), branch_of_ref(spec.ref),
                            spec.subfolder};
    std::erase(places, whole);
    places.insert(places.begin(), whole);
    return places;
}

std::optional<HubSpec> spec_of_place(const GitHubPlace& place) {
    if (!is_ref_of_github(place.ref)) return std::nullopt;
    const auto parsed = parse_hub_spec(place.owner + "/" + place.name + ":" + place.ref);
    const auto* found = std::get_if<HubSpec>(&parsed);
    if (!found || found->kind != HubSpec::Kind::github) return std::nullopt;
    HubSpec spec = *found;
    spec.subfolder = place.subfolder;
    return spec;
}

std::vector<std::string> hub_identities(const HubSpec& spec, const Endpoints& endpoints) {
    switch (spec.kind) {
        case HubSpec::Kind::folder:
            return folder_identities(spec.folder);
        case HubSpec::Kind::hugging_face:
            return hub_identities(std::get<HubSpec>(parse_hub_spec(official_hub)), endpoints);
        case HubSpec::Kind::web:
        case HubSpec::Kind::github:
            break;
    }
    std::vector<std::string> names;
    const std::vector<GitHubPlace> places = github_places(spec, endpoints);
    if (!places.empty()) names.push_back(places.front().identity());
    if (spec.kind == HubSpec::Kind::web) names.push_back(canonical_address(spec.base_url));
    return names;
}

std::vector<std::string> hub_identities(const std::string& hub, const UserConfig& config) {
    const auto named = config.hubs.find(hub);
    const auto spec = parse_hub_spec(named == config.hubs.end() ? hub : named->second.spec);
    if (const auto* bad = std::get_if<BadHubSpec>(&spec)) throw UserError("hub: " + bad->reason);
    return hub_identities(std::get<HubSpec>(spec), config.endpoints);
}

std::vector<std::string> identities_of_new_folder(const fs::path& folder) {
    fs::path place = fs::absolute(folder).lexically_normal();
    if (!place.has_filename()) place = place.parent_path();
    std::vector<std::string> names{
        file_identity(real_path(place.parent_path()) / place.filename())};
    std::string written = file_identity(place);
    if (written != names.front()) names.push_back(std::move(written));
    return names;
}

}  // namespace onnxhub
