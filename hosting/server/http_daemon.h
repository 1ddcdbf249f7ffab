// SPDX-License-Identifier: Apache-2.0
// A libmicrohttpd daemon with one token and one certificate, which answers the connections that it
// is given.
#pragma once

#include <memory>

#include "base/descriptor.h"
#include "base/socket_address.h"
#include "hosting/server/contents.h"
#include "hosting/server/server_options.h"
#include "hosting/server/server_stats.h"

namespace onnxhub {

class HttpDaemon {
public:
    /// Throws UserError when libmicrohttpd cannot be loaded, the PEMs cannot be used or no thread
    /// can be started.
    HttpDaemon(ServedHub& hub, const ServerOptions& options, ServerStats& stats,
               Contents& contents);
    ~HttpDaemon();  ///< closes all connections, even while a response is being sent
    HttpDaemon(const HttpDaemon&) = delete;
    HttpDaemon& operator=(const HttpDaemon&) = delete;

    /// Takes over an admitted connection.
    void take(Descriptor socket, const SocketAddress& address);

    unsigned connections() const;
    void end_waiting();  ///< closes connections that wait for a request

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
