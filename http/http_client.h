// SPDX-License-Identifier: Apache-2.0
// HTTP requests done right (libcurl): timeouts, retries, redirects that keep secrets, proxies,
// certificates of one's own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onnxhub {

struct HttpHeader {
    std::string name;
    std::string value;

    bool operator==(const HttpHeader&) const = default;
};

/// The value of the last header of this name, compared without case; null when there is none.
const std::string* find_header(const std::vector<HttpHeader>& headers, std::string_view name);

struct HttpRequest {
    std::string method = "GET";
    std::string url;  ///< http or https; may carry user and password
    /// Authorization and Cookie go to no other scheme, host or port than the URL's.
    std::vector<HttpHeader> headers = {};
    std::string body = {};
};

/// What came before the body.
struct HttpHead {
    int status = 0;
    std::vector<HttpHeader> headers;
    std::string url;  ///< where redirects led
};

struct HttpResponse {
    HttpHead head;
    std::string body;
};

/// Why there is no response at all.
struct HttpFailure {
    enum class Kind { url, resolve, connect, tls, timeout, redirect, protocol, too_large, stopped };
    Kind kind = Kind::protocol;
    std::string reason;  ///< one clause with the URL, less its secrets: "… can't be resolved"
};

/// Takes the body of a response as it arrives.
class HttpSink {
public:
    virtual ~HttpSink() = default;

    /// Before the first byte; of retries each. Returns whether the body is wanted.
    virtual bool begin(const HttpHead& head) = 0;
    /// Returns whether to go on.
    virtual bool data(std::span<const std::byte> block) = 0;
};

struct HttpOptions {
    std::string user_agent = "onnxhub";
    int tries = 4;  ///< of requests answered by 408, 429 or 5xx, or broken off
    std::chrono::milliseconds first_wait{500};  ///< doubled from try to try, with jitter
    /// A server that asks for a longer pause by Retry-After is not asked again.
    std::chrono::milliseconds longest_wait{60'000};
    std::chrono::seconds connect_timeout{30};
    std::chrono::seconds stall_timeout{60};                     ///< with less than a byte a second
    std::function<void(std::chrono::milliseconds)> sleep = {};  ///< empty: the thread's own
    std::function<bool()> is_stopped = {};  ///< asked often; true ends the transfer
};

/// Certificates come from SSL_CERT_FILE or CURL_CA_BUNDLE where those are set, proxies from the
/// usual variables (https_proxy, no_proxy, …), passwords from ~/.netrc. Not thread-safe: one client
/// a thread.
class HttpClient {
public:
    explicit HttpClient(HttpOptions options = {});
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// The whole response, whatever its status; `too_large` beyond `body_limit` bytes.
    std::variant<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                 std::uint64_t body_limit = 16 << 20);

    /// Streams the body of one response. A transfer that breaks off after the sink has seen bytes
    /// is not tried again here: what they are worth is the caller's to say.
    std::variant<HttpHead, HttpFailure> stream(const HttpRequest& request, HttpSink& sink);

private:
    struct Transfer;
    std::variant<HttpHead, HttpFailure> follow(const HttpRequest& request, Transfer& transfer);
    std::variant<HttpHead, HttpFailure> perform(const HttpRequest& request, Transfer& transfer);
    std::optional<std::chrono::milliseconds> pause(
        const std::variant<HttpHead, HttpFailure>& result, int tries_done) const;

    struct State;
    std::unique_ptr<State> state_;
};

/// The URL without user, password, query and fragment, for messages.
std::string shown_url(const std::string& url);

/// Whether both have the same scheme, host and port.
bool same_origin(const std::string& one, const std::string& other);

/// Scheme and host of a URL, in lower case; empty where it has none.
std::string host_of(const std::string& url);

}  // namespace onnxhub
