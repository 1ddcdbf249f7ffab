// SPDX-License-Identifier: Apache-2.0
// One name for a hub, however its user writes it.
#pragma once

#include <string>

#include "hosting/client/hub_spec.h"
#include "hosting/client/user_config.h"

namespace onnxhub {

/// What pins of signed hubs are kept by: "github.com/acme/models", "models.example.com/hub" or
/// "file:/srv/hub". Branch, scheme, letter case, default ports, user names and replaced endpoints
/// make no difference. Addresses of GitHub's files are the repository, and a hub of Hugging Face is
/// the official hub, whose manifest it has. Throws UserError when a local hub does not exist.
std::string hub_identity(const HubSpec& spec, const Endpoints& endpoints);

/// The same for a spec or a name of the configuration. Throws UserError for other texts too.
std::string hub_identity(const std::string& hub, const UserConfig& config);

}  // namespace onnxhub
