// SPDX-License-Identifier: Apache-2.0
// Requests, responses, failures and options of the HTTP client.
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
#include <vector>

#include "http/address_policy.h"

namespace onnxhub {

struct HttpHeader {
    std::string name;
    std::string value;

    bool operator==(const HttpHeader&) const = default;
};

/// The value of the last header with this name; case does not matter. Null when there is none.
const std::string* find_header(const std::vector<HttpHeader>& headers, std::string_view name);

struct HttpRequest {
    std::string method = "GET";
    std::string url;  ///< http or https; may carry user and password
    /// After a redirect to another scheme, host or port only headers that hold no secret are sent:
    /// Accept, Range and similar ones.
    std::vector<HttpHeader> headers = {};
    std::string body = {};
    /// Of one attempt, including its body. Without it a transfer may last as long as bytes arrive.
    std::optional<std::chrono::seconds> timeout = {};
    bool uses_netrc = true;  ///< false: sends no password from ~/.netrc
    /// The server may compress the body. It arrives unpacked, and limits count unpacked bytes.
    bool accepts_gzip = false;
};

/// Status and headers of a response.
struct HttpHead {
    int status = 0;
    std::vector<HttpHeader> headers;
    std::string url;  ///< after redirects; show it with shown_url() only
    /// Of the first redirect, which the server of the request sent; empty when there was none.
    std::vector<HttpHeader> redirect_headers = {};
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
        timeout,  ///< no byte for HttpOptions::stall_timeout, or HttpRequest::timeout is over
        slow,     ///< fewer bytes than HttpOptions::min_rate; the request is not repeated
        redirect,
        refused,  ///< by HttpOptions::policy, before a byte was sent
        protocol,
        too_large,
        stopped
    };
    Kind kind = Kind::protocol;
    std::string reason;  ///< "https://example.org/x: the host is not known; check the name …"
};

/// At most this much of a response with status 400 or more is read; the rest is ignored.
inline constexpr std::size_t error_body_limit = 64 * 1024;  // bytes

/// Receives the body of a response as it arrives. It does not get the bodies of redirects and of
/// responses after which the request is repeated.
class HttpSink {
public:
    virtual ~HttpSink() = default;

    /// Before the first byte, in each attempt. Returns whether the body is wanted.
    virtual bool begin(const HttpHead& head) = 0;
    /// Returns whether to continue.
    virtual bool data(std::span<const std::byte> block) = 0;
    /// Whether a transfer that was interrupted after some bytes may be repeated.
    virtual bool can_restart() const { return false; }
    /// Headers that the next attempt has in addition, such as Range with If-Range.
    virtual std::vector<HttpHeader> resume_headers() const { return {}; }
    /// Bytes that the next attempt need not transfer again. Attempts that add progress_step bytes
    /// do not count.
    virtual std::uint64_t kept_bytes() const { return 0; }

    static constexpr std::uint64_t progress_step = 64 * 1024;  // bytes
};

class HttpConnections;

struct HttpOptions {
    std::string user_agent = "onnxhub";
    bool uses_netrc = true;  ///< false: no password from ~/.netrc, for untrusted addresses
    /// Which hosts may be contacted, by requests and by redirects. Each address is checked when the
    /// connection to it is opened, so that no name can hide one. If a proxy of the environment is
    /// used, the proxy resolves names, so that only the text of URLs is checked. Absent: all hosts.
    std::optional<AddressPolicy> policy = {};
    /// Addresses of names, in the form of `curl --resolve`: "example.org:443:192.0.2.1".
    std::vector<std::string> addresses = {};
    /// Connections that clients of several threads share; null: each client has its own. All that
    /// share them need the same `policy`, which is applied when a connection is opened.
    std::shared_ptr<HttpConnections> connections = nullptr;
    int max_attempts = 4;  ///< after 408, 429, 5xx and interrupted transfers
    std::chrono::milliseconds initial_backoff{500};  ///< doubled for each attempt, with jitter
    /// A request is not repeated when Retry-After asks for a longer pause.
    std::chrono::milliseconds max_backoff{60'000};
    std::chrono::seconds connect_timeout{30};
    /// Longest wait for the next byte, and the window in which min_rate is measured.
    std::chrono::seconds stall_timeout{60};
    /// Bytes per second of a body, on average over each window from its first byte on. A slower
    /// transfer fails. The slowest links in use (GPRS, 4 KiB per second) are faster.
    std::uint64_t min_rate = 1024;
    /// Called once a second or more often; true ends the request.
    std::function<bool()> is_stopped = {};
    std::function<void(std::chrono::milliseconds)> sleep = {};        ///< empty: sleep_for()
    std::function<std::chrono::system_clock::time_point()> now = {};  ///< empty: system_clock
};

}  // namespace onnxhub
