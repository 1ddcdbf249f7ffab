// SPDX-License-Identifier: Apache-2.0
// TCP sockets of a server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/descriptor.h"
#include "base/socket_address.h"

namespace onnxhub {

/// The result of ListeningSocket::accept().
struct Accepted {
    enum class Kind {
        connection,     ///< `socket` and `address` are set
        none_waiting,   ///< also after any error that repeats
        retry,          ///< the client has gone already, or a signal arrived
        no_descriptor,  ///< this process or the system has too many open files
    };
    Kind kind = Kind::none_waiting;
    Descriptor socket;  ///< reading and writing never wait
    SocketAddress address;
};

/// A socket that waits for clients.
class ListeningSocket {
public:
    /// `address` is an IP address without brackets; port 0 means any free port. Throws UserError
    /// with both when it cannot be listened on.
    ListeningSocket(const std::string& address, std::uint16_t port);

    const Descriptor& descriptor() const { return socket_; }
    std::uint16_t port() const { return port_; }

    /// Takes the next client. Never waits.
    Accepted accept() const;

    /// Refuses clients from now on. port() keeps its value.
    void close() { socket_.close(); }

private:
    Descriptor socket_;
    std::uint16_t port_ = 0;
};

// The functions below take the number of a socket that its owner keeps open.

/// How far the other side has read.
struct SendProgress {
    std::uint64_t pending_bytes = 0;  ///< written here and not acknowledged
    std::uint64_t acknowledged_bytes = 0;
};

/// Nothing when the system cannot tell.
std::optional<SendProgress> send_progress_of(int socket);

/// Bytes that have arrived, read or not; the end of the stream counts as one more. Nothing when the
/// system cannot tell.
std::optional<std::uint64_t> received_bytes_of(int socket);

/// Ends the connection in both directions; the descriptor stays open.
void end_connection(int socket);

/// Ends the direction to this side: after the bytes that have arrived, reading finds the end.
void end_receiving(int socket);

}  // namespace onnxhub
