// SPDX-License-Identifier: Apache-2.0
// libmicrohttpd with one token and one certificate: answers those whose connections it is given.
#pragma once

#include <sys/socket.h>

#include <memory>

#include "hosting/server/contents.h"
#include "hosting/server/served_hub.h"
#include "hosting/server/server_options.h"
#include "hosting/server/server_stats.h"

namespace onnxhub {

class HttpDaemon {
public:
    /// Throws UserError when the PEMs can't be used, or no thread can be started.
    HttpDaemon(ServedHub& hub, const ServerOptions& options, ServerStats& stats,
               Contents& contents);
    ~HttpDaemon();  ///< at once, whatever is being sent
    HttpDaemon(const HttpDaemon&) = delete;
    HttpDaemon& operator=(const HttpDaemon&) = delete;

    /// A connection that was admitted; from now on it is the daemon's.
    void take(int fd, const sockaddr* address, socklen_t size);

    unsigned connections() const;
    void end_waiting();  ///< closes those that wait for a request

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
