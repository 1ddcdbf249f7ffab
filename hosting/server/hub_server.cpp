// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/hub_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/user_error.h"
#include "hosting/server/http_daemon.h"
#include "hosting/server/server_stats.h"

namespace onnxhub {
namespace {

constexpr std::chrono::milliseconds poll_interval{100};  // between checks for idle connections
constexpr int checks_per_window = 10;                    // of how fast clients read
constexpr int idle_times_per_head = 4;  // that the whole head of a request may take

/// Opens a listening socket. Throws UserError.
OpenFile listen_on(const std::string& address, std::uint16_t port) {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string service = std::to_string(port);
    if (getaddrinfo(address.c_str(), service.c_str(), &hints, &found) != 0) {
        throw UserError(address + ": not an IP address; name one with --bind");
    }
    OpenFile listening(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int fd = listening.get(), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // allows a restart
    const bool is_bound =
        fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 4096) == 0;
    const int error = errno;
    freeaddrinfo(found);
    if (is_bound) return listening;
    throw UserError(address + ":" + service + ": cannot be listened on (" + std::strerror(error) +
                    "); choose another --port or --bind");
}

std::uint16_t port_of(int fd) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                     : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

OpenFile any_file() {
    return OpenFile(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

struct HubServer::State {
    State(ServedHub& served_hub, ServerOptions server_options)
        : hub(served_hub),
          options(std::move(server_options)),
          listening(listen_on(options.bind_address, options.port)),
          port(port_of(listening.get())),
          stats(options.connections, options.connections_per_address, options.log),
          contents(options.memory_bytes, options.disk_bytes),
          daemon(std::make_unique<HttpDaemon>(hub, options, stats, contents)) {}

    ~State() {
        ends = true;
        wake();
        if (acceptor.joinable()) acceptor.join();
        if (keeper.joinable()) keeper.join();
    }

    void start() {
        acceptor = std::thread([this] { accept_all(); });
        keeper = std::thread([this] { reap_connections(); });
    }

    void wake() const { eventfd_write(event.get(), 1); }

    void accept_all() {
        while (!ends && !is_draining) {
            pollfd both[] = {{listening.get(), POLLIN, 0}, {event.get(), POLLIN, 0}};
            if (poll(both, 2, -1) < 0 && errno != EINTR) return;
            while (!ends && !is_draining && accept_one()) {
            }
        }
        listening = OpenFile();
        is_listening = false;
    }

    /// Returns whether a client was waiting.
    bool accept_one() {
        sockaddr_storage storage = {};
        auto* address = reinterpret_cast<sockaddr*>(&storage);
        socklen_t size = sizeof storage;
        constexpr int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
        OpenFile client(accept4(listening.get(), address, &size, flags));
        if (client.get() < 0 && (errno == EMFILE || errno == ENFILE)) {
            const bool was_one = refuse_one();
            return has_spare_again() && was_one;
        }
        if (client.get() < 0) return errno == ECONNABORTED || errno == EINTR;
        if (!stats.connections.admit(address)) {
            client = OpenFile();
            stats.record_refused_connection(address);
            return true;
        }
        const std::lock_guard lock(mutex);
        daemon->take(client.release(), address, size);
        return true;
    }

    /// When no file can be opened: a client in the queue would wait forever, so it is accepted and
    /// closed. Returns whether there was one, since accept() reports EMFILE before EAGAIN.
    bool refuse_one() {
        sockaddr_storage storage = {};
        auto* address = reinterpret_cast<sockaddr*>(&storage);
        socklen_t size = sizeof storage;
        spare = OpenFile();
        const OpenFile refused(accept4(listening.get(), address, &size, SOCK_CLOEXEC));
        if (refused.get() >= 0) stats.record_refused_connection(address);
        return refused.get() >= 0;
    }

    bool has_spare_again() {
        spare = any_file();
        if (spare.get() >= 0) return true;
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
    OpenFile listening;
    const std::uint16_t port;
    OpenFile event{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    OpenFile spare = any_file();  ///< closed to refuse a connection when no file can be opened
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
                       options.bind_address, is_ipv6 ? "]" : "", state_->port);
}

std::uint16_t HubServer::port() const {
    return state_->port;
}

void HubServer::reload(const ServerOptions& options) {
    auto next = std::make_unique<HttpDaemon>(state_->hub, options, state_->stats, state_->contents);
    const std::lock_guard lock(state_->mutex);
    state_->retired.push_back(std::exchange(state_->daemon, std::move(next)));
}

void HubServer::begin_drain() {
    state_->is_draining = true;
    state_->wake();
}

bool HubServer::is_drained() const {
    const std::lock_guard lock(state_->mutex);
    return !state_->is_listening && state_->daemon->connections() == 0 &&
           std::ranges::all_of(state_->retired,
                               [](const auto& old) { return old->connections() == 0; });
}

}  // namespace onnxhub
