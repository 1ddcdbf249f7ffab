// SPDX-License-Identifier: Apache-2.0
#include "http/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iterator>
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
constexpr milliseconds nap(100);                 // between two looks at is_stopped

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

/// Headers that any server may see. Tokens travel under too many names to list those instead.
bool is_harmless(std::string_view header) {
    constexpr std::string_view harmless[] = {
        "accept",   "accept-encoding", "accept-language",   "content-type",        "if-match",
        "if-range", "if-none-match",   "if-modified-since", "if-unmodified-since", "range"};
    return std::ranges::find(harmless, lower_case(header)) != std::end(harmless);
}

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
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
            return Kind::url;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Kind::resolve;
        case CURLE_COULDNT_CONNECT:
        case CURLE_PROXY:
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

struct CertificateFile {
    const char* variable;  ///< of the environment, that names the file
    const char* path;
};

/// The file of certificates to trust: of the variables that can name one the first that is set
/// counts, in the order of the curl program. Nothing when none is set.
std::optional<CertificateFile> own_certificates() {
    for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
        const char* path = std::getenv(variable);
        if (path && *path != '\0') return CertificateFile{variable, path};
    }
    return std::nullopt;
}

std::string certificate_hint() {
    const auto own = own_certificates();
    if (!own) return "SSL_CERT_FILE can name a file of certificates to trust";
    return std::string("certificates to trust come from ") + own->variable + " (" + own->path +
           "); add the server's to that file";
}

/// What happened and what to do about it. curl's own `detail` is used where it is needed: it may
/// hold times and ports, which differ from run to run.
std::string explain(CURLcode code, const char* detail) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return "the host is not known; check the name and the network";
        case CURLE_COULDNT_RESOLVE_PROXY:
            return "the proxy's host is not known; check http_proxy and https_proxy";
        case CURLE_COULDNT_CONNECT:
            return "no connection; check the address, the network and whether a proxy is needed";
        case CURLE_OPERATION_TIMEDOUT:
            return "no answer in time; try again later";
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
            return "the connection broke off; try again later";
        default:
            break;
    }
    const std::string what = *detail != '\0' ? detail : curl_easy_strerror(code);
    if (kind_of(code) != HttpFailure::Kind::tls) return what;
    return what + "; " + certificate_hint();
}

HttpFailure stopped() {
    return {HttpFailure::Kind::stopped, "stopped"};
}

/// The pause a server asks for, in seconds or as a date; nothing when that can't be understood.
std::optional<milliseconds> retry_after(const std::string& text, const HttpOptions& options) {
    using std::chrono::seconds;
    if (!text.empty() && text.find_first_not_of("0123456789") == text.npos) {
        return seconds(std::atoll(text.substr(0, 9).c_str()));
    }
    const std::time_t date = curl_getdate(text.c_str(), nullptr);
    if (date == -1) return std::nullopt;
    const seconds now(std::chrono::system_clock::to_time_t(options.now()));
    return std::max(seconds(date) - now, seconds(0));
}

/// Between half and all of the doubled time, so that many clients don't come back at once.
milliseconds backoff(const HttpOptions& options, int tries_done) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const auto full =
        std::min(options.first_wait * (1 << std::min(tries_done - 1, 16)), options.longest_wait);
    return full / 2 + milliseconds(random() % static_cast<unsigned>(full.count() / 2 + 1));
}

/// How long to wait before the next try; nothing when there should be none.
std::optional<milliseconds> pause_after(const HttpHead& head, const HttpOptions& options,
                                        int tries_done) {
    if (tries_done >= options.tries || !is_worth_another_try(head.status)) return std::nullopt;
    if (const std::string* text = find_header(head.headers, "retry-after")) {
        if (const auto wait = retry_after(*text, options)) {
            return *wait > options.longest_wait ? std::nullopt : wait;
        }
    }
    return backoff(options, tries_done);
}

std::optional<milliseconds> pause_after(const HttpFailure& failure, const HttpOptions& options,
                                        int tries_done) {
    using Kind = HttpFailure::Kind;
    const bool is_passing = failure.kind == Kind::connect || failure.kind == Kind::timeout ||
                            failure.kind == Kind::protocol || failure.kind == Kind::resolve;
    if (tries_done >= options.tries || !is_passing) return std::nullopt;
    return backoff(options, tries_done);
}

bool is_stopped(const HttpOptions& options) {
    return options.is_stopped && options.is_stopped();
}

