// SPDX-License-Identifier: Apache-2.0
// One model at a URL, read by ranges.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/digest.h"
#include "http/http_message.h"
#include "remote/hub_peek.h"

namespace onnxhub {

/// Where a model is, and what is known of it.
struct ModelAddress {
    std::string url;
    std::vector<HttpHeader> headers = {};  ///< sent to its origin alone
    std::optional<Sha256> sha = {};
    std::optional<std::uint64_t> size_bytes = {};
};

struct RemoteModel {
    std::string url;  ///< for messages
    /// A source for read_skeleton(), or for read_model_opsets() with that depth.
    std::unique_ptr<ByteSource> content;
    std::optional<Sha256> stated_sha;  ///< by the server, for the whole file
    /// The whole file was read and hashed, or the server states the SHA-256 of `ModelAddress`.
    /// Otherwise the content is what the server says, and may only be shown.
    bool is_bound = false;
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
};

/// Reads the model from the first address that gives it. `request.http.policy` is applied. Nothing
/// is kept. Throws UserError with the problems of all addresses, and Interrupted.
RemoteModel read_remote_model(const std::vector<ModelAddress>& addresses,
                              const PeekRequest& request);

}  // namespace onnxhub
