// SPDX-License-Identifier: Apache-2.0
#include "remote/remote_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <utility>

#include "http/http_client.h"
#include "http/url.h"
#include "remote/graph_walk.h"
#include "remote/range_source.h"

namespace onnxhub {
namespace {

RemoteModel read_at(const ModelAddress& address, const PeekRequest& request,
                    TransferBudget& budget) {
    HttpClient client(request.http);
    RangeConnection connection(
        client, {{address.url, address.headers}, Binding::none, address.sha, address.size_bytes},
        budget);
    const RangeSource source(connection);
    walk_model(source, request.depth);
    RemoteModel model;
    model.url = shown_url(address.url);
    const bool is_hashed = address.sha && require_digest(*source.bytes(), *address.sha);
    model.is_bound = is_hashed || (address.sha && connection.stated_sha() == address.sha);
    model.content = sparse_source(source.bytes());
    model.stated_sha = connection.stated_sha();
    return model;
}

}  // namespace

RemoteModel read_remote_model(const std::vector<ModelAddress>& addresses,
                              const PeekRequest& request) {
    TransferBudget budget(
        request.max_transfer_bytes.value_or(std::numeric_limits<std::uint64_t>::max()));
    std::vector<std::string> problems;
    for (const ModelAddress& address : addresses) {
        try {
            RemoteModel model = read_at(address, request, budget);
            model.requests = budget.requests();
            model.bytes = budget.bytes();
            return model;
        } catch (const RangeFailure& failure) {
            problems.emplace_back(failure.what());
        }
    }
    if (problems.empty()) throw UserError("there is no address to read the model from");
    throw UserError(fmt::format("{}", fmt::join(problems, "; ")));
}

}  // namespace onnxhub
