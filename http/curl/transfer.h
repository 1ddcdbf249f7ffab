// SPDX-License-Identifier: Apache-2.0
// One attempt at a request, redirects included, driven by libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/curl/library.h"
#include "http/http_message.h"
#include "http/rate_watch.h"

namespace onnxhub {

/// Bytes of all headers of one response.
inline constexpr std::size_t header_limit = 64 * 1024;

/// Lines in libcurl's form.
class CurlList {
public:
    CurlList() = default;
    ~CurlList() { clear(); }
    CurlList(const CurlList&) = delete;
    CurlList& operator=(const CurlList&) = delete;

    void add(const std::string& line) { list_ = curl().slist_append(list_, line.c_str()); }
    void clear() { curl().slist_free_all(std::exchange(list_, nullptr)); }
    curl_slist* get() const { return list_; }

private:
    curl_slist* list_ = nullptr;
};

/// Receives what libcurl reports and passes the body on to the sink. Exceptions of the sink are
/// kept in `exception`, since they must not pass through C code.
struct HttpTransfer {
    HttpSink& sink;
    const HttpOptions& options;
    int attempts = 1;  ///< including this one
    HttpHead head = {};
    std::vector<HttpHeader> redirect_headers = {};  ///< of the first redirect
    CurlList request_headers = {};
    CurlList addresses = {};           ///< HttpOptions::addresses
    bool checks_addresses = false;     ///< opens no connection outside the public internet
    std::string refused_address = {};  ///< "127.0.0.1, a loopback address": the last one
    std::size_t header_bytes = 0;
    std::uint64_t body_room = 0;  ///< bytes that are still accepted
    bool has_begun = false;       ///< the head is complete
    bool is_for_sink = false;
    bool is_cut = false;      ///< an error page was longer than error_body_limit
    bool is_refused = false;  ///< by the sink
    bool is_stopped = false;
    RateWatch rate = {};
    RateWatch::Verdict rate_verdict = RateWatch::Verdict::fine;
    bool has_sink_bytes = false;                                    ///< the sink got some
    std::optional<std::chrono::milliseconds> pause = std::nullopt;  ///< then another attempt
    std::exception_ptr exception = nullptr;

    /// Before each response.
    void reset(const std::string& url);
    /// Sets the callbacks of `handle`.
    void attach(CURL* handle);
    /// When the head is complete. Returns whether the body is wanted.
    bool begin();

private:
    bool take(std::span<const std::byte> block);
    bool may_connect(const curl_sockaddr& address);
    void take_header(std::string_view line);

    static std::size_t on_header(char* text, std::size_t, std::size_t size, void* self);
    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
    static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address);
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
};

}  // namespace onnxhub
