// SPDX-License-Identifier: Apache-2.0
#include "http/http_client.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "base/process.h"
#include "http/curl/connections.h"
#include "http/curl/failure.h"
#include "http/curl/transfer.h"
#include "http/curl/url.h"
#include "http/proxy.h"
#include "http/redirect.h"
#include "http/retry.h"

namespace onnxhub {
namespace {

constexpr int redirect_limit = 10;

using Result = std::variant<HttpHead, HttpFailure>;

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

HttpFailure stopped() {
    return {HttpFailure::Kind::stopped, "stopped"};
}

class MemorySink : public HttpSink {
public:
    explicit MemorySink(std::uint64_t limit) : limit_(limit) {}

    bool begin(const HttpHead& head) override {
        body.clear();
        is_error_ = head.status >= 400;
        return true;
    }

    bool data(std::span<const std::byte> block) override {
        const bool is_over = block.size() > limit_ - body.size();
        is_too_large = is_over && !is_error_;  // the status says more than the size
        if (is_over) block = block.first(static_cast<std::size_t>(limit_ - body.size()));
        body.append(reinterpret_cast<const char*>(block.data()), block.size());
        return !is_over;
    }

    bool can_restart() const override { return true; }

    std::string body;
    bool is_too_large = false;

private:
    std::uint64_t limit_;
    bool is_error_ = false;
};

/// The failure of a body that arrives too slowly or not at all.
HttpFailure rate_failure(const HttpRequest& request, const HttpTransfer& transfer) {
    const std::string url = shown_url(request.url);
    if (transfer.rate_verdict != RateWatch::Verdict::slow) {
        return {HttpFailure::Kind::timeout, url + ": " + explain(CURLE_OPERATION_TIMEDOUT, "")};
    }
    return {HttpFailure::Kind::slow, url + ": sends fewer than " +
                                         std::to_string(transfer.options.min_rate) +
                                         " bytes per second; try again later"};
}

}  // namespace

struct HttpClient::State {
    HttpOptions options;
    CURL* handle = nullptr;  ///< made for the first request

