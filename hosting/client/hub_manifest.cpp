// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_manifest.h"

#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/digest.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "manifest/manifest.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t tag_size_limit = std::uint64_t{1} << 20;  // bytes

/// The copy of the manifest at one URL: the text, and next to it its SHA-256 and ETag.
class ManifestCopy {
public:
    ManifestCopy(const std::optional<fs::path>& state_folder, const std::string& url) {
        if (!state_folder) return;
        text_path_ = *state_folder / "manifests" / (to_hex(sha256_of(url)) + ".json");
        tag_path_ = text_path_.string() + ".etag";
        auto text = read_file_if_possible(text_path_, manifest_size_limit);
        const auto tag = read_file_if_possible(tag_path_, tag_size_limit);
        if (!text || !tag) return;
        const std::size_t line = tag->find('\n');
        if (tag->substr(0, line) != to_hex(sha256_of(*text))) return;
        text_ = std::move(*text);
        etag_ = line == tag->npos ? "" : tag->substr(line + 1);
    }

    const std::optional<std::string>& text() const { return text_; }
    const std::string& etag() const { return etag_; }

    /// Best effort: without a copy the manifest is fetched again.
    void replace(const std::string& text, const std::string& etag) const {
        if (text_path_.empty()) return;
        std::error_code error;
        fs::create_directories(text_path_.parent_path(), error);
        if (error) return;
        try {
            write_file_atomically(text_path_, text);
            write_file_atomically(tag_path_, to_hex(sha256_of(text)) + "\n" + etag);
        } catch (const UserError&) {
        }
    }

private:
    fs::path text_path_;
    fs::path tag_path_;
    std::optional<std::string> text_;
    std::string etag_;
};

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

/// Returns the copy with a note that gives the reason, or throws. The reason begins with the URL.
HubManifest fall_back(const ManifestCopy& copy, const std::string& url, const HubError& why) {
    if (!copy.text()) throw why;
    return {*copy.text(), shown_url(url), std::string(why.what()) + "; using the last copy"};
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

HubManifest fetch_manifest(const ManifestFetch& fetch, HttpClient& client) {
    const std::string& url = fetch.request.url;
    const ManifestCopy copy(fetch.state_folder, url);
    if (fetch.is_offline) {
        if (!copy.text()) {
            throw HubError(
                HubProblem::offline,
                shown_url(url) +
                    ": there is no local copy of this manifest; run once without --offline");
        }
        return {*copy.text(), shown_url(url), ""};
    }
    HttpRequest request = fetch.request;
    if (copy.text() && !copy.etag().empty())
        request.headers.push_back({"If-None-Match", copy.etag()});
    const auto result = client.send(request, manifest_size_limit);
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
        return fall_back(copy, url, HubError(HubProblem::unreachable, failure->reason));
    }
    const auto& response = std::get<HttpResponse>(result);
    if (response.head.status == 304 && copy.text()) {
        return {*copy.text(), shown_url(url), "", commit_of(response.head)};
    }
    const HubError why(
        HubProblem::manifest,
        shown_url(url) + ": " +
            reason_of(response.head, same_origin(url, response.head.url) ? fetch.access_hint : ""),
        response.head.status);
    if (response.head.status >= 500 || response.head.status == 429) {
        return fall_back(copy, url, why);
    }
    if (response.head.status != 200) throw HubError(why);
    const std::string* etag = find_header(response.head.headers, "etag");
    copy.replace(response.body, etag ? *etag : "");
    return {response.body, shown_url(url), "", commit_of(response.head)};
}

}  // namespace onnxhub
