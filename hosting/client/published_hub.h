// SPDX-License-Identifier: Apache-2.0
// The files of a signed hub at a URL, as anyone can read them now: for `onnxhub verify`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/http_client.h"
#include "trust/hub_trust.h"

namespace onnxhub {

/// Reads without any cache. All throw UserError when the server does not answer. Not thread-safe.
class PublishedHub {
public:
    /// `url` is the base of the hub's files; `options` must allow its host.
    PublishedHub(std::string url, const HttpOptions& options);

    /// Nothing when there is no such file (404). Throws UserError for other statuses.
    std::optional<std::string> read(const std::string& path, std::uint64_t limit_bytes);

    RootSource roots();

    struct Pair {
        std::string manifest;
        std::optional<std::string> statement;
    };
    /// Manifest and statement. A server that is being updated may show them of two moments: if the
    /// statement is about another manifest, both are read again, at most three times.
    Pair read_pair();

private:
    Pair read_pair_once();

    std::string url_;
    HttpClient client_;
};

}  // namespace onnxhub
