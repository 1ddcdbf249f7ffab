// SPDX-License-Identifier: Apache-2.0
// An HTTP(S) server for a hub (libmicrohttpd).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hosting/server/served_hub.h"
#include "hosting/server/server_options.h"

namespace onnxhub {

/// Serves until it goes. Answers GET, HEAD and OPTIONS; /healthz says "ok" while it does, /metrics
/// counts in Prometheus' text format.
class HubServer {
public:
    /// Throws UserError when the address can't be had or a PEM can't be used.
    HubServer(ServedHub& hub, ServerOptions options);
    ~HubServer();  ///< at once, whatever is being sent
    HubServer(const HubServer&) = delete;
    HubServer& operator=(const HubServer&) = delete;

    std::string url() const;  ///< "http://127.0.0.1:8080"
    std::uint16_t port() const;

    /// New connections get these options, but for address, port, limits and rates; those there are
    /// keep theirs for as long as the answer takes that is being sent. Throws UserError, and
    /// goes on as before, when a PEM can't be used.
    void reload(ServerOptions options);

    /// From now on there are no new connections, and those that wait for a request are closed.
    void begin_drain();
    bool is_drained() const;  ///< whether no connection is left

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
