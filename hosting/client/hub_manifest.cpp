// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_manifest.h"

#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/spooled_bytes.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "manifest/manifest.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t manifest_memory = std::size_t{1} << 20;  // bytes; the rest is on disk

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

/// Collects the body of an answer with status 200.
class ManifestSink : public HttpSink {
public:
    explicit ManifestSink(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

    bool begin(const HttpHead& head) override {
        body_.clear();
        is_wanted_ = head.status == 200;
        return true;
    }

    bool data(std::span<const std::byte> block) override {
        if (!is_wanted_) return true;
        is_too_large_ = block.size() > limit_bytes_ - body_.size_bytes();
        if (!is_too_large_) body_.append(block);
        return !is_too_large_;
    }

    bool can_restart() const override { return true; }

    bool is_too_large() const { return is_too_large_; }
    std::unique_ptr<ByteSource> take() { return body_.take(); }

private:
    std::uint64_t limit_bytes_;
    SpooledBytes body_{manifest_memory};
    bool is_wanted_ = false;
    bool is_too_large_ = false;
};

/// Throws HubError when there is no answer, or it is too large.
HttpHead send(const HttpRequest& request, ManifestSink& sink, std::uint64_t limit_bytes,
              HttpClient& client) {
    auto result = client.stream(request, sink);
    if (sink.is_too_large()) {
        throw HubError(HubProblem::manifest, shown_url(request.url) +
                                                 ": the response has more than " +
                                                 std::to_string(limit_bytes) + " bytes");
    }
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
        const bool is_answer = failure->kind == HttpFailure::Kind::too_large;
        throw HubError(is_answer ? HubProblem::manifest : HubProblem::unreachable, failure->reason);
    }
    return std::get<HttpHead>(std::move(result));
}

}  // namespace

HubManifest hub_manifest(std::shared_ptr<const ByteSource> source, const std::string& shown_name,
                         std::uint64_t limit_bytes) {
    if (source->size_bytes() > limit_bytes) {
        throw UserError(shown_name + ": is larger than " + std::to_string(limit_bytes) +
                        " bytes; make it smaller");
    }
    return {std::make_shared<const UnchangedSource>(std::move(source), shown_name), shown_name, ""};
}

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
    ManifestSink sink(limit_bytes);
    const HttpHead head = send(conditional, sink, limit_bytes, client);
    if (head.status == 304 && has_tag) {
        return {{kept->bytes, shown_url(request.url), "", commit_of(head)}, kept->etag, false};
    }
    if (head.status != 200) {
        const bool is_there = same_origin(request.url, head.url);
        throw HubError(HubProblem::manifest,
                       shown_url(request.url) + ": " + reason_of(head, is_there ? access_hint : ""),
                       head.status);
    }
    const std::string* etag = find_header(head.headers, "etag");
    HubManifest manifest = hub_manifest(sink.take(), shown_url(request.url));
    manifest.commit = commit_of(head);
    return {std::move(manifest), etag ? *etag : "", true};
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
        return {copy.kept()->bytes, shown_url(url), ""};
    }
    try {
        FetchedManifest fetched =
            request_manifest(fetch.request, fetch.access_hint, copy.kept(), client);
        if (fetched.is_new) copy.replace({fetched.manifest.bytes, fetched.etag, url, ""});
        return std::move(fetched.manifest);
    } catch (const HubError& why) {
        if (!copy.kept() || !is_out_of_reach(why)) throw;
        return {copy.kept()->bytes, shown_url(url),
                std::string(why.what()) + "; using the last copy"};
    }
}

HubError no_local_copy(const std::string& shown_name) {
    return {HubProblem::offline,
            shown_name + ": there is no local copy of this manifest; run once without --offline"};
}

}  // namespace onnxhub
