// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace onnxhub {

struct TlsIdentity {
    std::string certificate;  ///< chain, PEM
    std::string key;          ///< PEM
};

struct ServerOptions {
    std::string bind_address = "127.0.0.1";    ///< IPv4 or IPv6
    std::uint16_t port = 8080;                 ///< 0: any that is free
    std::optional<TlsIdentity> identity = {};  ///< with one, even an empty one, never plain http
    /// Makes the HTML for "/" where the hub has no index.html of its own; "" for none now. Called
    /// from any thread when the page is asked for, at first and where the manifest has changed.
    std::function<std::string()> index_page = {};
    std::optional<std::string> token = {};  ///< wanted as "Authorization: Bearer …" by all but
                                            ///< /healthz
    unsigned threads = 0;                   ///< 0: one per core
    unsigned connections = 8192;            ///< at the same time; those beyond are closed at once
    unsigned connections_per_address = 4096;
    /// After which a silent connection is closed. The whole head of a request has four times as
    /// long, from the end of the answer before (or the connection's beginning) on.
    std::chrono::milliseconds idle_time{30'000};
    std::size_t header_bytes = 16 * 1024;  ///< of one request, at most
    /// Names besides localhost, 127.0.0.1 and [::1] that `Host` may have of a private hub, as
    /// requested_host() gives them. See AllowedHosts.
    std::vector<std::string> host_names = {};
    /// Everyone may read the hub, pages of other web sites too (CORS), under any name. So it is
    /// anyway without a token where `bind_address` is not a loopback one.
    bool is_public = false;
    /// Content-Security-Policy of an index.html that the hub itself holds, as exported hubs do; ""
    /// for none but that of other files.
    std::string page_policy = {};
    std::uint64_t memory_bytes = std::uint64_t{128} << 20;  ///< of content held to be sent
    std::uint64_t disk_bytes = std::uint64_t{1} << 30;      ///< of the same in temporary files
    /// Connections that take fewer bytes per second, on average over a window, are closed.
    std::uint64_t least_rate = 1024;
    std::chrono::milliseconds rate_window{60'000};
    /// A line per request, in Combined Log Format. Called from any thread, one at a time.
    std::function<void(const std::string&)> log = {};
};

}  // namespace onnxhub
