// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "http/hugging_face.h"
#include "http/url.h"
#include "manifest/hub_path.h"
#include "manifest/manifest.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

constexpr std::string_view forms =
    "write owner/name[:ref], https://…, hf://ORG, or ./folder[:ref] for a local directory";

bool is_name_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
}

/// Whether the text is a name on GitHub or Hugging Face. It becomes part of a URL.
bool is_name(std::string_view text) {
    return !text.empty() && text != "." && text != ".." &&
           std::ranges::all_of(text, is_name_character);
}

std::string without_end_slashes(std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return std::string(text);
}

BadHubSpec bad(std::string_view text, std::string_view why) {
    return {fmt::format("\"{}\" is not a hub: {}; {}", text, why, forms)};
}

std::variant<HubSpec, BadHubSpec> parse_web(std::string_view text) {
    HubSpec spec;
    spec.kind = HubSpec::Kind::web;
    spec.base_url = without_end_slashes(text);
    const std::string_view rest = text.substr(text.find("://") + 3);
    if (rest.empty() || rest.starts_with('/')) return bad(text, "it has no host");
    if (text.find_first_of("?#") != text.npos) return bad(text, "it has a query or fragment");
    return spec;
}

std::variant<HubSpec, BadHubSpec> parse_github(std::string_view text) {
    HubSpec spec;
    const std::size_t slash = text.find('/');
    const std::size_t colon = text.find(':', slash == text.npos ? 0 : slash);
    if (slash == text.npos) return bad(text, "it has no '/'");
    spec.owner = text.substr(0, slash);
    spec.name = text.substr(slash + 1, std::min(colon, text.size()) - slash - 1);
    spec.ref = colon == text.npos ? "main" : std::string(text.substr(colon + 1));
    if (!is_name(spec.owner) || !is_name(spec.name)) return bad(text, "it is not owner/name");
    if (!is_ref_of_github(spec.ref)) return bad(text, "its ref is not a branch, tag or commit");
    return spec;
}

/// The base URL of a web hub's files, at its commit if it has one.
std::string at_commit(const HubSpec& spec) {
    return spec.base_url + (spec.ref.empty() ? "" : "/hub/at/" + spec.ref);
}

std::string path_in_repository(const HubSpec& spec, std::string_view path) {
    return (spec.subfolder.empty() ? "" : spec.subfolder + "/") + std::string(path);
}

/// Whether the text can only be a folder or a bare repository, perhaps with ":ref": names of hubs
/// on GitHub have a '/', and those of the user's configuration were replaced before.
bool is_local(std::string_view text) {
    const std::string_view place = text.substr(0, text.find(':'));
    if (place == "." || place == "..") return true;
    if (text.starts_with('/') || text.starts_with("./") || text.starts_with("../")) return true;
    if (place.empty() || place.find('/') != place.npos) return false;
    if (place.size() == text.size()) return place.ends_with(".git") && place != ".git";
    return !text.substr(place.size()).starts_with("://");
}

}  // namespace

/// Branches may contain '/'. Git allows more characters, but URLs use only these.
bool is_ref_of_github(std::string_view text) {
    return !text.empty() && !text.starts_with('/') && !text.ends_with('/') &&
           text.find("..") == text.npos && text.find("//") == text.npos &&
           std::ranges::all_of(text, [](char c) { return is_name_character(c) || c == '/'; });
}

std::variant<HubSpec, BadHubSpec> parse_hub_spec(std::string_view text) {
    HubSpec spec;
    if (text.starts_with("https://") || text.starts_with("http://")) return parse_web(text);
    if (text.starts_with("hf://")) {
        spec.kind = HubSpec::Kind::hugging_face;
        spec.organization = without_end_slashes(text.substr(5));
        if (!is_name(spec.organization)) return bad(text, "it has no organization");
        return spec;
    }
    const bool is_file_url = text.starts_with("file://");
    if (is_file_url) text.remove_prefix(7);
    if (is_file_url || is_local(text)) {
        if (text.empty()) return bad(text, "it has no folder");
        spec.kind = HubSpec::Kind::folder;
        spec.folder = std::string(text);
        return spec;
    }
    if (text.find("://") != text.npos) return bad(text, "it has another scheme");
    return parse_github(text);
}

