// SPDX-License-Identifier: Apache-2.0
// The Git LFS server of a hub's repository.
#pragma once

#include "http/http_client.h"
#include "repository/hub_folder.h"
#include "validator/remote_rules.h"

namespace onnxhub {

/// Asks the server that git-lfs would use. Where there is none, every answer is inconclusive and
/// says why. Passwords and tokens: docs/cli.md.
RemoteObjects lfs_server_of(const HubFolder& hub, HttpOptions options);

}  // namespace onnxhub
