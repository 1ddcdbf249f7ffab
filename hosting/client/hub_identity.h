// SPDX-License-Identifier: Apache-2.0
// Names for a hub that do not depend on how its user writes it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/hub_spec.h"
#include "hosting/client/user_config.h"

namespace onnxhub {

/// "main" for "refs/heads/main"; other refs as they are. Versions are remembered by it.
std::string branch_of_ref(const std::string& ref);

/// A hub in a repository on GitHub.
struct GitHubPlace {
    std::string owner;
    std::string name;
    std::string ref;  ///< branch, tag or commit; "": unknown
    /// Folder of the hub in the repository; "": its top.
    std::string subfolder = {};

    /// "github.com/acme/models", or "github.com/acme/models//zoo" for a subfolder: in lower case,
    /// and unlike every address, which has no "//".
    std::string identity() const;

    bool operator==(const GitHubPlace&) const = default;
};

/// How a hub on GitHub can be read: branches may have '/' in their names, so that an address, or a
/// ref with '/', does not say where the ref ends and a subfolder begins. The first is what its user
/// means as far as one can know: the shortest ref of an address, the whole ref of a spec. Then
/// those with shorter refs. Empty for hubs that are not on GitHub.
std::vector<GitHubPlace> github_places(const HubSpec& spec, const Endpoints& endpoints);

/// The spec that reads a hub at this place; nullopt if its ref can't be part of a URL.
std::optional<HubSpec> spec_of_place(const GitHubPlace& place);

/// What pins of signed hubs are kept by: "github.com/acme/models", "models.example.com/hub" or
/// "file:/srv/hub". Branch, scheme, letter case, default ports, user names and replaced endpoints
/// make no difference. Addresses of GitHub's files are the first of github_places(), and a hub of
/// Hugging Face is the official hub, whose manifest it has.
///
/// A hub may have several: a folder its real path and the one that was written, so that a changed
/// link does not hide a pin; a repository also its own folder. A pin under any of them is the
/// hub's. The first is for people. Throws UserError when a local hub does not exist.
std::vector<std::string> hub_identities(const HubSpec& spec, const Endpoints& endpoints);

/// The same for a spec or a name of the configuration. Throws UserError for other texts too.
std::vector<std::string> hub_identities(const std::string& hub, const UserConfig& config);

/// The same for a folder that need not exist yet.
std::vector<std::string> identities_of_new_folder(const std::filesystem::path& folder);

}  // namespace onnxhub
