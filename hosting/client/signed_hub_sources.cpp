// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/signed_hub_sources.h"

#include <utility>
#include <variant>

#include "base/user_error.h"
#include "http/url.h"
#include "manifest/manifest.h"
#include "trust/hub_root.h"
#include "trust/hub_statement.h"

namespace onnxhub {

WebSignedHub::WebSignedHub(WebHubAccess access)
    : access_(std::move(access)), client_(access_.http) {}

SignedManifest WebSignedHub::read(bool is_fresh) {
    is_fresh_ = is_fresh;
    HttpRequest request = access_.request(std::string(manifest_file_name));
    if (is_fresh) request.headers.push_back({"Cache-Control", "no-cache"});
    FetchedManifest fetched = request_manifest(
        request, access_.access_hint, is_fresh ? std::nullopt : access_.copy.kept(), client_);
    commit_ = fetched.manifest.commit;
    auto statement = read_at_moment(std::string(hub_statement_name), statement_size_limit, false);
    return {std::move(fetched.manifest), std::move(fetched.etag), request.url,
            std::move(statement)};
}

std::optional<std::string> WebSignedHub::read_statement() {
    commit_.reset();
    return read_at_moment(std::string(hub_statement_name), statement_size_limit, true);
}

std::optional<std::string> WebSignedHub::kept_statement() {
    const auto& kept = access_.statement_copy.kept();
    if (!kept) return std::nullopt;
    return read_whole(*kept->bytes, statement_size_limit, std::string(hub_statement_name));
}

void WebSignedHub::keep_statement(const std::string& text) {
    if (kept_statement() != text) {
        const std::string name(hub_statement_name);
        const auto bytes = std::make_shared<const UnchangedSource>(memory_source(text), name);
        access_.statement_copy.replace({bytes, "", access_.request(name).url, ""});
    }
}

std::optional<std::string> WebSignedHub::read_root(std::uint64_t number) {
    return read_at_moment(root_path(number), root_size_limit, number > 1);
}

/// At the commit of the manifest, if the server sent one. A server that does not have its commits
/// by their ids has the newest files.
std::optional<std::string> WebSignedHub::read_at_moment(const std::string& path,
                                                        std::uint64_t limit_bytes,
                                                        bool may_be_hidden) {
    if (commit_ && access_.request_at) {
        auto text = read_file(access_.request_at(*commit_, path), limit_bytes, true);
        if (text) return text;
    }
    return read_file(access_.request(path), limit_bytes, may_be_hidden);
}

std::optional<SignedManifest> WebSignedHub::kept() {
    const auto& kept = access_.copy.kept();
    if (!kept) return std::nullopt;
    return SignedManifest{
        {kept->bytes, shown_url(kept->url), ""}, kept->etag, kept->url, kept->statement};
}

void WebSignedHub::keep(const SignedManifest& pair) {
    const auto& kept = access_.copy.kept();
    if (kept && kept->bytes->digest() == pair.manifest.bytes->digest() && kept->url == pair.url &&
        kept->statement == pair.statement) {
        return;
    }
    access_.copy.replace({pair.manifest.bytes, pair.etag, pair.url, pair.statement.value_or("")});
}

/// nullopt: the server does not have the file. Stores that do not list their content answer 403 for
/// a file that they do not have, which counts as well if the file `may_be_hidden`.
std::optional<std::string> WebSignedHub::read_file(HttpRequest request, std::uint64_t limit_bytes,
                                                   bool may_be_hidden) {
    if (is_fresh_) request.headers.push_back({"Cache-Control", "no-cache"});
    auto result = client_.send(request, limit_bytes);
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
        const bool is_answer = failure->kind == HttpFailure::Kind::too_large;
        throw HubError(is_answer ? HubProblem::signature : HubProblem::unreachable,
                       failure->reason);
    }
    auto& response = std::get<HttpResponse>(result);
    const int status = response.head.status;
    if (status == 404 || status == 410) return std::nullopt;
    if (may_be_hidden && (status == 401 || status == 403)) return std::nullopt;
    if (status != 200) {
        const bool needs_access = (status == 401 || status == 403) &&
                                  !access_.access_hint.empty() &&
                                  same_origin(request.url, response.head.url);
        throw HubError(HubProblem::signature,
                       shown_url(request.url) + ": the server answers with status " +
                           std::to_string(status) +
                           (needs_access ? "; " + access_.access_hint : "; try again later"),
                       status);
    }
    return std::move(response.body);
}

SignedManifest LocalSignedHub::read(bool /*is_fresh*/) {
    SignedManifest pair;
    pair.manifest = hub_manifest(hub_.open_manifest(), hub_.manifest_name(), local_manifest_limit);
    pair.statement = hub_.read(std::string(hub_statement_name), statement_size_limit);
    return pair;
}

std::optional<std::string> LocalSignedHub::read_root(std::uint64_t number) {
    return hub_.read(root_path(number), root_size_limit);
}

}  // namespace onnxhub
