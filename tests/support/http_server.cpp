// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <strings.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace onnxhub::test {

namespace {

constexpr std::size_t connection_memory = 1 << 20;  // bytes; enough for very large headers

/// Ends all pauses when the server ends.
class EndSignal {
public:
    void give() {
        const std::lock_guard lock(mutex_);
        is_given_ = true;
        condition_.notify_all();
    }

    /// Returns whether the server ended within the time.
    bool wait(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return condition_.wait_for(lock, time, [this] { return is_given_; });
    }

    void wait() {
        std::unique_lock lock(mutex_);
        condition_.wait(lock, [this] { return is_given_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable condition_;
    bool is_given_ = false;
};

/// Sends a body as its Answer specifies. Called from the thread of its connection.
struct Body {
    Answer answer;
    EndSignal& end;

    ssize_t read(std::uint64_t offset, char* into, std::size_t size) {
        std::size_t stop = answer.body.size();
        if (answer.break_after) stop = std::min(stop, *answer.break_after);
        if (answer.stall_after) stop = std::min(stop, *answer.stall_after);
        if (offset >= stop) {
            if (answer.stall_after == stop) end.wait();
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        if (answer.piece_bytes > 0) size = std::min(size, answer.piece_bytes);
        if (answer.pause.count() > 0 && end.wait(answer.pause)) {
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        size = std::min<std::size_t>(size, stop - offset);
        std::memcpy(into, answer.body.data() + offset, size);
        return static_cast<ssize_t>(size);
    }
};

MHD_Response* response_for(const Answer& answer, EndSignal& end) {
    const bool is_plain = !answer.break_after && !answer.stall_after && answer.piece_bytes == 0;
    if (is_plain) {
        return MHD_create_response_from_buffer(
            answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
    }
    const auto read = [](void* body, std::uint64_t offset, char* into, std::size_t size) {
        return static_cast<Body*>(body)->read(offset, into, size);
    };
    const auto release = [](void* body) { delete static_cast<Body*>(body); };
    constexpr std::size_t block_bytes = 4096;
    return MHD_create_response_from_callback(answer.body.size(), block_bytes, read,
                                             new Body{answer, end}, release);
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

MHD_Result add_to_pairs(void* pairs, MHD_ValueKind, const char* name, const char* value) {
    static_cast<Pairs*>(pairs)->emplace_back(name, value ? value : "");
    return MHD_YES;
}

}  // namespace

struct HttpServer::State {
    Handler handler;
    std::optional<TestCertificate> certificate;
    MHD_Daemon* daemon = nullptr;
    std::uint16_t port = 0;
    EndSignal end;
    std::mutex one_at_a_time;  // for the handler
    mutable std::mutex mutex;  // for the list of requests
    std::vector<ReceivedRequest> requests;

    static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url,
                                 const char* method, const char*, const char* data,
                                 std::size_t* size, void** context) {
        auto& state = *static_cast<State*>(self);
        auto* request = static_cast<ReceivedRequest*>(*context);
        if (!request) {
            request = new ReceivedRequest{method, url, {}, {}, {}};
            MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_to_pairs,
                                      &request->headers);
            MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &add_to_pairs,
                                      &request->query);
            *context = request;
            return MHD_YES;
        }
        if (*size > 0) {
            request->body.append(data, *size);
            *size = 0;
            return MHD_YES;
        }
        return state.respond(connection, *request);
    }

    MHD_Result respond(MHD_Connection* connection, const ReceivedRequest& request) {
        Answer answer;
        {
            const std::lock_guard turn(one_at_a_time);
            {
                const std::lock_guard lock(mutex);
                requests.push_back(request);
            }
            answer = handler(request);
        }
        if (answer.drop) return MHD_NO;
        MHD_Response* response = response_for(answer, end);
        for (const auto& [name, value] : answer.headers) {
            MHD_add_response_header(response, name.c_str(), value.c_str());
        }
        const MHD_Result result =
            MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
        MHD_destroy_response(response);
        return result;
    }

    static void on_completed(void*, MHD_Connection*, void** context, MHD_RequestTerminationCode) {
        delete static_cast<ReceivedRequest*>(*context);
        *context = nullptr;
    }
};

const std::string* ReceivedRequest::parameter(const std::string& name) const {
    const auto found = std::find_if(query.begin(), query.end(),
                                    [&](const auto& pair) { return pair.first == name; });
    return found == query.end() ? nullptr : &found->second;
}

const std::string* ReceivedRequest::header(const std::string& name) const {
    for (const auto& [key, value] : headers) {
        if (strcasecmp(key.c_str(), name.c_str()) == 0) return &value;
    }
    return nullptr;
}

HttpServer::HttpServer(Handler handler, std::optional<TestCertificate> certificate)
    : state_(std::make_unique<State>()) {
    state_->handler = std::move(handler);
    state_->certificate = std::move(certificate);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
    std::vector<MHD_OptionItem> tls;
    if (state_->certificate) {
        flags |= MHD_USE_TLS;
        tls.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, state_->certificate->certificate.data()});
        tls.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, state_->certificate->key.data()});
    }
    tls.push_back({MHD_OPTION_END, 0, nullptr});
    state_->daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &State::on_request, state_.get(),
                                      MHD_OPTION_SOCK_ADDR, reinterpret_cast<sockaddr*>(&address),
                                      MHD_OPTION_NOTIFY_COMPLETED, &State::on_completed, nullptr,
                                      MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory,
                                      MHD_OPTION_ARRAY, tls.data(), MHD_OPTION_END);
    if (!state_->daemon) throw std::runtime_error("the test server can't start");
    state_->port = MHD_get_daemon_info(state_->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

HttpServer::~HttpServer() {
    state_->end.give();
    MHD_stop_daemon(state_->daemon);
}

std::string HttpServer::url(const std::string& path) const {
    return (state_->certificate ? "https" : "http") + std::string("://127.0.0.1:") +
           std::to_string(state_->port) + path;
}

std::uint16_t HttpServer::port() const {
    return state_->port;
}

std::vector<ReceivedRequest> HttpServer::requests() const {
    const std::lock_guard lock(state_->mutex);
    return state_->requests;
}

}  // namespace onnxhub::test
