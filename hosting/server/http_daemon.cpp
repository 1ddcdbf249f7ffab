// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/http_daemon.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "base/tcp.h"
#include "base/user_error.h"
#include "hosting/server/microhttpd_library.h"
#include "hosting/server/request.h"
#include "hosting/server/request_handler.h"

namespace onnxhub {
namespace {

constexpr const char* tls_versions = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

}  // namespace

struct HttpDaemon::State {
    State(ServedHub& hub, const ServerOptions& server_options, ServerStats& shared_stats,
          Contents& shared_contents)
        : options(server_options),
          stats(shared_stats),
          contents(shared_contents),
          handler(hub, options, stats, contents) {}

    ServerOptions options;
    ServerStats& stats;
    Contents& contents;
    RequestHandler handler;
    MHD_Daemon* daemon = nullptr;
    std::atomic<unsigned> connections{0};

    void log(MHD_Connection* connection, const Request& request) {
        stats.record({address_of(connection), request.line(), request.status, request.bytes,
                      header_of(connection, "Referer").value_or("-"),
                      header_of(connection, "User-Agent").value_or("-"),
                      std::chrono::steady_clock::now() - request.start});
    }

    static void* on_target(void*, const char* target, MHD_Connection*) {
        auto* request = new (std::nothrow) Request;
        if (request && target) request->raw_target = target;
        if (request) request->target = request->raw_target;
        return request;
    }

    static MHD_Result on_request(void* self, MHD_Connection* connection, const char*,
                                 const char* method, const char* version, const char*,
                                 std::size_t* upload_bytes, void** context) {
        auto* request = static_cast<Request*>(*context);
        if (!request) return MHD_NO;
        if (request->status != 0) return MHD_YES;  // answered
        *upload_bytes = 0;
        try {
            State& state = *static_cast<State*>(self);
            if (!std::exchange(request->is_complete, true)) {
                return state.on_head(connection, *request, method, version);
            }
            state.handler.answer(connection, *request);
            return MHD_YES;
        } catch (const std::exception&) {
            return MHD_NO;  // the connection is closed
        }
    }

    /// A response at this time closes the connection if the request announced content.
    MHD_Result on_head(MHD_Connection* connection, Request& request, const char* method,
                       const char* version) {
        ServedConnection& client = client_of(connection);
        client.end_wait();
        request.method = method;
        request.version = version;
        const auto* info =
            mhd().get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
        const std::size_t bytes = info ? info->header_size : 0;
        client.head_bytes += bytes;
        RequestHead head = head_of(connection, method, request.raw_target, version);
        const bool is_sound = is_well_formed(head, bytes);
        head.target = request.target;  // libmicrohttpd has decoded its copy in place by now
        std::optional<HeadFlaw> flaw = flaw_of(head);
        if (!flaw && !is_sound) flaw = {400, "the request is malformed"};
        if (!flaw && has_content(connection))
            flaw = {405, "only GET, HEAD and OPTIONS are answered"};
        if (!flaw) return MHD_YES;
        client.is_refused = true;
        handler.refuse(connection, request, *flaw);
        return MHD_YES;
    }

    static void on_end(void* self, MHD_Connection* connection, void** context,
                       MHD_RequestTerminationCode code) {
        const std::unique_ptr<Request> request(static_cast<Request*>(*context));
        *context = nullptr;
        if (!request) return;
        ServedConnection& client = client_of(connection);
        ++client.requests;
        if (request->status == 0) {  // rejected by libmicrohttpd, or truncated
            client.is_refused = true;
            const auto* info =
                mhd().get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
            const bool is_late = code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED;
            request->status = info ? static_cast<int>(info->http_status) : is_late ? 408 : 400;
        }
        try {
            static_cast<State*>(self)->log(connection, *request);
        } catch (const std::exception&) {
        }
        client.begin_wait();
    }

    static ServedConnection& client_of(MHD_Connection* connection) {
        const auto* info =
            mhd().get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        return *static_cast<ServedConnection*>(info->socket_context);
    }

