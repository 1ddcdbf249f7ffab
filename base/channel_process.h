// SPDX-License-Identifier: Apache-2.0
// A child process that talks with this one over a socket.
#pragma once

#include <string>
#include <vector>

#include "base/message_channel.h"
#include "base/process.h"

namespace onnxhub {

/// The child has the socket as its standard input. Its standard output and error are discarded. The
/// destructor closes the socket and kills the child.
class ChannelProcess {
public:
    /// `command` is a program (a path, or a name to find on PATH) and its arguments. Throws
    /// std::system_error with the reason when it can't be started.
    explicit ChannelProcess(std::vector<std::string> command);

    /// A channel without a deadline, over the socket of this object.
    MessageChannel channel() const { return MessageChannel(socket_.get()); }

    /// Whether the child was neither waited for nor killed.
    bool is_alive() const { return process_.is_running(); }

    ExitStatus wait() { return process_.wait(); }
    void kill() { process_.kill(); }

private:
    ChannelProcess(std::vector<std::string> command, SocketPair sockets);

    Process process_;
    Descriptor socket_;
};

}  // namespace onnxhub
