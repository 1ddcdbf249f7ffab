// SPDX-License-Identifier: Apache-2.0
// A hub served in this process, and requests to it.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hosting/server/hub_server.h"
#include "http/http_client.h"

namespace onnxhub::test {

struct Reply {
    int status = 0;
    std::string body;
    std::vector<HttpHeader> headers;

    std::string header(const char* name) const {
        const std::string* value = find_header(headers, name);
        return value ? *value : "";
    }
};

inline constexpr const char* manifest_name = "ONNX_HUB_MANIFEST.json";

/// It is addressed as 127.0.0.1, localhost or h.
class Served {
public:
    explicit Served(const std::string& location, ServerOptions options = {}, HubAccess access = {})
        : hub(location, access) {
        options.port = 0;
        options.host_names.emplace_back("h");
        options.threads = 2;
        options.log = [this](const std::string& line) {
            const std::lock_guard lock(log_mutex_);
            log_.push_back(line);
        };
        server = std::make_unique<HubServer>(hub, std::move(options));
    }
    ~Served() { server.reset(); }  // before what its threads write to
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    Reply get(const std::string& path, std::vector<HttpHeader> headers = {},
              const std::string& method = "GET") {
        HttpOptions options;
        options.max_attempts = 1;
        HttpClient client(options);
        HttpRequest request;
        request.method = method;
        request.url = server->url() + path;
        request.headers = std::move(headers);
        constexpr std::uint64_t max_bytes = 256 << 20;
        const auto result = client.send(request, max_bytes);
        if (const auto* failure = std::get_if<HttpFailure>(&result))
            return {0, failure->reason, {}};
        const auto& response = std::get<HttpResponse>(result);
        return {response.head.status, response.body, response.head.headers};
    }

    /// Ends the server: a request's line is written after its answer was read.
    const std::vector<std::string>& final_log() {
        server.reset();
        return log_;
    }

    /// A socket that is connected to the server.
    Descriptor connect() const {
        Descriptor file(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        connect(file);
        return file;
    }

    void connect(const Descriptor& file) const {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(server->port());
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        EXPECT_EQ(::connect(file.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }

    /// What comes back for these very bytes.
    std::string raw(const std::string& bytes) const {
        const Descriptor file = connect();
        send(file.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        shutdown(file.get(), SHUT_WR);
        return read_all(file).text;
    }

    struct Answer {
        std::string text;
        bool is_closed = false;  ///< by the server, though this side did not
    };

    Answer ask(const std::string& bytes) const {
        const Descriptor file = connect();
        send(file.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        return read_all(file);
    }

    /// Reads up to the end of the connection, or to a silence that is long even on a busy machine.
    static Answer read_all(const Descriptor& file,
                           std::chrono::seconds silence = std::chrono::seconds(20)) {
        const timeval patience = {static_cast<time_t>(silence.count()), 0};
        setsockopt(file.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        Answer answer;
        char buffer[4096];
        ssize_t count = 0;
        while ((count = recv(file.get(), buffer, sizeof buffer, 0)) > 0) {
            answer.text.append(buffer, static_cast<std::size_t>(count));
        }
        answer.is_closed = count == 0 || errno == ECONNRESET;
        return answer;
    }

    ServedHub hub;
    std::unique_ptr<HubServer> server;

private:
    std::mutex log_mutex_;
    std::vector<std::string> log_;
};

}  // namespace onnxhub::test
