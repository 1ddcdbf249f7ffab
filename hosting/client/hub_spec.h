// SPDX-License-Identifier: Apache-2.0
// The ways to name a hub, and the URLs of its files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/environment.h"

namespace onnxhub {

/// `onnx/models` on its branch `main`: the default hub, and the only one trusted without
/// confirmation.
inline constexpr std::string_view official_hub = "onnx/models:main";

struct HubSpec {
    enum class Kind {
        github,  ///< "owner/name[:ref]"
        web,     ///< "https://host/folder": the base URL of the manifest and the models' paths
        /// "./folder", "/folder", "file:///folder", "zoo.git"; a repository may have ":ref", and
        /// "folder:ref" needs no "./"
        folder,
        hugging_face,  ///< "hf://ORG": files from there, with the official hub's manifest
    };
    Kind kind = Kind::github;
    std::string owner;  ///< of github
    std::string name;   ///< of github
    /// For github: branch, tag or commit; default "main". For web: the commit to read, if the
    /// server sends one (commit_header); parse_hub_spec() leaves it empty.
    std::string ref;
    std::string base_url;      ///< for web, without '/' at its end
    std::string folder;        ///< for folder, as LocalHub takes it
    std::string organization;  ///< for hugging_face
    /// For github: the folder of the hub in the repository; "": its top. Only an address of
    /// GitHub's files can name one, so parse_hub_spec() leaves it empty.
    std::string subfolder = {};

    bool operator==(const HubSpec&) const = default;
};

struct BadHubSpec {
    std::string reason;  ///< one clause, followed by the valid forms
};

/// "a/b" is always on GitHub; a folder of that name is "./a/b".
std::variant<HubSpec, BadHubSpec> parse_hub_spec(std::string_view text);

/// Whether the text can be a ref of a hub on GitHub. It becomes part of a URL.
bool is_ref_of_github(std::string_view text);

/// The complete spec, valid for parse_hub_spec(): "onnx/models:main".
std::string to_text(const HubSpec& spec);

/// Compared exactly: "onnx-evil/models", "onnx/models:other" and "ONNX/models" are not official.
bool is_official(const HubSpec& spec);

/// The repository of the official hub, at any ref. Its files are on Hugging Face too.
bool is_official_repository(const HubSpec& spec);

/// Base URLs of the services, without '/' at the end. GitHub Enterprise, company mirrors and tests
/// use others.
struct Endpoints {
    std::string github_raw = "https://raw.githubusercontent.com";
    std::string github_media = "https://media.githubusercontent.com/media";
    std::string github_api = "https://api.github.com";
    std::string hugging_face = "https://huggingface.co";
};

/// Applies ONNXHUB_GITHUB_RAW_URL, ONNXHUB_GITHUB_MEDIA_URL, ONNXHUB_GITHUB_API_URL and
/// HF_ENDPOINT.
void replace_endpoints(Endpoints& endpoints, const Environment& environment);
void replace_endpoint(std::string& endpoint, const std::optional<std::string>& replacement);

/// URL of the manifest; empty for folders.
std::string manifest_url(const HubSpec& spec, const Endpoints& endpoints);

/// URL of another file that is published with the manifest, by its path in the hub; empty for
/// folders.
std::string url_beside_manifest(const HubSpec& spec, const Endpoints& endpoints,
                                std::string_view path);

/// URL that returns the commit of a hub on GitHub; empty for other hubs, and when the ref is a
/// commit.
std::string commit_url(const HubSpec& spec, const Endpoints& endpoints);

/// The response header with the commit that the server read the file from. The server has the files
/// of that commit at "/hub/at/<commit>/<path>", as `onnxhub serve` does.
inline constexpr std::string_view commit_header = "Onnx-Hub-Commit";

/// URLs for the file at the normalized hub path `path`, the most likely first; empty for folders.
std::vector<std::string> file_urls(const HubSpec& spec, const Endpoints& endpoints,
                                   const std::string& path);

}  // namespace onnxhub
