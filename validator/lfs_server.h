// SPDX-License-Identifier: Apache-2.0
// The Git LFS server of a hub's repository.
#pragma once

#include "http/http_client.h"
#include "repository/hub_folder.h"
#include "validator/remote_rules.h"

namespace onnxhub {

/// Asks the server that git-lfs would use. Without a server, every state is inconclusive and has
/// the reason. docs/cli.md documents passwords and tokens.
RemoteObjects lfs_server_of(const HubFolder& hub, HttpOptions options);

}  // namespace onnxhub
