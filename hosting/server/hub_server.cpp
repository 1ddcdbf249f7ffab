// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/hub_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/tcp.h"
#include "base/wake_up.h"
#include "hosting/server/http_daemon.h"
#include "hosting/server/server_stats.h"

namespace onnxhub {
namespace {

constexpr std::chrono::milliseconds poll_interval{100};  // between checks for idle connections
constexpr int checks_per_window = 10;                    // of how fast clients read
constexpr int idle_times_per_head = 4;  // that the whole head of a request may take

Descriptor any_file() {
    return open_to_read("/dev/null");
}

}  // namespace

struct HubServer::State {
    State(ServedHub& served_hub, ServerOptions server_options)
        : hub(served_hub),
          options(std::move(server_options)),
          listening(options.bind_address, options.port),
          stats(options.connections, options.connections_per_address, options.log),
          contents(hub, options.memory_bytes, options.disk_bytes, options.index),
          daemon(std::make_unique<HttpDaemon>(hub, options, stats, contents)) {}

    ~State() {
        ends = true;
        wake_up.notify();
        if (acceptor.joinable()) acceptor.join();
        if (keeper.joinable()) keeper.join();
    }

    void start() {
        acceptor = std::thread([this] { accept_all(); });
        keeper = std::thread([this] { reap_connections(); });
    }

    void accept_all() {
        while (!ends && !is_draining) {
            if (!wake_up.wait_for(listening.descriptor())) return;
            while (!ends && !is_draining && accept_one()) {
            }
        }
        listening.close();
        is_listening = false;
    }

    /// Returns whether another client may be waiting.
    bool accept_one() {
        Accepted client = listening.accept();
        switch (client.kind) {
            case Accepted::Kind::connection:
                take(std::move(client));
                return true;
            case Accepted::Kind::no_descriptor: {
                const bool was_one = refuse_one();
                return has_spare_again() && was_one;
            }
            case Accepted::Kind::retry:
                return true;
            case Accepted::Kind::none_waiting:
                return false;
        }
        return false;
    }

    void take(Accepted client) {
        if (!stats.connections.admit(client.address)) {
            client.socket.close();
            return stats.record_refused_connection(client.address);
        }
        const std::lock_guard lock(mutex);
        daemon->take(std::move(client.socket), client.address);
    }

    /// When no file can be opened: a client in the queue would wait forever, so it is accepted and
    /// closed. Returns whether there was one, since the system reports the lack of descriptors
    /// before the lack of clients.
    bool refuse_one() {
        spare.close();
        const Accepted refused = listening.accept();
        if (refused.kind != Accepted::Kind::connection) return false;
        stats.record_refused_connection(refused.address);
        return true;
    }

    bool has_spare_again() {
        spare = any_file();
        if (spare.is_open()) return true;
        std::this_thread::sleep_for(poll_interval);  // other threads open files too
        return false;
    }

    /// Closes connections whose client reads too slowly.
    void reap_slow() {
        const auto now = std::chrono::steady_clock::now();
        if (now - rates_checked_at < options.rate_window / checks_per_window) return;
        rates_checked_at = now;
        const auto milliseconds = static_cast<std::uint64_t>(options.rate_window.count());
        stats.connections.reap_slow(options.min_rate * milliseconds / 1000, options.rate_window);
    }

    /// Closes slow and idle connections and waiting ones of retired daemons. Deletes retired
    /// daemons without connections.
    void reap_connections() {
        while (!ends) {
            std::this_thread::sleep_for(poll_interval);
            reap_slow();
            if (options.idle_time.count() > 0) {
                stats.connections.reap_idle(idle_times_per_head * options.idle_time);
            }
            std::vector<std::unique_ptr<HttpDaemon>> done;
            const std::lock_guard lock(mutex);
            if (is_draining) daemon->end_waiting();
            for (auto& old : retired) {
                old->end_waiting();
                if (old->connections() == 0) done.push_back(std::move(old));
            }
            std::erase(retired, nullptr);
        }
    }

    ServedHub& hub;
    const ServerOptions options;
    ListeningSocket listening;
    WakeUp wake_up;
    Descriptor spare = any_file();  ///< closed to refuse a connection when no file can be opened
    ServerStats stats;
    Contents contents;
    std::mutex mutex;  ///< protects the daemons
    std::unique_ptr<HttpDaemon> daemon;
    std::vector<std::unique_ptr<HttpDaemon>> retired;
    std::chrono::steady_clock::time_point rates_checked_at;
    std::atomic<bool> ends{false}, is_draining{false}, is_listening{true};
    std::thread acceptor, keeper;
};

HubServer::HubServer(ServedHub& hub, ServerOptions options)
    : state_(std::make_unique<State>(hub, std::move(options))) {
    state_->start();
}

HubServer::~HubServer() = default;

std::string HubServer::url() const {
    const ServerOptions& options = state_->options;
    const bool is_ipv6 = options.bind_address.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", options.identity ? "https" : "http", is_ipv6 ? "[" : "",
                       options.bind_address, is_ipv6 ? "]" : "", state_->listening.port());
}

std::uint16_t HubServer::port() const {
    return state_->listening.port();
}

void HubServer::reload(const ServerOptions& options) {
    auto next = std::make_unique<HttpDaemon>(state_->hub, options, state_->stats, state_->contents);
    const std::lock_guard lock(state_->mutex);
    state_->retired.push_back(std::exchange(state_->daemon, std::move(next)));
}

void HubServer::begin_drain() {
    state_->is_draining = true;
    state_->wake_up.notify();
}

bool HubServer::is_drained() const {
    const std::lock_guard lock(state_->mutex);
    return !state_->is_listening && state_->daemon->connections() == 0 &&
           std::ranges::all_of(state_->retired,
                               [](const auto& old) { return old->connections() == 0; });
}

}  // namespace onnxhub