void rest(milliseconds time, const HttpOptions& options) {
    if (options.sleep) return options.sleep(time);
    for (; time > milliseconds(0) && !is_stopped(options); time -= nap) {
        std::this_thread::sleep_for(std::min(time, nap));
    }
}

/// A redirect within one origin keeps user and password, though Location does not repeat them.
void keep_user(const std::string& from, const Url& to) {
    const Url old = parse_url(from);
    for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD}) {
        const std::string text = part(old, secret);
        if (!text.empty() && part(to, secret).empty()) {
            curl_url_set(to.get(), secret, text.c_str(), 0);
        }
    }
}

/// The request after a redirect; nothing when it leads out of HTTP.
std::optional<HttpRequest> redirected(HttpRequest request, const HttpHead& head,
                                      const std::string& location) {
    const Url url = parse_url(request.url);
    if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) != CURLUE_OK ||
        !is_http(url)) {
        return std::nullopt;
    }
    if (same_origin(request.url, part(url, CURLUPART_URL))) {
        keep_user(request.url, url);
    } else {
        std::erase_if(request.headers,
                      [](const HttpHeader& header) { return !is_harmless(header.name); });
    }
    request.url = part(url, CURLUPART_URL);
    const bool becomes_get = head.status == 303 || (head.status < 303 && request.method == "POST");
    if (becomes_get && request.method != "HEAD") {
        request.method = "GET";
        request.body.clear();
        std::erase_if(request.headers, [](const HttpHeader& header) {
            return lower_case(header.name) == "content-type";
        });
    }
    return request;
}

void trust_own_certificates(CURL* handle) {
    if (const auto own = own_certificates()) curl_easy_setopt(handle, CURLOPT_CAINFO, own->path);
    const char* folder = std::getenv("SSL_CERT_DIR");
    if (folder && *folder != '\0') curl_easy_setopt(handle, CURLOPT_CAPATH, folder);
}

/// Header lines to curl; freed with the object.
class HeaderList {
public:
    HeaderList() = default;
    ~HeaderList() { curl_slist_free_all(list_); }
    HeaderList(const HeaderList&) = delete;
    HeaderList& operator=(const HeaderList&) = delete;

    void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
    void clear() { curl_slist_free_all(std::exchange(list_, nullptr)); }
    curl_slist* get() const { return list_; }

private:
    curl_slist* list_ = nullptr;
};

/// Watches how fast a body arrives, from its first byte on: in consecutive windows of
/// stall_timeout.
class RateWatch {
public:
    enum class Verdict { fine, slow, silent };

    void count(std::size_t bytes) {
        if (!is_running_) {
            last_look_ = Clock::now();
            is_running_ = true;
        }
        bytes_ += bytes;
    }

    /// To be called once a second or more. `slow`: a window brought too few bytes; `silent`: none.
    Verdict look(const HttpOptions& options) {
        if (!is_running_) return Verdict::fine;
        const Clock::time_point now = Clock::now();
        // A stopped process (SIGSTOP, a busy disk) is not the server's fault.
        constexpr Clock::duration longest_step = std::chrono::seconds(2);
        elapsed_ += std::min(now - std::exchange(last_look_, now), longest_step);
        if (elapsed_ < options.stall_timeout) return Verdict::fine;
        const auto window = static_cast<std::uint64_t>(options.stall_timeout.count());
        const std::uint64_t bytes = std::exchange(bytes_, 0);
        elapsed_ = Clock::duration::zero();
        if (bytes >= options.least_rate * window) return Verdict::fine;
        return bytes == 0 ? Verdict::silent : Verdict::slow;
    }

private:
    using Clock = std::chrono::steady_clock;

    bool is_running_ = false;
    Clock::time_point last_look_;
    Clock::duration elapsed_ = Clock::duration::zero();  ///< of this window
    std::uint64_t bytes_ = 0;                            ///< in this window
};

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

    bool can_begin_again() const override { return true; }

    std::string body;
    bool is_too_large = false;

private:
    std::uint64_t limit_;
    bool is_error_ = false;
};

}  // namespace

struct HttpClient::State {
    HttpOptions options;
    CURL* handle = nullptr;
};

