// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/connection_tracker.h"

#include "base/tcp.h"

namespace onnxhub {

void ServedConnection::begin_wait() {
    waits_since = std::chrono::steady_clock::now().time_since_epoch().count();
}

std::chrono::nanoseconds ServedConnection::waited() const {
    const std::int64_t since = waits_since;
    if (since == 0) return {};
    return std::chrono::steady_clock::now().time_since_epoch() - std::chrono::nanoseconds(since);
}

bool ConnectionTracker::admit(const SocketAddress& address) {
    const std::lock_guard lock(mutex_);
    if (count_ >= max_connections_) return false;
    const auto [found, is_new] = by_address_.try_emplace(address.network(), 0);
    if (found->second >= max_of_address_) {
        if (is_new) by_address_.erase(found);
        return false;
    }
    ++found->second;
    ++count_;
    return true;
}

void ConnectionTracker::dismiss(const SocketAddress& address) {
    const std::lock_guard lock(mutex_);
    const auto found = by_address_.find(address.network());
    if (found == by_address_.end()) return;
    --count_;
    if (--found->second == 0) by_address_.erase(found);
}

ServedConnection& ConnectionTracker::add(int fd, const SocketAddress& address, const void* daemon) {
    const std::lock_guard lock(mutex_);
    ServedConnection& client = clients_.emplace_back();
    client.place = std::prev(clients_.end());
    client.fd = fd;
    client.address = address;
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
        if (client.waited() > patience) end_connection(client.fd);
    }
}

void ConnectionTracker::reap_slow(std::uint64_t min_bytes, std::chrono::nanoseconds window) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (ServedConnection& client : clients_) {
        const auto progress = send_progress_of(client.fd);
        if (!progress) continue;
        if (progress->pending_bytes == 0 ||
            progress->acknowledged_bytes >= client.acknowledged + min_bytes) {
            client.in_time = now;
            client.acknowledged = progress->acknowledged_bytes;
        } else if (now - client.in_time > window) {
            end_connection(client.fd);
        }
    }
}

void ConnectionTracker::end_waiting(const void* daemon) {
    const std::lock_guard lock(mutex_);
    for (const ServedConnection& client : clients_) {
        if (client.daemon == daemon && client.waits_since != 0) end_receiving(client.fd);
    }
}

}  // namespace onnxhub
