// SPDX-License-Identifier: Apache-2.0
// An HTTP(S) server for a hub. libmicrohttpd does the work and is loaded when a server starts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hosting/server/served_hub.h"
#include "hosting/server/server_options.h"

namespace onnxhub {

/// Serves from construction to destruction. Answers GET, HEAD and OPTIONS. /healthz answers "ok",
/// /metrics has counters in Prometheus' text format.
class HubServer {
public:
    /// Throws UserError when the address is not available or a PEM file is invalid.
    HubServer(ServedHub& hub, ServerOptions options);
    ~HubServer();  ///< closes all connections, even while a response is being sent
    HubServer(const HubServer&) = delete;
    HubServer& operator=(const HubServer&) = delete;

    std::string url() const;  ///< "http://127.0.0.1:8080"
    std::uint16_t port() const;

    /// Applies the options to new connections, except for address, port, limits and rates. Existing
    /// connections finish the response that is being sent. Throws UserError when a PEM cannot be
    /// used; then nothing changes.
    void reload(const ServerOptions& options);

    /// Accepts no new connections and closes those that wait for a request.
    void begin_drain();
    bool is_drained() const;  ///< whether all connections are closed

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
