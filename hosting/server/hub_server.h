// SPDX-License-Identifier: Apache-2.0
// An HTTP(S) server for a hub (libmicrohttpd).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hosting/server/served_hub.h"

namespace onnxhub {

struct ServerOptions {
    std::string bind_address = "127.0.0.1";  ///< IPv4 or IPv6
    std::uint16_t port = 8080;               ///< 0: any that is free
    bool shares_port = true;                 ///< with another server of this user's, to take over
    std::string tls_certificate = {};        ///< PEM; with tls_key: https
    std::string tls_key = {};                ///< PEM
    std::string index_page = {};  ///< HTML for "/" where the hub has no index.html of its own
    std::optional<std::string> token = {};  ///< wanted as "Authorization: Bearer …" by all but
                                            ///< /healthz
    unsigned threads = 0;                   ///< 0: one per core
    unsigned connections = 8192;            ///< at the same time
    unsigned connections_per_address = 4096;
    std::chrono::seconds idle_time{30};    ///< after which a silent connection is closed
    std::size_t header_bytes = 16 * 1024;  ///< of one request, at most
    /// A line per request, in Combined Log Format. Called from any thread, one at a time.
    std::function<void(const std::string&)> log = {};
};

/// Serves until it goes. Answers GET, HEAD and OPTIONS; /healthz says "ok" while it does, /metrics
/// counts in Prometheus' text format.
class HubServer {
public:
    /// Throws EnvironmentError when the address can't be had or a PEM can't be used.
    HubServer(ServedHub& hub, ServerOptions options);
    ~HubServer();  ///< at once
    HubServer(const HubServer&) = delete;
    HubServer& operator=(const HubServer&) = delete;

    std::string url() const;  ///< "http://127.0.0.1:8080"
    std::uint16_t port() const;

    /// Takes no new connections and waits for those there are, `limit` at most.
    void drain(std::chrono::seconds limit);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
