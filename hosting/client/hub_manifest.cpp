// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_manifest.h"

#include <optional>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "manifest/manifest.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

std::string reason_of(const HttpHead& head, const std::string& access_hint) {
    if (head.status == 404) return "there is no manifest (404); check the hub's name and branch";
    if (head.status == 401 || head.status == 403) {
        return "the server does not grant access (" + std::to_string(head.status) + "); " +
               (access_hint.empty() ? "" : access_hint + ", or ") + "put a password into ~/.netrc";
    }
    return "the server answers with status " + std::to_string(head.status) + "; try again later";
}

std::optional<CommitId> commit_of(const HttpHead& head) {
    const std::string* commit = find_header(head.headers, commit_header);
    return commit && is_commit_id(*commit) ? std::optional(*commit) : std::nullopt;
}

}  // namespace

fs::path default_cache_folder(const Environment& environment) {
    if (const auto home = environment("ONNX_HOME")) return fs::path(*home) / "hub";
    if (const auto cache = environment("XDG_CACHE_HOME")) return fs::path(*cache) / "onnx" / "hub";
    if (const auto home = environment("HOME")) {
        return fs::path(*home) / ".cache" / "onnx" / "hub";
    }
    throw UserError(
        "environment: none of ONNX_HOME, XDG_CACHE_HOME and HOME is set; name a "
        "cache folder with --cache");
}

FetchedManifest request_manifest(const HttpRequest& request, const std::string& access_hint,
                                 const std::optional<KeptManifest>& kept, HttpClient& client,
                                 std::uint64_t limit_bytes) {
    HttpRequest conditional = request;
    conditional.accepts_gzip = true;
    const bool has_tag = kept && kept->url == request.url && !kept->etag.empty();
    if (has_tag) conditional.headers.push_back({"If-None-Match", kept->etag});
    const auto result = client.send(conditional, limit_bytes);
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
        const bool is_answer = failure->kind == HttpFailure::Kind::too_large;
        throw HubError(is_answer ? HubProblem::manifest : HubProblem::unreachable, failure->reason);
    }
    const auto& response = std::get<HttpResponse>(result);
    if (response.head.status == 304 && has_tag) {
        return {
            {kept->text, shown_url(request.url), "", commit_of(response.head)}, kept->etag, false};
    }
    if (response.head.status != 200) {
        const bool is_there = same_origin(request.url, response.head.url);
        throw HubError(
            HubProblem::manifest,
            shown_url(request.url) + ": " + reason_of(response.head, is_there ? access_hint : ""),
            response.head.status);
    }
    const std::string* etag = find_header(response.head.headers, "etag");
    return {{response.body, shown_url(request.url), "", commit_of(response.head)},
            etag ? *etag : "",
            true};
}

bool is_out_of_reach(const HubError& error) {
    return error.problem == HubProblem::unreachable ||
           (error.http_status && (*error.http_status >= 500 || *error.http_status == 429));
}

HubManifest fetch_manifest(const ManifestFetch& fetch, HttpClient& client) {
    const std::string& url = fetch.request.url;
    const ManifestCopy copy(fetch.state_folder, "manifests", url);
    if (fetch.is_offline) {
        if (!copy.kept()) throw no_local_copy(shown_url(url));
        return {copy.kept()->text, shown_url(url), ""};
    }
    try {
        FetchedManifest fetched =
            request_manifest(fetch.request, fetch.access_hint, copy.kept(), client);
        if (fetched.is_new) copy.replace({fetched.manifest.text, fetched.etag, url, ""});
        return std::move(fetched.manifest);
    } catch (const HubError& why) {
        if (!copy.kept() || !is_out_of_reach(why)) throw;
        return {copy.kept()->text, shown_url(url),
                std::string(why.what()) + "; using the last copy"};
    }
}

HubError no_local_copy(const std::string& shown_name) {
    return {HubProblem::offline,
            shown_name + ": there is no local copy of this manifest; run once without --offline"};
}

}  // namespace onnxhub
