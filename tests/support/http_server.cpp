// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace onnxhub::test {

struct HttpServer::State {
    Handler handler;
    MHD_Daemon* daemon = nullptr;
    std::uint16_t port = 0;
    mutable std::mutex mutex;
    std::vector<ReceivedRequest> requests;

    static MHD_Result on_header(void* request, MHD_ValueKind, const char* name, const char* value) {
        static_cast<ReceivedRequest*>(request)->headers.emplace_back(name, value ? value : "");
        return MHD_YES;
    }

    static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url,
                                 const char* method, const char*, const char* data,
                                 std::size_t* size, void** context) {
        auto& state = *static_cast<State*>(self);
        auto* request = static_cast<ReceivedRequest*>(*context);
        if (!request) {
            request = new ReceivedRequest{method, url, {}, {}};
            MHD_get_connection_values(connection, MHD_HEADER_KIND, &on_header, request);
            *context = request;
            return MHD_YES;
        }
        if (*size > 0) {
            request->body.append(data, *size);
            *size = 0;
            return MHD_YES;
        }
        {
            const std::lock_guard lock(state.mutex);
            state.requests.push_back(*request);
        }
        return answer(connection, state.handler(*request));
    }

    static MHD_Result answer(MHD_Connection* connection, const Answer& answer) {
        MHD_Response* response =
            answer.break_after ? broken_response(answer)
                               : MHD_create_response_from_buffer(
                                     answer.body.size(), const_cast<char*>(answer.body.data()),
                                     MHD_RESPMEM_MUST_COPY);
        for (const auto& [name, value] : answer.headers) {
            MHD_add_response_header(response, name.c_str(), value.c_str());
        }
        const MHD_Result result =
            MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
        MHD_destroy_response(response);
        return result;
    }

    /// Promises the whole body and ends after a part of it.
    static MHD_Response* broken_response(const Answer& answer) {
        auto* part = new std::string(answer.body.substr(0, *answer.break_after));
        const auto read = [](void* text, std::uint64_t offset, char* into,
                             std::size_t size) -> ssize_t {
            const auto& part_text = *static_cast<std::string*>(text);
            if (offset >= part_text.size()) return MHD_CONTENT_READER_END_WITH_ERROR;
            const std::size_t count = std::min<std::size_t>(size, part_text.size() - offset);
            std::memcpy(into, part_text.data() + offset, count);
            return static_cast<ssize_t>(count);
        };
        const auto release = [](void* text) { delete static_cast<std::string*>(text); };
        return MHD_create_response_from_callback(answer.body.size(), 4096, read, part, release);
    }

    static void on_completed(void*, MHD_Connection*, void** context, MHD_RequestTerminationCode) {
        delete static_cast<ReceivedRequest*>(*context);
        *context = nullptr;
    }
};

const std::string* ReceivedRequest::header(const std::string& name) const {
    for (const auto& [key, value] : headers) {
        if (strcasecmp(key.c_str(), name.c_str()) == 0) return &value;
    }
    return nullptr;
}

HttpServer::HttpServer(Handler handler) : state_(std::make_unique<State>()) {
    state_->handler = std::move(handler);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    state_->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD, 0, nullptr, nullptr, &State::on_request, state_.get(),
        MHD_OPTION_SOCK_ADDR, reinterpret_cast<sockaddr*>(&address), MHD_OPTION_NOTIFY_COMPLETED,
        &State::on_completed, nullptr, MHD_OPTION_END);
    if (!state_->daemon) throw std::runtime_error("the test server can't start");
    state_->port = MHD_get_daemon_info(state_->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

HttpServer::~HttpServer() {
    MHD_stop_daemon(state_->daemon);
}

std::string HttpServer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(state_->port) + path;
}

std::uint16_t HttpServer::port() const {
    return state_->port;
}

std::vector<ReceivedRequest> HttpServer::requests() const {
    const std::lock_guard lock(state_->mutex);
    return state_->requests;
}

}  // namespace onnxhub::test
