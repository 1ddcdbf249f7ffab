// SPDX-License-Identifier: Apache-2.0
#include "base/tcp.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "base/error_text.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr int waiting_clients = 4096;  // of a listening socket; the system may allow fewer

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList find_address(const std::string& address, const std::string& port) {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (getaddrinfo(address.c_str(), port.c_str(), &hints, &found) != 0) {
        throw UserError(address + ": not an IP address; name one with --bind");
    }
    return {found, &freeaddrinfo};
}

std::uint16_t port_of(const Descriptor& socket) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return SocketAddress(reinterpret_cast<const sockaddr*>(&address)).port();
}

Accepted::Kind kind_of(int error) {
    if (error == EMFILE || error == ENFILE) return Accepted::Kind::no_descriptor;
    const bool may_succeed = error == ECONNABORTED || error == EINTR;
    return may_succeed ? Accepted::Kind::retry : Accepted::Kind::none_waiting;
}

std::optional<tcp_info> tcp_info_of(int socket) {
    tcp_info info = {};
    socklen_t size = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
    return info;
}

}  // namespace

ListeningSocket::ListeningSocket(const std::string& address, std::uint16_t port) {
    const std::string service = std::to_string(port);
    const AddressList found = find_address(address, service);
    socket_ = Descriptor(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int fd = socket_.get(), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // allows a restart
    if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(fd, waiting_clients) != 0) {
        throw UserError(address + ":" + service + ": cannot be listened on (" + error_text() +
                        "); choose another --port or --bind");
    }
    port_ = port_of(socket_);
}

Accepted ListeningSocket::accept() const {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    Descriptor client(accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client.is_open()) return {kind_of(errno), Descriptor(), SocketAddress()};
    return {Accepted::Kind::connection, std::move(client),
            SocketAddress(reinterpret_cast<const sockaddr*>(&address))};
}

std::optional<SendProgress> send_progress_of(int socket) {
    int pending = 0;
    const auto info = tcp_info_of(socket);
    if (!info || ioctl(socket, SIOCOUTQ, &pending) != 0) return std::nullopt;
    return SendProgress{static_cast<std::uint64_t>(pending), info->tcpi_bytes_acked};
}

std::optional<std::uint64_t> received_bytes_of(int socket) {
    const auto info = tcp_info_of(socket);
    return info ? std::optional<std::uint64_t>(info->tcpi_bytes_received) : std::nullopt;
}

void end_connection(int socket) {
    shutdown(socket, SHUT_RDWR);
}

void end_receiving(int socket) {
    shutdown(socket, SHUT_RD);
}

}  // namespace onnxhub
