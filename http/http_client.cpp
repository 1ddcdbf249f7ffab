// SPDX-License-Identifier: Apache-2.0
#include "http/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <new>
#include <random>
#include <thread>
#include <utility>

namespace onnxhub {
namespace {

using std::chrono::milliseconds;

constexpr int redirect_limit = 10;
constexpr std::size_t header_limit = 64 * 1024;  // bytes of all headers of one response

std::string lower_case(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lowered;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

void initialize_once() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct UrlCloser {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCloser>;

Url parse_url(const std::string& text) {
    Url url(curl_url());
    if (url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return nullptr;
    return url;
}

std::string part(const Url& url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (!url || curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return "";
    std::string result = text;
    curl_free(text);
    return result;
}

bool is_http(const Url& url) {
    const std::string scheme = part(url, CURLUPART_SCHEME);
    return scheme == "http" || scheme == "https";
}

bool is_secret(std::string_view header) {
    const std::string name = lower_case(header);
    return name == "authorization" || name == "cookie" || name == "proxy-authorization";
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_worth_another_try(int status) {
    return status == 408 || status == 429 || status >= 500;
}

HttpFailure::Kind kind_of(CURLcode code) {
    using Kind = HttpFailure::Kind;
    switch (code) {
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return Kind::url;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Kind::resolve;
        case CURLE_COULDNT_CONNECT:
            return Kind::connect;
        case CURLE_OPERATION_TIMEDOUT:
            return Kind::timeout;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return Kind::tls;
        default:
            return Kind::protocol;
    }
}

/// Header lines to curl; freed with the object.
class HeaderList {
public:
    HeaderList() = default;
    ~HeaderList() { curl_slist_free_all(list_); }
    HeaderList(const HeaderList&) = delete;
    HeaderList& operator=(const HeaderList&) = delete;

    void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
    curl_slist* get() const { return list_; }

private:
    curl_slist* list_ = nullptr;
};

class MemorySink : public HttpSink {
public:
    explicit MemorySink(std::uint64_t limit) : limit_(limit) {}

    bool begin(const HttpHead&) override {
        body.clear();
        return true;
    }

    bool data(std::span<const std::byte> block) override {
        if (body.size() + block.size() > limit_) {
            is_too_large = true;
            return false;
        }
        body.append(reinterpret_cast<const char*>(block.data()), block.size());
        return true;
    }

    std::string body;
    bool is_too_large = false;

private:
    std::uint64_t limit_;
};

}  // namespace

struct HttpClient::State {
    HttpOptions options;
    CURL* handle = nullptr;
};

/// One response as curl tells of it, through its C callbacks: no exception leaves them.
struct HttpClient::Transfer {
    HttpSink& sink;
    const HttpOptions& options;
    HttpHead head = {};
    std::size_t header_bytes = 0;
    bool has_begun = false;   ///< the sink has been told of the head
    bool is_refused = false;  ///< the sink wants no more
    bool is_stopped = false;
    bool has_seen_bytes = false;
    std::exception_ptr exception = nullptr;

    void reset() {
        head = {};
        header_bytes = 0;
        has_begun = false;
    }

    bool begin() {
        if (has_begun) return true;
        has_begun = true;
        if (is_redirect(head.status) && find_header(head.headers, "location")) return true;
        if (!sink.begin(head)) is_refused = true;
        return !is_refused;
    }

    static std::size_t on_header(char* text, std::size_t, std::size_t size, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        transfer.header_bytes += size;
        if (transfer.header_bytes > header_limit) return 0;
        const std::string_view line = trimmed({text, size});
        if (line.starts_with("HTTP/")) {  // the next response, behind "100 Continue"
            transfer.head.headers.clear();
            const std::size_t space = line.find(' ');
            transfer.head.status =
                space == line.npos ? 0 : std::atoi(std::string(line.substr(space + 1)).c_str());
        } else if (const std::size_t colon = line.find(':'); colon != line.npos) {
            transfer.head.headers.push_back({std::string(trimmed(line.substr(0, colon))),
                                             std::string(trimmed(line.substr(colon + 1)))});
        }
        return size;
    }

    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        try {
            if (!transfer.begin()) return 0;
            if (is_redirect(transfer.head.status)) return size;
            transfer.has_seen_bytes = true;
            if (transfer.sink.data({reinterpret_cast<const std::byte*>(data), size})) return size;
            transfer.is_refused = true;
        } catch (...) {
            transfer.exception = std::current_exception();
        }
        return 0;
    }

    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        auto& transfer = *static_cast<Transfer*>(self);
        if (!transfer.options.is_stopped || !transfer.options.is_stopped()) return 0;
        transfer.is_stopped = true;
        return 1;
    }
};

const std::string* find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
    const std::string wanted = lower_case(name);
    const auto found =
        std::find_if(headers.rbegin(), headers.rend(),
                     [&](const HttpHeader& header) { return lower_case(header.name) == wanted; });
    return found == headers.rend() ? nullptr : &found->value;
}

std::string shown_url(const std::string& text) {
    const Url url = parse_url(text);
    if (!url) return "the URL";
    for (const CURLUPart secret :
         {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
        curl_url_set(url.get(), secret, nullptr, 0);
    }
    return part(url, CURLUPART_URL);
}

bool same_origin(const std::string& one, const std::string& other) {
    const Url a = parse_url(one);
    const Url b = parse_url(other);
    return a && b && part(a, CURLUPART_SCHEME) == part(b, CURLUPART_SCHEME) &&
           lower_case(part(a, CURLUPART_HOST)) == lower_case(part(b, CURLUPART_HOST)) &&
           part(a, CURLUPART_PORT, CURLU_DEFAULT_PORT) ==
               part(b, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

std::string host_of(const std::string& url) {
    return lower_case(part(parse_url(url), CURLUPART_HOST));
}

HttpClient::HttpClient(HttpOptions options) : state_(std::make_unique<State>()) {
    initialize_once();
    state_->options = std::move(options);
    if (!state_->options.sleep) {
        state_->options.sleep = [](milliseconds time) { std::this_thread::sleep_for(time); };
    }
    state_->handle = curl_easy_init();
    if (!state_->handle) throw std::bad_alloc();
}

HttpClient::~HttpClient() {
    curl_easy_cleanup(state_->handle);
}

std::variant<HttpResponse, HttpFailure> HttpClient::send(const HttpRequest& request,
                                                         std::uint64_t body_limit) {
    MemorySink sink(body_limit);
    auto result = stream(request, sink);
    if (sink.is_too_large) {
        return HttpFailure{
            HttpFailure::Kind::too_large,
            shown_url(request.url) + " answers with over " + std::to_string(body_limit) + " bytes"};
    }
    if (auto* failure = std::get_if<HttpFailure>(&result)) return std::move(*failure);
    return HttpResponse{std::get<HttpHead>(std::move(result)), std::move(sink.body)};
}

std::variant<HttpHead, HttpFailure> HttpClient::stream(const HttpRequest& request, HttpSink& sink) {
    for (int tries = 1;; ++tries) {
        Transfer transfer{sink, state_->options};
        auto result = follow(request, transfer);
        if (transfer.exception) std::rethrow_exception(transfer.exception);
        if (transfer.is_refused || tries >= state_->options.tries) return result;
        const bool is_broken_off = std::holds_alternative<HttpFailure>(result);
        if (is_broken_off && transfer.has_seen_bytes) return result;
        const auto wait = pause(result, tries);
        if (!wait) return result;
        state_->options.sleep(*wait);
    }
}

/// How long to wait before the next try; nothing when there should be none.
std::optional<milliseconds> HttpClient::pause(const std::variant<HttpHead, HttpFailure>& result,
                                              int tries_done) const {
    using Kind = HttpFailure::Kind;
    const HttpOptions& options = state_->options;
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        const bool is_passing = failure->kind == Kind::connect || failure->kind == Kind::timeout ||
                                failure->kind == Kind::protocol || failure->kind == Kind::resolve;
        if (!is_passing) return std::nullopt;
    } else {
        const HttpHead& head = std::get<HttpHead>(result);
        if (!is_worth_another_try(head.status)) return std::nullopt;
        if (const std::string* text = find_header(head.headers, "retry-after")) {
            const bool is_number =
                !text->empty() && text->find_first_not_of("0123456789") == text->npos;
            const long long seconds =
                is_number ? std::atoll(text->substr(0, 9).c_str())
                          : static_cast<long long>(curl_getdate(text->c_str(), nullptr) -
                                                   std::time(nullptr));
            const milliseconds wait(std::max(seconds, 0LL) * 1000);
            return wait > options.longest_wait ? std::nullopt : std::optional(wait);
        }
    }
    // Between half and all of the doubled time, so that many clients don't come back at once.
    thread_local std::minstd_rand random{std::random_device{}()};
    const auto full =
        std::min(options.first_wait * (1 << std::min(tries_done - 1, 16)), options.longest_wait);
    return full / 2 + milliseconds(random() % static_cast<unsigned>(full.count() / 2 + 1));
}

std::variant<HttpHead, HttpFailure> HttpClient::follow(const HttpRequest& request,
                                                       Transfer& transfer) {
    HttpRequest next = request;
    for (int redirects = 0;; ++redirects) {
        transfer.reset();
        auto result = perform(next, transfer);
        auto* head = std::get_if<HttpHead>(&result);
        if (!head || !is_redirect(head->status)) return result;
        const std::string* location = find_header(head->headers, "location");
        if (!location) return result;
        if (redirects == redirect_limit) {
            return HttpFailure{HttpFailure::Kind::redirect,
                               shown_url(request.url) + " redirects more than " +
                                   std::to_string(redirect_limit) + " times"};
        }
        const Url url = parse_url(next.url);
        if (curl_url_set(url.get(), CURLUPART_URL, location->c_str(), 0) != CURLUE_OK ||
            !is_http(url)) {
            return HttpFailure{HttpFailure::Kind::redirect,
                               shown_url(next.url) + " redirects to something that is not HTTP"};
        }
        const std::string target = part(url, CURLUPART_URL);
        if (!same_origin(next.url, target)) {
            std::erase_if(next.headers,
                          [](const HttpHeader& header) { return is_secret(header.name); });
        }
        const bool becomes_get =
            head->status == 303 || (head->status < 303 && next.method == "POST");
        if (becomes_get && next.method != "HEAD") {
            next.method = "GET";
            next.body.clear();
        }
        next.url = target;
    }
}

std::variant<HttpHead, HttpFailure> HttpClient::perform(const HttpRequest& request,
                                                        Transfer& transfer) {
    if (!is_http(parse_url(request.url))) {
        return HttpFailure{HttpFailure::Kind::url, shown_url(request.url) + " is no HTTP address"};
    }
    CURL* handle = state_->handle;
    curl_easy_reset(handle);
    HeaderList headers;
    for (const HttpHeader& header : request.headers) headers.add(header.name + ": " + header.value);
    headers.add("Expect:");  // no round trip before a small body
    char message[CURL_ERROR_SIZE] = "";
    const auto set = [handle](CURLoption option, auto value) {
        curl_easy_setopt(handle, option, value);
    };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, state_->options.user_agent.c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, message);
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(state_->options.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(state_->options.stall_timeout.count()));
    for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
        if (const char* file = std::getenv(variable)) set(CURLOPT_CAINFO, file);
    }
    if (request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET") {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_POSTFIELDS, request.body.c_str());
    }
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    set(CURLOPT_XFERINFODATA, &transfer);

    transfer.head.url = request.url;
    const CURLcode code = curl_easy_perform(handle);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
    if (transfer.exception || transfer.is_refused) return transfer.head;
    if (transfer.is_stopped) return HttpFailure{HttpFailure::Kind::stopped, "stopped"};
    if (code != CURLE_OK) {
        const std::string reason = message[0] != '\0' ? message : curl_easy_strerror(code);
        return HttpFailure{kind_of(code), shown_url(request.url) + ": " + reason};
    }
    if (!transfer.begin()) return transfer.head;  // a response without a body
    return transfer.head;
}

}  // namespace onnxhub
