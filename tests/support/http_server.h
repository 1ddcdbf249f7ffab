// SPDX-License-Identifier: Apache-2.0
// An HTTP server on loopback whose answers, good and bad, a test writes:
//     HttpServer server([](const ReceivedRequest& request) { return Answer{200, "hello"}; });
//     client.send({.url = server.url("/hello")});
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/test_certificate.h"

namespace onnxhub::test {

struct ReceivedRequest {
    std::string method;
    std::string path;                                        ///< decoded, without the query
    std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    const std::string* header(const std::string& name) const;     ///< compared without case
    const std::string* parameter(const std::string& name) const;  ///< of the query
};

struct Answer {
    int status = 200;
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    /// Closes the connection after this number of body bytes, in spite of Content-Length.
    std::optional<std::size_t> break_after = {};
    /// Sends nothing after this number of body bytes, and keeps the connection open.
    std::optional<std::size_t> stall_after = {};
    /// Sends the body in pieces of this size with a pause before each; 0: all at once.
    std::size_t piece_bytes = 0;
    std::chrono::milliseconds pause{0};
    /// Closes the connection instead of sending an answer.
    bool drop = false;
};

class HttpServer {
public:
    using Handler = std::function<Answer(const ReceivedRequest&)>;

    /// `handler` is called from the server's own threads, one request at a time. Bodies are sent in
    /// parallel, so that a slow one delays no other request. The handler must implement ranges
    /// itself. With a certificate the server uses https.
    explicit HttpServer(Handler handler, std::optional<TestCertificate> certificate = {});
    ~HttpServer();  ///< interrupts responses that are being sent

    std::string url(const std::string& path) const;  ///< "http[s]://127.0.0.1:PORT" + path
    std::uint16_t port() const;
    std::vector<ReceivedRequest> requests() const;  ///< so far, in order

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub::test
