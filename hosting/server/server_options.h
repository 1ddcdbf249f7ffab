// SPDX-License-Identifier: Apache-2.0
// What a server is started with.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "hosting/server/served_index.h"

namespace onnxhub {

struct TlsIdentity {
    std::string certificate;  ///< certificate chain, PEM
    std::string key;          ///< PEM
};

/// Opens the model at a path of the hub; null when its content is not what was asked for, or not
/// available.
using OpenModel = std::function<std::unique_ptr<ByteSource>(const std::string& hub_path)>;

/// Describes the graph of the model with this SHA-256 (hexadecimal digits) as a gzip file; nothing
/// when the hub has no such ONNX model. The ETag identifies the state of the manifest. May throw
/// UserError. Called from any thread.
using ModelGraphSource = std::function<std::optional<std::string>(
    const std::string& sha256, const std::string& manifest_etag, const OpenModel& open)>;

struct ServerOptions {
    std::string bind_address = "127.0.0.1";  ///< IPv4 or IPv6
    std::uint16_t port = 8080;               ///< 0: any free port
    /// With an identity, even an empty one, the server never speaks plain http.
    std::optional<TlsIdentity> identity = {};
    /// Makes /graph/SHA256.json.gz unless the hub has this file.
    ModelGraphSource model_graph = {};
    /// Makes "index.html", the page for "/", and the files that it loads, by path; no files when
    /// not available. A file of the hub at the same path takes precedence. Called from any thread
    /// when one is requested for the first time or after the manifest has changed.
    std::function<std::map<std::string, std::string>()> page_files = {};
    /// The HTML for "/" when a browser sends no token or a wrong one; "": the reason as text.
    std::string sign_in_page = {};
    /// Required as "Authorization: Bearer …" for all paths but /healthz.
    std::optional<std::string> token = {};
    unsigned threads = 0;         ///< 0: one per core
    unsigned connections = 8192;  ///< at the same time; the server closes more at once
    unsigned connections_per_address = 4096;
    /// The server closes a connection that is silent for this long. The whole head of a request may
    /// take four times as long, from the previous response (or the connection's start) on.
    std::chrono::milliseconds idle_time{30'000};
    std::size_t header_bytes = 16 * 1024;  ///< maximum per request
    /// Names that `Host` may have for a private hub, besides localhost, 127.0.0.1 and [::1], in the
    /// form of requested_host(). See AllowedHosts.
    std::vector<std::string> host_names = {};
    /// Everyone may read the hub, including pages of other web sites (CORS), under any name. Always
    /// so without a token when `bind_address` is not a loopback address.
    bool is_public = false;
    /// Content-Security-Policy of an index.html that the hub contains, as exported hubs do; "": the
    /// same as other files.
    std::string page_policy = {};
    std::uint64_t memory_bytes = std::uint64_t{128} << 20;  ///< for content that is being sent
    std::uint64_t disk_bytes = std::uint64_t{1} << 30;      ///< the same, in temporary files
    ServedIndexOptions index = {};
    /// The server closes connections that read fewer bytes per second, on average over a window.
    std::uint64_t min_rate = 1024;
    std::chrono::milliseconds rate_window{60'000};
    /// Gets a line per request, in Combined Log Format. Called from any thread, one at a time.
    std::function<void(const std::string&)> log = {};
};

}  // namespace onnxhub