    static void on_connection(void* self, MHD_Connection* connection, void** context,
                              MHD_ConnectionNotificationCode code) {
        State& state = *static_cast<State*>(self);
        if (code == MHD_CONNECTION_NOTIFY_STARTED) {
            const auto* address =
                mhd().get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
            const auto* fd =
                mhd().get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
            *context = &state.stats.connections.add(fd->connect_fd,
                                                    SocketAddress(address->client_addr), self);
            return;
        }
        auto* client = static_cast<ServedConnection*>(*context);
        try {
            state.log_if_unanswered(connection, *client);
        } catch (const std::exception&) {
        }
        state.stats.connections.remove(*client);
        --state.connections;
    }

    /// libmicrohttpd does not report requests that it refuses because of their first line.
    void log_if_unanswered(MHD_Connection* connection, const ServedConnection& client) {
        if (client.is_refused) return;
        constexpr std::uint64_t end = 1;  // counts as a byte
        const bool has_more = received_bytes_of(client.fd).value_or(0) > client.head_bytes + end;
        if (!has_more || (options.identity && client.requests > 0)) return;
        Request request;
        request.status = client.waited() >= options.idle_time ? 408 : 400;
        log(connection, request);
    }

    void start() {
        const unsigned threads =
            std::max(1u, options.threads ? options.threads : std::thread::hardware_concurrency());
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.idle_time);
        std::vector<MHD_OptionItem> items = {
            {MHD_OPTION_CONNECTION_MEMORY_LIMIT,
             static_cast<intptr_t>(options.header_bytes + 16 * 1024), nullptr},
            // ConnectionTracker counts connections. Each thread has an equal part of this limit,
            // and may get more connections than its part of the real limit.
            {MHD_OPTION_CONNECTION_LIMIT, intptr_t{options.connections} * threads, nullptr},
            {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(seconds.count()), nullptr},
            strictness_option(),
            {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<intptr_t>(&on_target), nullptr},
            {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<intptr_t>(&on_end), this},
            {MHD_OPTION_NOTIFY_CONNECTION, reinterpret_cast<intptr_t>(&on_connection), this},
        };
        if (threads > 1) {
            items.push_back({MHD_OPTION_THREAD_POOL_SIZE, static_cast<intptr_t>(threads), nullptr});
        }
        unsigned flags =
            MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
        if (options.identity) {
            flags |= MHD_USE_TLS;
            items.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, options.identity->certificate.data()});
            items.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, options.identity->key.data()});
            items.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(tls_versions)});
        }
        items.push_back({MHD_OPTION_END, 0, nullptr});
        daemon = mhd().start_daemon(flags, 0, nullptr, nullptr, &on_request, this, MHD_OPTION_ARRAY,
                                    items.data(), MHD_OPTION_END);
    }
};

HttpDaemon::HttpDaemon(ServedHub& hub, const ServerOptions& options, ServerStats& stats,
                       Contents& contents)
    : state_(std::make_unique<State>(hub, options, stats, contents)) {
    state_->start();
    if (state_->daemon) {
        contents.background_tasks.add_owner(&state_->handler);
        return;
    }
    throw UserError(options.identity
                        ? "the server can't be started; check that certificate and key "
                          "are PEM files and match"
                        : "the server can't be started; check the limit of open files (ulimit -n)");
}

HttpDaemon::~HttpDaemon() {
    state_->contents.background_tasks.remove_owner(
        &state_->handler);  // no connection may be suspended
    mhd().stop_daemon(state_->daemon);
}

void HttpDaemon::take(Descriptor socket, const SocketAddress& address) {
    ++state_->connections;
    // libmicrohttpd closes the socket, also on failure.
    if (mhd().add_connection(state_->daemon, socket.release(), address.get(),
                             address.size_bytes()) == MHD_YES) {
        return;
    }
    state_->stats.connections.dismiss(address);
    --state_->connections;
}

unsigned HttpDaemon::connections() const {
    return state_->connections;
}

void HttpDaemon::end_waiting() {
    state_->stats.connections.end_waiting(state_.get());
}

}  // namespace onnxhub
