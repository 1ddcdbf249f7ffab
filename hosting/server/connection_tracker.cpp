// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/connection_tracker.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

namespace onnxhub {

void ServedConnection::begin_wait() {
    waits_since = std::chrono::steady_clock::now().time_since_epoch().count();
}

std::chrono::nanoseconds ServedConnection::waited() const {
    const std::int64_t since = waits_since;
    if (since == 0) return {};
    return std::chrono::steady_clock::now().time_since_epoch() - std::chrono::nanoseconds(since);
}

std::string ConnectionTracker::address_of(const sockaddr* address) {
    if (address->sa_family == AF_INET6) {
        constexpr std::size_t network_bytes = 8;  // a /64
        const in6_addr& ipv6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
        const auto* bytes = reinterpret_cast<const char*>(ipv6.s6_addr);
        if (IN6_IS_ADDR_V4MAPPED(&ipv6)) return {bytes + 12, 4};
        return {bytes, network_bytes};
    }
    const auto* ipv4 = reinterpret_cast<const sockaddr_in*>(address);
    return {reinterpret_cast<const char*>(&ipv4->sin_addr), sizeof ipv4->sin_addr};
}

bool ConnectionTracker::admit(const sockaddr* address) {
    const std::lock_guard lock(mutex_);
    if (count_ >= max_connections_) return false;
    const auto [found, is_new] = by_address_.try_emplace(address_of(address), 0);
    if (found->second >= max_of_address_) {
        if (is_new) by_address_.erase(found);
        return false;
    }
    ++found->second;
    ++count_;
    return true;
}

void ConnectionTracker::dismiss(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return;
    --count_;
    if (--found->second == 0) by_address_.erase(found);
}

ServedConnection& ConnectionTracker::add(int fd, const sockaddr* address, const void* daemon) {
    const std::lock_guard lock(mutex_);
    ServedConnection& client = clients_.emplace_back();
    client.place = std::prev(clients_.end());
    client.fd = fd;
    client.address = address_of(address);
    client.daemon = daemon;
    client.begin_wait();
    return client;
}

void ConnectionTracker::remove(ServedConnection& client) {
    dismiss(client.address);
    const std::lock_guard lock(mutex_);
    clients_.erase(client.place);
}

void ConnectionTracker::reap_idle(std::chrono::nanoseconds patience) {
    const std::lock_guard lock(mutex_);
    for (const ServedConnection& client : clients_) {
        if (client.waited() > patience) shutdown(client.fd, SHUT_RDWR);
    }
}

void ConnectionTracker::reap_slow(std::uint64_t min_bytes, std::chrono::nanoseconds window) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (ServedConnection& client : clients_) {
        int pending = 0;  // bytes that were sent but not acknowledged
        tcp_info info = {};
        socklen_t size = sizeof info;
        if (ioctl(client.fd, SIOCOUTQ, &pending) != 0 ||
            getsockopt(client.fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
            continue;
        }
        if (pending == 0 || info.tcpi_bytes_acked >= client.acknowledged + min_bytes) {
            client.in_time = now;
            client.acknowledged = info.tcpi_bytes_acked;
        } else if (now - client.in_time > window) {
            shutdown(client.fd, SHUT_RDWR);
        }
    }
}

void ConnectionTracker::end_waiting(const void* daemon) {
    const std::lock_guard lock(mutex_);
    for (const ServedConnection& client : clients_) {
        if (client.daemon == daemon && client.waits_since != 0) shutdown(client.fd, SHUT_RD);
    }
}

}  // namespace onnxhub
