// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/published_hub.h"

#include <utility>
#include <variant>

#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_manifest.h"
#include "manifest/manifest.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

constexpr int published_attempts = 4;

bool is_about(const std::string& statement, const std::string& manifest) {
    try {
        return read_unverified_statement_of_hub(statement).manifest == sha256_of(manifest);
    } catch (const Refused&) {
        return true;  // reading again does not help
    }
}

}  // namespace

PublishedHub::PublishedHub(std::string url, const HttpOptions& options)
    : url_(std::move(url)), client_(options) {
    while (url_.ends_with('/')) url_.pop_back();
}

std::optional<std::string> PublishedHub::read(const std::string& path, std::uint64_t limit_bytes) {
    HttpRequest request;
    request.url = url_ + "/" + path;
    request.headers.push_back({"Cache-Control", "no-cache"});
    auto result = client_.send(request, limit_bytes);
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
        throw HubError(HubProblem::unreachable, failure->reason);
    }
    auto& response = std::get<HttpResponse>(result);
    if (response.head.status == 404) return std::nullopt;
    if (response.head.status == 200) return std::move(response.body);
    throw HubError(HubProblem::unreachable,
                   shown_url(request.url) + ": the server answers with status " +
                       std::to_string(response.head.status) + "; try again later",
                   response.head.status);
}

RootSource PublishedHub::roots() {
    return [this](std::uint64_t number) { return read(root_path(number), root_size_limit); };
}

PublishedHub::Pair PublishedHub::read_pair_once() {
    const std::string name(manifest_file_name);
    auto manifest = read(name, manifest_size_limit);
    if (!manifest) {
        throw HubError(
            HubProblem::manifest,
            shown_url(url_ + "/" + name) + ": there is no manifest (404); check the hub's address");
    }
    return {std::move(*manifest), read(std::string(hub_statement_name), statement_size_limit)};
}

PublishedHub::Pair PublishedHub::read_pair() {
    Pair pair = read_pair_once();
    for (int attempt = 1; attempt < published_attempts; ++attempt) {
        if (!pair.statement || is_about(*pair.statement, pair.manifest)) break;
        pair = read_pair_once();
    }
    return pair;
}

}  // namespace onnxhub
