// SPDX-License-Identifier: Apache-2.0
// What a user says once and for all: hubs by name, mirrors, trust, caches (docs/client.md).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/hub_spec.h"

namespace onnxhub {

/// A hub with a name of the user's own: `[hubs.company]`.
struct NamedHub {
    std::string spec;                           ///< as parse_hub_spec() takes it
    std::vector<std::string> mirrors;           ///< specs
    std::optional<std::string> token_variable;  ///< of the environment; for hubs of web servers
    bool is_trusted = false;
};

struct UserConfig {
    std::map<std::string, NamedHub> hubs;
    std::vector<std::string> trusted;           ///< specs of hubs that are loaded from unasked
    std::vector<std::string> mirrors;           ///< specs, of every hub
    std::vector<std::filesystem::path> caches;  ///< read only, looked into behind the own one
    /// Users whose files in caches are used besides one's own and root's.
    std::vector<UserId> trusted_cache_owners;
    Endpoints endpoints;  ///< the services' own unless said
};

/// Reads the file that $ONNXHUB_CONFIG names, else onnxhub/config.toml in $XDG_CONFIG_HOME or
/// ~/.config; the latter two need not exist. Variables for endpoints go before the file. Throws
/// UserError, with the line, for what can't be understood.
UserConfig read_user_config(const Environment& environment);

}  // namespace onnxhub
