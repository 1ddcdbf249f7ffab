// SPDX-License-Identifier: Apache-2.0
#include "remote/hub_peek.h"

#include <memory>
#include <variant>

#include "http/url.h"
#include "remote/lfs_server.h"

namespace onnxhub {

PeekOptions peek_options(const PeekRequest& request, const HubFolder& hub,
                         const std::vector<std::string>& mirrors) {
    PeekOptions options;
    options.depth = request.depth;
    options.mirrors = mirrors;
    options.http = request.http;
    options.lfs_http = request.http;
    options.connections = request.connections;
    if (request.max_transfer_bytes) {
        options.budget = std::make_shared<TransferBudget>(*request.max_transfer_bytes);
    }
    options.cache_folder = request.cache_folder;
    options.hugging_face = request.hugging_face;
    const auto found = find_lfs_server(hub);
    if (const auto* server = std::get_if<HubLfsServer>(&found)) {
        if (server->is_own && options.lfs_http.policy) {
            options.lfs_http.policy->allow_origin_of(server->endpoint);
        }
        options.lfs = lfs_server_of(hub, options.lfs_http);
        options.lfs_name = shown_url(server->endpoint);
    }
    return options;
}

}  // namespace onnxhub