    void open();
    Result follow(const HttpRequest& request, HttpTransfer& transfer);
    Result perform(const HttpRequest& request, bool is_same_origin, HttpTransfer& transfer);
    void prepare(const HttpRequest& request, bool is_same_origin, HttpTransfer& transfer);
    std::optional<HttpFailure> check(const HttpRequest& request, HttpTransfer& transfer) const;
    void guard(const HttpRequest& request, HttpTransfer& transfer);
};

HttpClient::HttpClient(HttpOptions options) : state_(std::make_unique<State>()) {
    state_->options = std::move(options);
    if (!state_->options.now) state_->options.now = &std::chrono::system_clock::now;
}

HttpClient::~HttpClient() {
    if (state_->handle) curl().easy_cleanup(state_->handle);
}

void HttpClient::State::open() {
    if (!handle) handle = curl().easy_init();
    if (!handle) throw std::bad_alloc();
}

std::variant<HttpResponse, HttpFailure> HttpClient::send(const HttpRequest& request,
                                                         std::uint64_t body_limit) {
    MemorySink sink(body_limit);
    auto result = stream(request, sink);
    if (sink.is_too_large) {
        return HttpFailure{HttpFailure::Kind::too_large, shown_url(request.url) +
                                                             ": the response has more than " +
                                                             std::to_string(body_limit) + " bytes"};
    }
    if (auto* failure = std::get_if<HttpFailure>(&result)) return std::move(*failure);
    return HttpResponse{std::get<HttpHead>(std::move(result)), std::move(sink.body)};
}

std::variant<HttpHead, HttpFailure> HttpClient::stream(const HttpRequest& request, HttpSink& sink) {
    state_->open();
    const HttpOptions& options = state_->options;
    std::uint64_t max_kept = sink.kept_bytes();
    for (int attempts = 1;; ++attempts) {
        if (is_stopped(options)) return stopped();
        HttpRequest next = request;
        std::ranges::move(sink.resume_headers(), std::back_inserter(next.headers));
        HttpTransfer transfer{sink, options, attempts};
        Result result = state_->follow(next, transfer);
        if (transfer.exception) std::rethrow_exception(transfer.exception);
        if (sink.kept_bytes() >= max_kept + HttpSink::progress_step) {
            max_kept = sink.kept_bytes();
            attempts = 1;
        }
        auto pause = transfer.pause;
        if (const auto* failure = std::get_if<HttpFailure>(&result)) {
            const bool is_consumed = transfer.has_sink_bytes && !sink.can_restart();
            pause = is_consumed ? std::nullopt : pause_after(*failure, options, attempts);
        }
        if (!pause) return result;
        pause_for(*pause, options);
    }
}

Result HttpClient::State::follow(const HttpRequest& request, HttpTransfer& transfer) {
    HttpRequest next = request;
    bool is_same_origin = true;  // no redirect has left the request's origin so far
    transfer.redirect_headers.clear();
    for (int redirects = 0;; ++redirects) {
        Result result = perform(next, is_same_origin, transfer);
        auto* failure = std::get_if<HttpFailure>(&result);
        if (failure && failure->kind == HttpFailure::Kind::refused && redirects > 0) {
            failure->reason = shown_url(request.url) + ": redirects to " + failure->reason;
        }
        const auto* head = std::get_if<HttpHead>(&result);
        if (!head || !is_redirect(*head)) return result;
        if (redirects == redirect_limit) {
            return HttpFailure{HttpFailure::Kind::redirect,
                               shown_url(request.url) + ": more than " +
                                   std::to_string(redirect_limit) + " redirects"};
        }
        auto target = redirected(next, *head, *find_header(head->headers, "location"));
        if (!target) {
            return HttpFailure{HttpFailure::Kind::redirect,
                               shown_url(next.url) + ": redirects to a URL that is not HTTP"};
        }
        if (options.policy && brings_credentials(next.url, target->url)) {
            return HttpFailure{
                HttpFailure::Kind::refused,
                shown_url(next.url) + ": redirects to a URL with a user name or password"};
        }
        if (redirects == 0) transfer.redirect_headers = head->headers;
        is_same_origin = is_same_origin && same_origin(request.url, target->url);
        next = std::move(*target);
    }
}

Result HttpClient::State::perform(const HttpRequest& request, bool is_same_origin,
                                  HttpTransfer& transfer) {
    using Kind = HttpFailure::Kind;
    transfer.reset(request.url);
    if (auto failure = check(request, transfer)) return std::move(*failure);
    char message[CURL_ERROR_SIZE] = "";
    prepare(request, is_same_origin, transfer);
    curl().easy_setopt(handle, CURLOPT_ERRORBUFFER, message);
    const CURLcode code =
        options.connections ? options.connections->perform(handle) : curl().easy_perform(handle);
    curl().easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
    if (transfer.exception || transfer.is_refused) return transfer.head;
    if (transfer.is_stopped) return stopped();
    if (code == CURLE_ABORTED_BY_CALLBACK) return rate_failure(request, transfer);
    if (transfer.header_bytes > header_limit) {
        return HttpFailure{Kind::too_large, shown_url(request.url) +
                                                ": the headers have more than " +
                                                std::to_string(header_limit) + " bytes"};
    }
    if (code == CURLE_COULDNT_CONNECT && !transfer.refused_address.empty()) {
        const std::string host = host_of(request.url);
        return HttpFailure{Kind::refused, shown_url(request.url) + ": not requested: " + host +
                                              " has the address " + transfer.refused_address +
                                              "; " + allow_hint(host)};
    }
    if (code != CURLE_OK && !transfer.is_cut) {
        return HttpFailure{failure_kind(code),
                           shown_url(request.url) + ": " + explain(code, message)};
    }
    transfer.begin();  // for a response without a body
    return transfer.head;
}

/// Why the request is not made; nullopt when it is.
std::optional<HttpFailure> HttpClient::State::check(const HttpRequest& request,
                                                    HttpTransfer& transfer) const {
    using Kind = HttpFailure::Kind;
    const auto fail = [&](Kind kind, const std::string& what) {
        return HttpFailure{kind, shown_url(request.url) + ": " + what};
    };
    if (options.policy && !options.policy->is_named(request.url)) {
        transfer.checks_addresses = true;
        const auto reason = options.policy->refusal(request.url);
        if (reason) return fail(Kind::refused, "not requested: it " + *reason);
    }
    if (!is_http(parse_url(request.url))) return fail(Kind::url, "not an HTTP URL");
    for (const auto& [name, value] : request.headers) {
        if (!is_one_line(name) || !is_one_line(value)) {
            return fail(Kind::url, "a request header has a line break");
        }
    }
    return std::nullopt;
}

/// Chooses the proxy here, so that it is known whether libcurl connects to the host itself.
void HttpClient::State::guard(const HttpRequest& request, HttpTransfer& transfer) {
    const auto origin = origin_of(request.url);
    const std::string proxy = origin ? proxy_for(*origin, environment_value) : "";
    curl().easy_setopt(handle, CURLOPT_PROXY, proxy.c_str());
    curl().easy_setopt(handle, CURLOPT_NOPROXY, "");
    transfer.checks_addresses = proxy.empty();
}

void HttpClient::State::prepare(const HttpRequest& request, bool is_same_origin,
                                HttpTransfer& transfer) {
    curl().easy_reset(handle);
    const auto set = [this](CURLoption option, auto value) {
        curl().easy_setopt(handle, option, value);
    };
    transfer.request_headers.clear();
    for (const auto& [name, value] : request.headers) {
        transfer.request_headers.add(value.empty() ? name + ";" : name + ": " + value);
    }
    transfer.request_headers.add("Expect:");  // no round trip before a small body
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, options.user_agent.c_str());
    set(CURLOPT_HTTPHEADER, transfer.request_headers.get());
    // .netrc knows hosts only: after a redirect to plain http everyone could read the password.
    const bool uses_netrc = is_same_origin && options.uses_netrc && request.uses_netrc;
    set(CURLOPT_NETRC, static_cast<long>(uses_netrc ? CURL_NETRC_OPTIONAL : CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // of a proxy
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);  // before the body; RateWatch measures the body
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
    if (request.accepts_gzip) set(CURLOPT_ACCEPT_ENCODING, "gzip");
    if (request.timeout) set(CURLOPT_TIMEOUT, static_cast<long>(request.timeout->count()));
    if (options.connections) set(CURLOPT_PIPEWAIT, 1L);  // for HTTP/2 on the same connection
    use_certificates_of_environment(handle);
    transfer.addresses.clear();
    for (const std::string& address : options.addresses) transfer.addresses.add(address);
    if (transfer.addresses.get()) set(CURLOPT_RESOLVE, transfer.addresses.get());
    if (transfer.checks_addresses) guard(request, transfer);
    if (request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET") {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_POSTFIELDS, request.body.c_str());
    }
    transfer.attach(handle);
}

}  // namespace onnxhub
