// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_index.h"

#include <memory>
#include <utility>
#include <variant>

#include "base/kept_files.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_manifest.h"
#include "hosting/client/manifest_copy.h"
#include "http/url.h"

namespace onnxhub {
namespace {

/// Gives files that were kept, and requests others.
class WebIndexFiles {
public:
    explicit WebIndexFiles(const IndexAccess& access)
        : access_(access),
          client_(access.http),
          kept_(access.state_folder ? std::optional(*access.state_folder / "index") : std::nullopt,
                ".json", kept_index_files, kept_index_file_limit) {}

    HttpClient& client() { return client_; }

    std::string read(const Sha256& digest, std::uint64_t limit_bytes) {
        const std::string path = index_path(digest);
        if (auto kept = kept_.find(digest); kept && sha256_of(*kept) == digest) {
            return std::move(*kept);
        }
        if (access_.is_offline) {
            throw UnusableIndex(path + ": there is no local copy; run once without --offline");
        }
        HttpRequest request = access_.request(path);
        request.accepts_gzip = true;
        auto result = client_.send(request, limit_bytes);
        if (const auto* failure = std::get_if<HttpFailure>(&result)) {
            if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
            throw UnusableIndex(failure->reason);
        }
        auto& response = std::get<HttpResponse>(result);
        if (response.head.status != 200) {
            throw UnusableIndex(shown_url(request.url) + ": the server answers with status " +
                                std::to_string(response.head.status));
        }
        if (sha256_of(response.body) == digest) kept_.keep(digest, response.body);
        return std::move(response.body);
    }

private:
    IndexAccess access_;
    HttpClient client_;
    KeptFiles kept_;
};

std::optional<IndexReader> reader_of(const std::string& text,
                                     std::shared_ptr<WebIndexFiles> files) {
    auto parsed = parse_index_root(text);
    if (std::holds_alternative<BadIndex>(parsed)) return std::nullopt;
    return IndexReader(std::get<IndexRoot>(std::move(parsed)),
                       [files = std::move(files)](const IndexRef& file) {
                           return files->read(file.digest, file.bytes);
                       });
}

std::optional<std::string> text_of(const ManifestCopy& copy) {
    if (!copy.kept()) return std::nullopt;
    return read_whole(*copy.kept()->bytes, index_root_limit, "index root");
}

/// nullopt: the server has no index.
std::optional<std::string> request_root(const IndexAccess& access, const HttpRequest& request,
                                        const ManifestCopy& copy, HttpClient& client) {
    try {
        FetchedManifest fetched =
            request_manifest(request, "", copy.kept(), client, index_root_limit);
        if (fetched.is_new) copy.replace({fetched.manifest.bytes, fetched.etag, request.url, ""});
        return fetched.manifest.text();
    } catch (const HubError& error) {
        if (!is_out_of_reach(error)) return std::nullopt;
        if (!copy.kept()) throw;
        access.report(std::string(error.what()) + "; using the last copy");
        return text_of(copy);
    }
}

}  // namespace

std::optional<IndexReader> open_index(const IndexAccess& access) {
    const HttpRequest request = access.request(std::string(index_root_path));
    auto files = std::make_shared<WebIndexFiles>(access);
    const ManifestCopy copy(access.state_folder, "index-roots", request.url);
    auto text =
        access.is_offline ? text_of(copy) : request_root(access, request, copy, files->client());
    if (!text) return std::nullopt;
    return reader_of(*text, std::move(files));
}

IndexReader open_index(const IndexAccess& access, const Sha256& root) {
    auto files = std::make_shared<WebIndexFiles>(access);
    const std::string text = files->read(root, index_root_limit);
    const std::string path = index_path(root);
    if (sha256_of(text) != root) {
        throw UnusableIndex(path + ": is not the file with this SHA-256");
    }
    auto reader = reader_of(text, std::move(files));
    if (!reader) throw UnusableIndex(path + ": is not a root that this version can read");
    return std::move(*reader);
}

}  // namespace onnxhub