/// One try, redirects included, as curl tells of it through its C callbacks: no exception leaves
/// them.
struct HttpClient::Transfer {
    HttpSink& sink;
    const HttpOptions& options;
    int tries = 1;  ///< with this one
    HttpHead head = {};
    HeaderList request_headers = {};
    std::size_t header_bytes = 0;
    std::uint64_t body_room = 0;  ///< bytes that may come yet
    bool has_begun = false;       ///< the head is complete
    bool is_for_sink = false;
    bool is_cut = false;      ///< there was more than is wanted of an error page
    bool is_refused = false;  ///< the sink wants no more
    bool is_stopped = false;
    RateWatch rate = {};
    RateWatch::Verdict rate_verdict = RateWatch::Verdict::fine;
    bool has_seen_bytes = false;                      ///< the sink has
    std::optional<milliseconds> wait = std::nullopt;  ///< the answer asks for another try
    std::exception_ptr exception = nullptr;

    /// Before each response.
    void reset(const std::string& url) {
        head = {0, {}, url};
        header_bytes = 0;
        has_begun = is_cut = false;
        rate = {};
        rate_verdict = RateWatch::Verdict::fine;
    }

    /// Returns whether the body is to be read.
    bool begin() {
        if (has_begun) return true;
        has_begun = true;
        const bool leads_on = is_redirect(head.status) && find_header(head.headers, "location");
        wait = pause_after(head, options, tries);
        is_for_sink = !leads_on && !wait;
        body_room = is_for_sink && head.status < 400 ? UINT64_MAX : error_body_limit;
        is_refused = is_for_sink && !sink.begin(head);
        return !is_refused;
    }

    /// Returns whether to go on.
    bool take(std::span<const std::byte> block) {
        rate.count(block.size());
        if (!begin()) return false;
        if (block.size() > body_room) {
            is_cut = true;
            block = block.first(static_cast<std::size_t>(body_room));
        }
        body_room -= block.size();
        if (!is_for_sink || block.empty()) return !is_cut;
        has_seen_bytes = true;
        is_refused = !sink.data(block);
        return !is_refused && !is_cut;
    }

    void take_header(std::string_view line) {
        if (line.starts_with("HTTP/")) {  // the next response, behind "100 Continue"
            head.headers.clear();
            const std::size_t space = std::min(line.find(' '), line.size());
            head.status = std::atoi(std::string(line.substr(space)).c_str());
        } else if (const std::size_t colon = line.find(':'); colon != line.npos) {
            head.headers.push_back({std::string(trimmed(line.substr(0, colon))),
                                    std::string(trimmed(line.substr(colon + 1)))});
        }
    }

    static std::size_t on_header(char* text, std::size_t, std::size_t size, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        transfer.header_bytes += size;
        if (transfer.header_bytes > header_limit) return 0;
        try {
            transfer.take_header(trimmed({text, size}));
            return size;
        } catch (...) {
            transfer.exception = std::current_exception();
        }
        return 0;
    }

    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        try {
            if (transfer.take({reinterpret_cast<const std::byte*>(data), size})) return size;
        } catch (...) {
            transfer.exception = std::current_exception();
        }
        return 0;
    }

    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        auto& transfer = *static_cast<Transfer*>(self);
        transfer.is_stopped = transfer.is_stopped || onnxhub::is_stopped(transfer.options);
        transfer.rate_verdict = transfer.rate.look(transfer.options);
        const bool goes_on =
            !transfer.is_stopped && transfer.rate_verdict == RateWatch::Verdict::fine;
        return goes_on ? 0 : 1;
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
    if (!state_->options.now) state_->options.now = &std::chrono::system_clock::now;
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
    const HttpOptions& options = state_->options;
    std::uint64_t most_kept = sink.kept_bytes();
    for (int tries = 1;; ++tries) {
        if (is_stopped(options)) return stopped();
        HttpRequest next = request;
        std::ranges::move(sink.headers_of_next_try(), std::back_inserter(next.headers));
        Transfer transfer{sink, options, tries};
        Result result = follow(next, transfer);
        if (transfer.exception) std::rethrow_exception(transfer.exception);
        if (sink.kept_bytes() >= most_kept + HttpSink::progress_step) {
            most_kept = sink.kept_bytes();
            tries = 1;
        }
        auto wait = transfer.wait;
        if (const auto* failure = std::get_if<HttpFailure>(&result)) {
            const bool is_spent = transfer.has_seen_bytes && !sink.can_begin_again();
            wait = is_spent ? std::nullopt : pause_after(*failure, options, tries);
        }
        if (!wait) return result;
        rest(*wait, options);
    }
}

