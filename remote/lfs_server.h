// SPDX-License-Identifier: Apache-2.0
// The Git LFS server of a hub's repository.
#pragma once

#include <string>
#include <variant>

#include "http/http_client.h"
#include "remote/lfs_batch.h"
#include "repository/hub_folder.h"

namespace onnxhub {

struct HubLfsServer {
    std::string endpoint;  ///< with the user's token, if there is one for this server
    /// Git's own configuration names it. Otherwise a file in the tree does, which is untrusted.
    bool is_own = false;
};

/// The server that git-lfs would use.
std::variant<HubLfsServer, NoLfsEndpoint> find_lfs_server(const HubFolder& hub);

/// Asks the server that git-lfs would use. `options.policy` decides about a server that a file in
/// the tree names; one that git's own configuration names may be anywhere. Without a server, every
/// state is inconclusive and has the reason. docs/cli.md documents passwords and tokens.
RemoteObjects lfs_server_of(const HubFolder& hub, HttpOptions options);

}  // namespace onnxhub
