// SPDX-License-Identifier: Apache-2.0
// How users name a hub, and where its files are then.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onnxhub {

/// `onnx/models` on its branch `main`: the hub that is meant when none is named, and the only one
/// trusted without asking.
inline constexpr std::string_view official_hub = "onnx/models:main";

struct HubSpec {
    enum class Kind {
        github,        ///< "owner/name[:ref]"
        web,           ///< "https://host/folder": the manifest and the models' paths lie below it
        folder,        ///< "./folder", "/folder", "file:///folder"; of a repository also ":ref"
        hugging_face,  ///< "hf://ORG": bytes from there, under the official hub's manifest
    };
    Kind kind = Kind::github;
    std::string owner;  ///< of github
    std::string name;   ///< of github
    /// Of github: branch, tag or commit; "main" unless said. Of web: the commit to read, where the
    /// server names one (commit_header); parse_hub_spec() leaves it empty.
    std::string ref;
    std::string base_url;      ///< of web, without '/' at its end
    std::string folder;        ///< of folder, as LocalHub takes it
    std::string organization;  ///< of hugging_face

    bool operator==(const HubSpec&) const = default;
};

struct BadHubSpec {
    std::string reason;  ///< one clause, and what to write instead
};

/// "a/b" is always GitHub's; a folder of that name is "./a/b".
std::variant<HubSpec, BadHubSpec> parse_hub_spec(std::string_view text);

/// As parse_hub_spec() takes it, complete: "onnx/models:main".
std::string to_text(const HubSpec& spec);

/// Compared exactly: "onnx-evil/models", "onnx/models:other" and "ONNX/models" are others.
bool is_official(const HubSpec& spec);

/// A variable of the environment; nothing when it is not set or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// Where the services are, without '/' at the end. GitHub Enterprise, company mirrors and tests
/// have others.
struct Endpoints {
    std::string github_raw = "https://raw.githubusercontent.com";
    std::string github_media = "https://media.githubusercontent.com/media";
    std::string github_api = "https://api.github.com";
    std::string hugging_face = "https://huggingface.co";
};

/// Puts those in that ONNXHUB_GITHUB_RAW_URL, ONNXHUB_GITHUB_MEDIA_URL, ONNXHUB_GITHUB_API_URL and
/// HF_ENDPOINT name.
void replace_endpoints(Endpoints& endpoints, const Environment& environment);
void replace_endpoint(std::string& endpoint, const std::optional<std::string>& replacement);

/// Variables of this process.
std::optional<std::string> process_environment(const char* name);

/// Where the manifest is; empty for folders.
std::string manifest_url(const HubSpec& spec, const Endpoints& endpoints);

/// Where the commit of a hub on GitHub can be asked for; empty for others, and for those whose ref
/// is a commit.
std::string commit_url(const HubSpec& spec, const Endpoints& endpoints);

/// The header of a response by which a server names the commit that it read the file from. It has
/// the files of that commit at "/hub/at/<commit>/<path>", as `onnxhub serve` does.
inline constexpr std::string_view commit_header = "Onnx-Hub-Commit";

/// Where the file at the clean hub path `path` may be, the likeliest first; empty for folders.
std::vector<std::string> file_urls(const HubSpec& spec, const Endpoints& endpoints,
                                   const std::string& path);

}  // namespace onnxhub