HttpClient::Result HttpClient::follow(const HttpRequest& request, Transfer& transfer) {
    HttpRequest next = request;
    bool is_at_home = true;  // has been on no other origin so far
    for (int redirects = 0;; ++redirects) {
        Result result = perform(next, is_at_home, transfer);
        const auto* head = std::get_if<HttpHead>(&result);
        if (!head || !is_redirect(head->status)) return result;
        const std::string* location = find_header(head->headers, "location");
        if (!location) return result;
        if (redirects == redirect_limit) {
            return HttpFailure{HttpFailure::Kind::redirect,
                               shown_url(request.url) + " redirects more than " +
                                   std::to_string(redirect_limit) + " times"};
        }
        auto target = redirected(next, *head, *location);
        if (!target) {
            return HttpFailure{HttpFailure::Kind::redirect,
                               shown_url(next.url) + " redirects to something that is not HTTP"};
        }
        is_at_home = is_at_home && same_origin(request.url, target->url);
        next = std::move(*target);
    }
}

HttpClient::Result HttpClient::perform(const HttpRequest& request, bool is_at_home,
                                       Transfer& transfer) {
    using Kind = HttpFailure::Kind;
    if (!is_http(parse_url(request.url))) {
        return HttpFailure{Kind::url, shown_url(request.url) + " is no HTTP address"};
    }
    for (const auto& [name, value] : request.headers) {
        if (!is_one_line(name) || !is_one_line(value)) {
            return HttpFailure{Kind::url,
                               "a header for " + shown_url(request.url) + " holds a line break"};
        }
    }
    char message[CURL_ERROR_SIZE] = "";
    transfer.reset(request.url);
    prepare(request, is_at_home, transfer);
    curl_easy_setopt(state_->handle, CURLOPT_ERRORBUFFER, message);
    const CURLcode code = curl_easy_perform(state_->handle);
    curl_easy_setopt(state_->handle, CURLOPT_ERRORBUFFER, nullptr);
    if (transfer.exception || transfer.is_refused) return transfer.head;
    if (transfer.is_stopped) return stopped();
    if (code == CURLE_ABORTED_BY_CALLBACK) return give_up(request, transfer);
    if (transfer.header_bytes > header_limit) {
        return HttpFailure{Kind::too_large, shown_url(request.url) + " answers with over " +
                                                std::to_string(header_limit) + " bytes of headers"};
    }
    if (code != CURLE_OK && !transfer.is_cut) {
        return HttpFailure{kind_of(code), shown_url(request.url) + ": " + explain(code, message)};
    }
    transfer.begin();  // for a response without a body
    return transfer.head;
}

/// The body arrives too slowly, or no more of it.
HttpFailure HttpClient::give_up(const HttpRequest& request, const Transfer& transfer) const {
    const std::string url = shown_url(request.url);
    if (transfer.rate_verdict != RateWatch::Verdict::slow) {
        return {HttpFailure::Kind::timeout, url + ": " + explain(CURLE_OPERATION_TIMEDOUT, "")};
    }
    return {HttpFailure::Kind::slow, url + ": sends fewer than " +
                                         std::to_string(state_->options.least_rate) +
                                         " bytes per second; try again later"};
}

void HttpClient::prepare(const HttpRequest& request, bool is_at_home, Transfer& transfer) {
    CURL* handle = state_->handle;
    curl_easy_reset(handle);
    const auto set = [handle](CURLoption option, auto value) {
        curl_easy_setopt(handle, option, value);
    };
    transfer.request_headers.clear();
    for (const auto& [name, value] : request.headers) {
        transfer.request_headers.add(value.empty() ? name + ";" : name + ": " + value);
    }
    transfer.request_headers.add("Expect:");  // no round trip before a small body
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, state_->options.user_agent.c_str());
    set(CURLOPT_HTTPHEADER, transfer.request_headers.get());
    // .netrc knows hosts alone: a redirect to plain http would show its password to everybody.
    set(CURLOPT_NETRC,
        static_cast<long>(is_at_home && state_->options.uses_netrc ? CURL_NETRC_OPTIONAL
                                                                   : CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // of a proxy
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(state_->options.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);  // before the body; RateWatch watches the rest
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(state_->options.stall_timeout.count()));
    if (request.timeout) set(CURLOPT_TIMEOUT, static_cast<long>(request.timeout->count()));
    trust_own_certificates(handle);
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
}

}  // namespace onnxhub
