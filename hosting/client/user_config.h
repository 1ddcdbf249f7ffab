// SPDX-License-Identifier: Apache-2.0
// The user's configuration: hubs by name, mirrors, trust, caches (docs/client.md).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file_status.h"
#include "hosting/client/hub_spec.h"
#include "http/address_policy.h"

namespace onnxhub {

/// A hub that the user named: `[hubs.company]`.
struct NamedHub {
    std::string spec;                  ///< valid for parse_hub_spec()
    std::vector<std::string> mirrors;  ///< specs
    /// Name of an environment variable; for hubs on web servers.
    std::optional<std::string> token_variable;
    bool is_trusted = false;
    /// Files with public keys and root certificates: each model needs a signature by one of them.
    /// Empty: none is required.
    std::vector<std::filesystem::path> model_keys = {};
};

struct UserConfig {
    std::map<std::string, NamedHub> hubs;
    std::vector<std::string> trusted;           ///< specs of hubs that need no confirmation
    std::vector<std::string> mirrors;           ///< specs, used for every hub
    std::vector<std::filesystem::path> caches;  ///< read-only, searched after the user's own cache
    /// Users whose files in caches are trusted, in addition to the user's own and root's.
    std::vector<UserId> trusted_cache_owners;
    Endpoints endpoints;  ///< defaults to the public services
    /// Hosts that URLs of a hub may lead to, although they are not on the public internet.
    std::vector<AllowedHost> allowed_hosts;
};

/// Reads the file that $ONNXHUB_CONFIG names, else onnxhub/config.toml in $XDG_CONFIG_HOME or
/// ~/.config; the latter two are optional. Environment variables for endpoints override the file.
/// Throws UserError, with the line, for invalid content.
UserConfig read_user_config(const Environment& environment);

/// Allows the hosts that the configuration names: in `[network]`, as hubs and mirrors on web
/// servers, and as endpoints.
AddressPolicy address_policy_of(const UserConfig& config);

}  // namespace onnxhub
