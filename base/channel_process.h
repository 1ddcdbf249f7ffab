// SPDX-License-Identifier: Apache-2.0
// A child process that talks with this one over a socket.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/message_channel.h"

namespace onnxhub {

/// The child has the socket as its standard input. Its standard output and error are discarded. The
/// destructor closes the socket and kills the child.
class ChannelProcess {
public:
    /// `command` is a program (a path, or a name to find on PATH) and its arguments. Throws
    /// std::system_error with the reason when it can't be started.
    explicit ChannelProcess(std::vector<std::string> command);
    ~ChannelProcess();
    ChannelProcess(const ChannelProcess&) = delete;
    ChannelProcess& operator=(const ChannelProcess&) = delete;

    /// A channel without a deadline, over the socket of this object.
    MessageChannel channel() const { return MessageChannel(fd_); }

    /// Whether the child was neither waited for nor killed.
    bool is_alive() const { return process_ > 0; }

    /// Waits for the child and returns its status as waitpid() does.
    int wait();

    void kill();

private:
    int spawn(std::vector<std::string> command, int standard_input);

    int fd_ = -1;
    pid_t process_ = -1;
};

}  // namespace onnxhub
