// SPDX-License-Identifier: Apache-2.0
// The files of a signed hub on a server or on this disk.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "hosting/client/local_hub.h"
#include "hosting/client/manifest_copy.h"
#include "hosting/client/signed_manifest.h"
#include "http/http_client.h"

namespace onnxhub {

/// How the files of a hub on a server are asked for.
struct WebHubAccess {
    /// The request for a file by its path in the hub, with the headers that the server needs.
    std::function<HttpRequest(const std::string& path)> request;
    /// The same for the file at a commit that the server sent with the manifest (commit_header).
    std::function<HttpRequest(const CommitId& commit, const std::string& path)> request_at;
    std::string access_hint;  ///< ManifestFetch::access_hint
    HttpOptions http;
    ManifestCopy copy;  ///< of the last accepted pair
};

class WebSignedHub : public SignedHub {
public:
    explicit WebSignedHub(WebHubAccess access);

    SignedManifest read(bool is_fresh) override;
    std::optional<std::string> read_root(std::uint64_t number) override;
    std::optional<SignedManifest> kept() override;
    void keep(const SignedManifest& pair) override;

private:
    std::optional<std::string> read_at_moment(const std::string& path, std::uint64_t limit_bytes,
                                              bool may_be_hidden);
    std::optional<std::string> read_file(HttpRequest request, std::uint64_t limit_bytes,
                                         bool may_be_hidden);

    WebHubAccess access_;
    HttpClient client_;
    bool is_fresh_ = false;
    std::optional<CommitId> commit_;  ///< of the manifest that was read last
};

class LocalSignedHub : public SignedHub {
public:
    /// `hub` must outlive this object.
    explicit LocalSignedHub(const LocalHub& hub) : hub_(hub) {}

    SignedManifest read(bool is_fresh) override;
    std::optional<std::string> read_root(std::uint64_t number) override;
    /// Files of a folder may be written one after the other; a commit has one moment.
    bool may_be_between_moments() const override { return !hub_.commit(); }

private:
    const LocalHub& hub_;
};

}  // namespace onnxhub