std::string to_text(const HubSpec& spec) {
    switch (spec.kind) {
        case HubSpec::Kind::web:
            return spec.base_url;
        case HubSpec::Kind::folder:
            return spec.folder;
        case HubSpec::Kind::hugging_face:
            return "hf://" + spec.organization;
        case HubSpec::Kind::github:
            break;
    }
    return spec.owner + "/" + spec.name + ":" + spec.ref;
}

bool is_official(const HubSpec& spec) {
    return spec.kind == HubSpec::Kind::github && spec.subfolder.empty() &&
           to_text(spec) == official_hub;
}

bool is_official_repository(const HubSpec& spec) {
    HubSpec at_main = spec;
    at_main.ref = "main";
    return is_official(at_main);
}

void replace_endpoint(std::string& endpoint, const std::optional<std::string>& replacement) {
    if (replacement) endpoint = without_end_slashes(*replacement);
}

void replace_endpoints(Endpoints& endpoints, const Environment& environment) {
    replace_endpoint(endpoints.github_raw, environment("ONNXHUB_GITHUB_RAW_URL"));
    replace_endpoint(endpoints.github_media, environment("ONNXHUB_GITHUB_MEDIA_URL"));
    replace_endpoint(endpoints.github_api, environment("ONNXHUB_GITHUB_API_URL"));
    replace_endpoint(endpoints.hugging_face, environment("HF_ENDPOINT"));
}

std::string commit_url(const HubSpec& spec, const Endpoints& endpoints) {
    if (spec.kind != HubSpec::Kind::github || is_commit_id(spec.ref)) return "";
    return fmt::format("{}/repos/{}/{}/commits/{}", endpoints.github_api, spec.owner, spec.name,
                       spec.ref);
}

std::string manifest_url(const HubSpec& spec, const Endpoints& endpoints) {
    return url_beside_manifest(spec, endpoints, manifest_file_name);
}

std::string url_beside_manifest(const HubSpec& spec, const Endpoints& endpoints,
                                std::string_view path) {
    switch (spec.kind) {
        case HubSpec::Kind::web:
            return at_commit(spec) + "/" + encoded_path(path);
        case HubSpec::Kind::folder:
            return "";
        case HubSpec::Kind::hugging_face: {
            const auto official = parse_hub_spec(official_hub);
            return url_beside_manifest(std::get<HubSpec>(official), endpoints, path);
        }
        case HubSpec::Kind::github:
            break;
    }
    return fmt::format("{}/{}/{}/{}/{}", endpoints.github_raw, spec.owner, spec.name, spec.ref,
                       encoded_path(path_in_repository(spec, path)));
}

std::vector<std::string> file_urls(const HubSpec& spec, const Endpoints& endpoints,
                                   const std::string& path) {
    switch (spec.kind) {
        case HubSpec::Kind::web:
            if (spec.ref.empty()) return {spec.base_url + "/" + encoded_path(path)};
            // The current file follows, since a server may serve only its newest commit.
            return {at_commit(spec) + "/" + encoded_path(path),
                    spec.base_url + "/" + encoded_path(path)};
        case HubSpec::Kind::folder:
            return {};
        case HubSpec::Kind::hugging_face:
            return {hugging_face_url(endpoints.hugging_face, spec.organization, path)};
        case HubSpec::Kind::github:
            break;
    }
    const std::string rest = fmt::format("/{}/{}/{}/{}", spec.owner, spec.name, spec.ref,
                                         encoded_path(path_in_repository(spec, path)));
    // Git LFS files are at the first URL, all others at the second.
    return {endpoints.github_media + rest, endpoints.github_raw + rest};
}

}  // namespace onnxhub
