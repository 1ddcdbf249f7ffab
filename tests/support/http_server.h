// SPDX-License-Identifier: Apache-2.0
// An HTTP server on loopback whose answers a test writes:
//     HttpServer server([](const ReceivedRequest& request) { return Answer{200, "hello"}; });
//     client.send({.url = server.url("/hello")});
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace onnxhub::test {

struct ReceivedRequest {
    std::string method;
    std::string path;  ///< decoded, without the query
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    const std::string* header(const std::string& name) const;  ///< compared without case
};

struct Answer {
    int status = 200;
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    /// The connection is closed after so many bytes of the body, in spite of its Content-Length.
    std::optional<std::size_t> break_after = {};
};

class HttpServer {
public:
    using Handler = std::function<Answer(const ReceivedRequest&)>;

    /// `handler` is called from the server's own thread, one request at a time.
    explicit HttpServer(Handler handler);
    ~HttpServer();

    std::string url(const std::string& path) const;  ///< "http://127.0.0.1:PORT" + path
    std::uint16_t port() const;
    std::vector<ReceivedRequest> requests() const;  ///< so far, in order

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub::test
