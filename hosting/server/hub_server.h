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
    /// A line per request, in Combined Log Format. Called from any thread, one at a time.
    std::function<void(const std::string&)> log = {};
};

/// Serves until it goes. Answers GET, HEAD and OPTIONS; /healthz says "ok" while it does, /metrics
/// counts in Prometheus' text format.
class HubServer {
public:
    /// Throws EnvironmentError when the address can't be had or a PEM can't be used.
    HubServer(ServedHub& hub, ServerOptions options);
    ~HubServer();  ///< at once, whatever is being sent
    HubServer(const HubServer&) = delete;
    HubServer& operator=(const HubServer&) = delete;

    std::string url() const;  ///< "http://127.0.0.1:8080"
    std::uint16_t port() const;

    /// New connections get these options, but for address, port and limits; those there are keep
    /// theirs for as long as the answer takes that is being sent. Throws EnvironmentError, and goes
    /// on as before, when a PEM can't be used.
    void reload(ServerOptions options);

    /// From now on there are no new connections, and those that wait for a request are closed.
    void begin_drain();
    bool is_drained() const;  ///< whether no connection is left

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
