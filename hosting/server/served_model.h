// SPDX-License-Identifier: Apache-2.0
// Models of a served hub, for descriptions of their graphs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hosting/server/contents.h"
#include "hosting/server/served_hub.h"
#include "hosting/server/server_options.h"

namespace onnxhub {

/// The SHA-256 in "/graph/SHA256.json.gz", 64 lower-case hexadecimal digits; nothing for other
/// paths.
std::optional<std::string> model_of_graph_path(std::string_view path);

/// The ETag of the hub's manifest; nothing when it has none.
std::optional<std::string> manifest_etag(ServedHub& hub);

/// The graph of the model, which is kept in `contents` with this key. Throws NotServed when the hub
/// has no such model, or no memory is left.
std::shared_ptr<const std::string> described_model(ServedHub& hub, const ModelGraphSource& graphs,
                                                   const std::string& sha256,
                                                   const std::string& key, Contents& contents);

}  // namespace onnxhub
