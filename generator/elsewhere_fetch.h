// SPDX-License-Identifier: Apache-2.0
// Downloads models whose bytes are elsewhere, to learn their SHA-256, their size and their graph.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "generator/model_description.h"
#include "http/http_client.h"
#include "manifest/diagnostic.h"
#include "model/shape_inference.h"
#include "repository/fetch_observer.h"

namespace onnxhub {

/// Larger models are not downloaded.
inline constexpr std::uint64_t elsewhere_size_limit = std::uint64_t{64} << 30;  // bytes

struct ElsewhereRequest {
    std::vector<std::string> urls;            ///< untrusted; tried in this order
    std::optional<Sha256> sha;                ///< as a source states it; other bytes are refused
    std::optional<std::uint64_t> size_bytes;  ///< the same
    /// Download the model even if its SHA-256 is known, to read its graph.
    bool needs_graph = false;
    std::vector<std::string> tensors;  ///< inside the graph, whose shapes are wanted
    std::string file;                  ///< where a source states the URLs, for the diagnostic
    int line = 0;
};

/// A request that was fulfilled.
struct FetchedElsewhere {
    std::string url;  ///< where the model was found
    /// With size. The graph is null if nothing was downloaded: the server states the ETag and
    /// length of the last download.
    ElsewhereContent content;
};

struct ElsewhereOptions {
    HttpOptions http;  ///< with the user's `policy`: the URLs are untrusted
    std::optional<std::filesystem::path> state_folder;  ///< absent: nothing is remembered
    std::uint64_t max_file_bytes = elsewhere_size_limit;
    std::optional<std::uint64_t> max_transfer_bytes;  ///< of all models together
    ShapeInference* inference = nullptr;              ///< null: declared shapes only
};

/// Not thread-safe.
class ElsewhereFetch {
public:
    /// `observer` must outlive this object.
    ElsewhereFetch(ElsewhereOptions options, FetchObserver& observer);

    /// Asks the server for the model unless it is still that of the last download, by its strong
    /// ETag and length. Hashes what arrives, reads the graph and remembers the result. The bytes
    /// are only kept in a temporary file. No password or token is sent. The diagnostic has the rule
    /// fetch-failed and the problem of each URL: a refused address, a response that is not an ONNX
    /// model, other bytes than stated, a limit. Throws Interrupted when the user stopped, and
    /// WorkerUnavailable.
    std::variant<FetchedElsewhere, Diagnostic> fetch(const ElsewhereRequest& request);

private:
    using Attempt = std::variant<ElsewhereContent, std::string>;  ///< or the problem, one line
    Attempt fetch_from(const std::string& url, const ElsewhereRequest& request);
    Attempt download(const std::string& url, const ElsewhereRequest& request);
    std::uint64_t byte_limit(const ElsewhereRequest& request) const;

    ElsewhereOptions options_;
    FetchObserver& observer_;
    HttpClient client_;
    std::uint64_t transferred_ = 0;
};

}  // namespace onnxhub
