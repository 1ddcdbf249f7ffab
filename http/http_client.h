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
    /// To another scheme, host or port than the URL's go those alone that are known to hold no
    /// secret: Accept, Range and their like.
    std::vector<HttpHeader> headers = {};
    std::string body = {};
    /// Of one try, its body included. Without it a transfer may last as long as bytes come.
    std::optional<std::chrono::seconds> timeout = {};
};

/// What came before the body.
struct HttpHead {
    int status = 0;
    std::vector<HttpHeader> headers;
    std::string url;  ///< where redirects led; for messages see shown_url()
};

struct HttpResponse {
    HttpHead head;
    std::string body;
};

/// Why there is no response at all.
struct HttpFailure {
    enum class Kind {
        url,
        resolve,
        connect,
        tls,
        timeout,  ///< no byte came for HttpOptions::stall_timeout, or the request's time is up
        slow,     ///< bytes came, fewer than HttpOptions::least_rate; the request is not repeated
        redirect,
        protocol,
        too_large,
        stopped
    };
    Kind kind = Kind::protocol;
    std::string reason;  ///< "https://example.org/x: the host is not known; check the name …"
};

/// Of a response of status 400 or more no more than this is read, and then it counts as complete.
inline constexpr std::size_t error_body_limit = 64 * 1024;  // bytes

/// Takes the body of a response as it arrives. Redirects and answers after which the request is
/// tried again don't come here.
class HttpSink {
public:
    virtual ~HttpSink() = default;

    /// Before the first byte, in each try. Returns whether the body is wanted.
    virtual bool begin(const HttpHead& head) = 0;
    /// Returns whether to go on.
    virtual bool data(std::span<const std::byte> block) = 0;
    /// Whether a transfer that broke off after some bytes may be tried again.
    virtual bool can_begin_again() const { return false; }
    /// Headers of the next try beyond the request's own, such as Range with If-Range.
    virtual std::vector<HttpHeader> headers_of_next_try() const { return {}; }
    /// Bytes that the next try need not bring again. Tries that add progress_step to them aren't
    /// counted.
    virtual std::uint64_t kept_bytes() const { return 0; }

    static constexpr std::uint64_t progress_step = 64 * 1024;  // bytes
};

struct HttpOptions {
    std::string user_agent = "onnxhub";
    bool uses_netrc = true;  ///< false: no password of ~/.netrc, for addresses of strangers
    int tries = 4;           ///< of requests answered by 408, 429 or 5xx, or broken off
    std::chrono::milliseconds first_wait{500};  ///< doubled from try to try, with jitter
    /// A server that asks for a longer pause by Retry-After is not asked again.
    std::chrono::milliseconds longest_wait{60'000};
    std::chrono::seconds connect_timeout{30};
    /// Longest wait for the next byte, and the window in which least_rate is measured.
    std::chrono::seconds stall_timeout{60};
    /// Bytes per second of a body, on average over each window from its first byte on. A source
    /// that brings less is given up. The slowest links in use (GPRS, 4 KiB per second) bring more.
    std::uint64_t least_rate = 1024;
    std::function<bool()> is_stopped = {};  ///< asked once a second or more; true ends the request
    std::function<void(std::chrono::milliseconds)> sleep = {};        ///< empty: the thread's own
    std::function<std::chrono::system_clock::time_point()> now = {};  ///< empty: the system's
};

/// Certificates come from CURL_CA_BUNDLE, else SSL_CERT_FILE, and SSL_CERT_DIR where they are set;
/// messages about certificates name the variable that decided. Proxies come from the usual
/// variables (https_proxy, no_proxy, …), passwords from the URL or ~/.netrc. At most ten redirects
/// are followed. Every method is tried again alike, POST too. Not thread-safe: one client a thread.
class HttpClient {
public:
    explicit HttpClient(HttpOptions options = {});
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// The whole response, whatever its status; `too_large` beyond `body_limit` bytes. Of an
    /// error's body no more than error_body_limit.
    std::variant<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                 std::uint64_t body_limit = 16 << 20);

    /// Streams the body of one response. Where the sink wants no more, the head is the result.
    std::variant<HttpHead, HttpFailure> stream(const HttpRequest& request, HttpSink& sink);

private:
    struct Transfer;
    using Result = std::variant<HttpHead, HttpFailure>;
    Result follow(const HttpRequest& request, Transfer& transfer);
    Result perform(const HttpRequest& request, bool is_at_home, Transfer& transfer);
    void prepare(const HttpRequest& request, bool is_at_home, Transfer& transfer);
    HttpFailure give_up(const HttpRequest& request, const Transfer& transfer) const;

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
