// SPDX-License-Identifier: Apache-2.0
// Names for a hub that do not depend on how its user writes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hosting/client/hub_spec.h"
#include "hosting/client/user_config.h"

namespace onnxhub {

/// What pins of signed hubs are kept by: "github.com/acme/models", "models.example.com/hub" or
/// "file:/srv/hub". Branch, scheme, letter case, default ports, user names and replaced endpoints
/// make no difference. Addresses of GitHub's files are the repository, and a hub of Hugging Face is
/// the official hub, whose manifest it has.
///
/// A hub may have several: a folder its real path and the one that was written, so that a changed
/// link does not hide a pin; a repository also its own folder. A pin under any of them is the
/// hub's. The first is for people. Throws UserError when a local hub does not exist.
std::vector<std::string> hub_identities(const HubSpec& spec, const Endpoints& endpoints);

/// The same for a spec or a name of the configuration. Throws UserError for other texts too.
std::vector<std::string> hub_identities(const std::string& hub, const UserConfig& config);

/// The repository and ref that an address of GitHub's files is about:
/// "https://raw.githubusercontent.com/acme/models/main" is acme/models:main.
std::optional<HubSpec> github_of_address(const HubSpec& spec);

}  // namespace onnxhub
