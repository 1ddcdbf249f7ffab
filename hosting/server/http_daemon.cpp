// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/http_daemon.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/tcp.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/user_error.h"
#include "hosting/server/allowed_hosts.h"
#include "hosting/server/contents.h"
#include "hosting/server/http_response.h"
#include "hosting/server/request_head.h"

namespace onnxhub {
namespace {

constexpr int most_waits = 4;               // of one request, for what is prepared
constexpr const char* retry_seconds = "5";  // until a busy server is asked again

constexpr const char* methods = "GET, HEAD, OPTIONS";
/// Of a catalog page that the hub holds as a file, as exported hubs do: its own scripts alone run.
constexpr const char* page_sandbox =
    "sandbox allow-scripts allow-same-origin allow-downloads allow-popups "
    "allow-popups-to-escape-sandbox";

constexpr const char* tls_versions = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

#if MHD_VERSION >= 0x00097701
constexpr MHD_OptionItem strictness = {MHD_OPTION_CLIENT_DISCIPLINE_LVL, 3, nullptr};
#else
// What it would refuse more strictly it refuses without an answer, or with two.
constexpr MHD_OptionItem strictness = {MHD_OPTION_STRICT_FOR_CLIENT, 0, nullptr};
#endif

/// What is known of a request while it is answered.
struct Request {
    std::string_view raw_target;  ///< where libmicrohttpd has it, until the head was looked at
    std::string target;           ///< as it came
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::string method = "-";
    std::string version = "-";
    bool is_complete = false;  ///< its head was seen
    int status = 0;
    std::uint64_t bytes = 0;
    int waits = 0;                               ///< for what was prepared
    Prepared prepared = {};                      ///< what it waited for last
    std::shared_ptr<const void> held = nullptr;  ///< what is sent, until it is

    /// What was prepared as `key`; null for anything else.
    template <class T>
    std::shared_ptr<const T> prepared_as(const std::string& key) const {
        if (prepared.key != key) return nullptr;
        return std::static_pointer_cast<const T>(prepared.result);
    }

    /// As far as it was understood, for the log.
    std::string line() const {
        return target.empty() ? "-" : method + " " + target + " " + version;
    }
};

std::optional<std::string> header_of(MHD_Connection* connection, const char* name) {
    const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value ? std::optional<std::string>(value) : std::nullopt;
}

bool accepts_gzip(MHD_Connection* connection) {
    const auto accepted = header_of(connection, "Accept-Encoding");
    return accepted && accepts_coding(*accepted, "gzip");
}

/// In a time that doesn't tell where they differ.
bool is_equal(const std::string& one, const std::string& other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string address_of(MHD_Connection* connection) {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info && info->client_addr ? shown_address(info->client_addr) : "-";
}

RequestHead head_of(MHD_Connection* connection, const char* method, std::string_view target,
                    const char* version) {
    RequestHead head{method, target, version, {}};
    head.fields.reserve(16);
    const auto add = [](void* fields, MHD_ValueKind, const char* name, std::size_t name_size,
                        const char* value, std::size_t value_size) {
        static_cast<decltype(head.fields)*>(fields)->emplace_back(
            std::string_view(name, name_size), std::string_view(value, value_size));
        return MHD_YES;
    };
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, add, &head.fields);
    return head;
}

/// Version 0.9.75 takes folded lines, bare LF and NULs as if they were in order, and leaves the
/// head where it came. Later ones refuse them at the strictness asked for.
bool is_well_formed(const RequestHead& head, std::size_t bytes) {
#if MHD_VERSION >= 0x00097701
    static_cast<void>(head), static_cast<void>(bytes);
    return true;
#else
    return is_laid_out_as_sent(head, bytes);
#endif
}

bool has_content(MHD_Connection* connection) {
    return header_of(connection, "Content-Length").value_or("0") != "0" ||
           header_of(connection, "Transfer-Encoding");
}

/// The catalog page. It may be made while its daemon ends.
struct IndexPage {
    explicit IndexPage(std::function<std::string()> maker) : make(std::move(maker)) {}

    const std::function<std::string()> make;
    std::mutex mutex;
    std::shared_ptr<const std::string> html;  ///< null: none so far
    std::optional<std::string> manifest;      ///< ETag of the one it was made for

    /// Where that fails the last one stays.
    void make_for(const std::string& etag) {
        std::string made = make();
        const std::lock_guard lock(mutex);
        if (!made.empty()) html = std::make_shared<const std::string>(std::move(made));
        manifest = etag;
    }
};

/// Whether everyone who reaches the server may read the hub, pages of other web sites too.
bool is_public(const ServerOptions& options) {
    return options.is_public || (!options.token && !is_loopback_address(options.bind_address));
}

AllowedHosts hosts_of(const ServerOptions& options) {
    if (is_public(options)) return AllowedHosts::any();
    return {options.bind_address, options.host_names};
}

}  // namespace

struct HttpDaemon::State {
    State(ServedHub& served_hub, ServerOptions server_options, ServerStats& shared,
          Contents& shared_contents)
        : hub(served_hub),
          options(std::move(server_options)),
          stats(shared),
          contents(shared_contents),
          is_open_to_all(is_public(options)),
          hosts(hosts_of(options)),
          page(std::make_shared<IndexPage>(options.index_page)),
          ready(contents.memory.limit() / 4) {}

    ServedHub& hub;
    ServerOptions options;
    ServerStats& stats;
    Contents& contents;
    const bool is_open_to_all;
    const AllowedHosts hosts;
    std::shared_ptr<IndexPage> page;
    MHD_Daemon* daemon = nullptr;
    std::atomic<unsigned> connections{0};
    ResponseCache ready;

    void add_common_headers(Response& response) const {
        response.header("Server", "onnxhub");
        response.header("X-Content-Type-Options", "nosniff");
        if (!is_open_to_all) return response.header("Cross-Origin-Resource-Policy", "same-origin");
        response.header("Access-Control-Allow-Origin", "*");
        response.header("Access-Control-Expose-Headers",
                        "ETag, Content-Length, Accept-Ranges, Content-Range, Onnx-Hub-Commit");
    }

    /// For every response but the ready ones.
    void send(MHD_Connection* connection, Request& request, int status, Response response,
              std::uint64_t bytes) {
        add_common_headers(response);
        request.status = status;
        request.bytes = request.method == "HEAD" ? 0 : bytes;
        MHD_queue_response(connection, static_cast<unsigned>(status), response.get());
    }

    void send_text(MHD_Connection* connection, Request& request, int status,
                   const std::string& text) {
        Response response = text_response(text + "\n", "text/plain; charset=utf-8");
        if (status == 401) response.header("WWW-Authenticate", "Bearer realm=\"onnxhub\"");
        if (status == 405) response.header("Allow", methods);
        if (status == 503) response.header("Retry-After", retry_seconds);
        send(connection, request, status, std::move(response), text.size() + 1);
    }

    bool is_allowed(MHD_Connection* connection) const {
        if (!options.token) return true;
        const std::string given = header_of(connection, "Authorization").value_or("");
        constexpr std::string_view scheme = "bearer ";
        if (strncasecmp(given.c_str(), scheme.data(), scheme.size()) != 0) return false;
        const std::size_t at = given.find_first_not_of(' ', scheme.size());
        return at != given.npos && is_equal(given.substr(at), *options.token);
    }

    /// Browsers name what they were sent to; HTTP/1.0 need not, and no browser speaks it.
    bool is_addressed(MHD_Connection* connection) const {
        const auto host = header_of(connection, "Host");
        return !host || hosts.allows(*host);
    }

    void answer(MHD_Connection* connection, Request& request) {
        const std::string_view target(request.target);
        const auto path = decode_path(target.substr(0, target.find('?')));
        if (path == "/healthz") return send_text(connection, request, 200, "ok");
        if (!is_addressed(connection)) {
            return send_text(connection, request, 421,
                             "this server does not answer for this host name; its operator can "
                             "add the name with --host-name");
        }
        if (request.method == "OPTIONS") return answer_options(connection, request);
        if (request.method != "GET" && request.method != "HEAD") {
            return send_text(connection, request, 405, "only GET, HEAD and OPTIONS are answered");
        }
        if (!is_allowed(connection)) {
            return send_text(connection, request, 401, "a token is needed: Authorization: Bearer");
        }
        if (path == "/metrics") {
            const std::string text = stats.metrics.text() + contents.metrics();
            return send(connection, request, 200, text_response(text, "text/plain; version=0.0.4"),
                        text.size());
        }
        if (!path) return send_text(connection, request, 400, "this path can't be used");
        if (const auto failure = std::exchange(request.prepared.failure, std::nullopt)) {
            return send_text(connection, request, failure->status, failure->reason);
        }
        answer_path(connection, request, *path == "/" ? "/index.html" : *path, *path == "/");
    }

    void answer_path(MHD_Connection* connection, Request& request, const std::string& path,
                     bool is_root) {
        Served served = hub.open(path);
        if (const auto* missing = std::get_if<NotServed>(&served)) {
            if (is_root && options.index_page) return answer_page(connection, request, *missing);
            return send_text(connection, request, missing->status, missing->reason);
        }
        auto& file = std::get<ServedFile>(served);
        if (file.identity.etag.empty()) {
            return wait_for(connection, request, "hash " + path, [&hub = hub, path] {
                hub.learn_etag(path);
                return nullptr;
            });
        }
        if (path == "/index.html" && !options.page_policy.empty()) {
            file.policy = std::string(page_sandbox) + "; " + options.page_policy;
        }
        send_file(connection, request, std::move(file));
    }

    void answer_readably(MHD_Connection* connection, Request& request) {
        try {
            answer(connection, request);
        } catch (const UserError&) {
            send_text(connection, request, 500, "the file can't be read");
        }
    }

    /// What browsers ask before a page of another origin may read (CORS).
    void answer_options(MHD_Connection* connection, Request& request) {
        Response response = text_response("", "text/plain");
        response.header("Allow", methods);
        if (is_open_to_all) {
            response.header("Access-Control-Allow-Methods", methods);
            response.header("Access-Control-Allow-Headers",
                            "Authorization, Range, If-None-Match, If-Range");
            response.header("Access-Control-Max-Age", "86400");
        }
        send(connection, request, 204, std::move(response), 0);
    }

    /// The request is answered when `work` was done, from its beginning on.
    void wait_for(MHD_Connection* connection, Request& request, const std::string& key,
                  Preparations::Work work) {
        if (++request.waits > most_waits) {
            return send_text(connection, request, 503, "the file is changing; try again");
        }
        const auto resume = [connection, &request](Prepared prepared) {
            request.prepared = std::move(prepared);
            MHD_resume_connection(connection);  // the last use of the request: it may be gone now
        };
        MHD_suspend_connection(connection);
        if (contents.preparations.start(this, key, std::move(work), resume)) return;
        resume({key, nullptr, NotServed{503, "the server ends; try again"}});
    }

    void send_file(MHD_Connection* connection, Request& request, ServedFile file) {
        const ConditionalHeaders headers{
            header_of(connection, "If-Match"),      header_of(connection, "If-Unmodified-Since"),
            header_of(connection, "If-None-Match"), header_of(connection, "If-Modified-Since"),
            header_of(connection, "If-Range"),      header_of(connection, "Range")};
        if (is_packed_kind(file.content_type) && !headers.range &&
            file.identity.size_bytes <= contents.largest_packed() && accepts_gzip(connection)) {
            return send_packed(connection, request, headers, std::move(file));
        }
        const ReplyPlan plan = plan_reply(headers, file.identity);
        send_planned(connection, request, plan, std::move(file));
    }

    /// As gzip, where that is known before or is to be sent; HEAD makes none.
    void send_packed(MHD_Connection* connection, Request& request,
                     const ConditionalHeaders& headers, ServedFile file) {
        const FileIdentity identity = packed_identity(file.identity);
        const ReplyPlan plan = plan_reply(headers, identity);
        const std::string key = "gzip " + file.identity.etag;
        std::shared_ptr<const std::string> text;
        if (plan.status == 200) {
            text = contents.packed.find(file.identity.etag);
            if (!text) text = request.prepared_as<std::string>(key);
            const bool is_impossible = !text && request.prepared.key == key;
            if (!text && (request.method == "HEAD" || is_impossible)) {
                const ReplyPlan plain = plan_reply(headers, file.identity);
                return send_planned(connection, request, plain, std::move(file));
            }
            if (!text) {
                const auto shared = std::make_shared<const ServedFile>(std::move(file));
                return wait_for(connection, request, key, [&contents = contents, shared] {
                    return contents.packed_file(*shared);
                });
            }
        }
        file.identity = identity;
        if (text) file.identity.size_bytes = text->size();
        file.text = std::move(text);
        file.file = OpenFile();
        send_planned(connection, request, plan, std::move(file));
    }

    void send_planned(MHD_Connection* connection, Request& request, const ReplyPlan& plan,
                      ServedFile file) {
        if (plan.status == 200 && file.identity.size_bytes <= small_file) {
            return send_small(connection, request, std::move(file));
        }
        const bool has_content = plan.status == 200 || plan.status == 206;
        if (has_content && request.method != "HEAD" && !fill(connection, request, file)) return;
        std::uint64_t bytes = plan.status == 200 ? file.identity.size_bytes : 0;
        for (const ByteRange& range : plan.ranges) bytes += range.size_bytes();
        send(connection, request, plan.status, file_response(plan, std::move(file)), bytes);
    }

    /// Gives the file its content. False: it is not there now, and the request waits or is
    /// answered.
    bool fill(MHD_Connection* connection, Request& request, ServedFile& file) {
        if (!file.blob || file.text) return true;
        const std::string key = "blob " + file.identity.etag;
        auto held = request.prepared_as<HeldContent>(key);
        if (!held) held = contents.blobs.find(file.blob->id);
        if (!held) {
            const auto inflate = [&contents = contents, blob = *file.blob,
                                  size = file.identity.size_bytes] {
                return contents.blobs.inflate(blob, size);
            };
            wait_for(connection, request, key, inflate);
            return false;
        }
        if (held->file.get() < 0) {
            file.text = {held, &held->text};
            return true;
        }
        file.file = OpenFile(fcntl(held->file.get(), F_DUPFD_CLOEXEC, 0));
        request.held = held;
        if (file.file.get() >= 0) return true;
        send_text(connection, request, 503, "too many files are open here; try again");
        return false;
    }

    /// The whole of a small file: its response is made once, and sent with its headers from memory
    /// in one piece; from its file where memory is short.
    void send_small(MHD_Connection* connection, Request& request, ServedFile file) {
        const std::uint64_t size = file.identity.size_bytes;
        const std::string key =
            fmt::format("{} {} {} {} {}", file.identity.etag, file.identity.last_modified,
                        file.content_type, file.commit.value_or("-"), file.policy);
        const bool is_head = request.method == "HEAD";
        request.status = 200;
        request.bytes = is_head ? 0 : size;
        if (ready.send(connection, key)) return;
        request.status = 0;
        if (!is_head && !fill(connection, request, file)) return;
        if (!is_head && !file.text) {
            file.text = held_text(contents.memory, read_whole_file(file));
        }
        const bool is_in_memory = file.text != nullptr;
        Response response = file_response({200}, std::move(file));
        if (!is_in_memory) return send(connection, request, 200, std::move(response), size);
        add_common_headers(response);
        request.status = 200;
        MHD_queue_response(connection, 200, response.get());
        ready.keep(key, std::move(response), size);
    }

    /// Nothing when no manifest is served.
    std::optional<std::string> manifest_etag() {
        const std::string path = "/ONNX_HUB_MANIFEST.json";
        for (int time = 0; time < 2; ++time) {
            const Served manifest = hub.open(path);
            const auto* file = std::get_if<ServedFile>(&manifest);
            if (!file) return std::nullopt;
            if (!file->identity.etag.empty()) return file->identity.etag;
            hub.learn_etag(path);
        }
        return std::nullopt;
    }

    /// Made again when the manifest is another one.
    void answer_page(MHD_Connection* connection, Request& request, const NotServed& missing) {
        const auto etag = manifest_etag();
        ServedFile file;
        bool is_new = false;
        {
            const std::lock_guard lock(page->mutex);
            is_new = etag && etag != page->manifest;
            if (etag) file.text = page->html;
        }
        if (is_new) {
            const std::string key = fmt::format("page {} {}", fmt::ptr(page.get()), *etag);
            return wait_for(connection, request, key, [page = page, etag = *etag] {
                page->make_for(etag);
                return nullptr;
            });
        }
        if (!file.text) return send_text(connection, request, missing.status, missing.reason);
        file.identity = {'"' + to_hex(sha256_of(*file.text)) + '"', 0, file.text->size()};
        file.content_type = content_type_of("index.html");
        file.policy.clear();
        send_file(connection, request, std::move(file));
    }

    void log(MHD_Connection* connection, const Request& request) {
        stats.record({address_of(connection), request.line(), request.status, request.bytes,
                      header_of(connection, "Referer").value_or("-"),
                      header_of(connection, "User-Agent").value_or("-"),
                      std::chrono::steady_clock::now() - request.start});
    }

    static void* on_target(void*, const char* target, MHD_Connection*) {
        auto* request = new (std::nothrow) Request;
        if (request && target) request->raw_target = target;
        if (request) request->target = request->raw_target;
        return request;
    }

    static MHD_Result on_request(void* self, MHD_Connection* connection, const char*,
                                 const char* method, const char* version, const char*,
                                 std::size_t* upload_bytes, void** context) {
        auto* request = static_cast<Request*>(*context);
        if (!request) return MHD_NO;
        if (request->status != 0) return MHD_YES;  // answered
        *upload_bytes = 0;
        try {
            State& state = *static_cast<State*>(self);
            if (!std::exchange(request->is_complete, true)) {
                return state.on_head(connection, *request, method, version);
            }
            state.answer_readably(connection, *request);
            return MHD_YES;
        } catch (const std::exception&) {
            return MHD_NO;  // the connection is closed
        }
    }

    /// An answer at this time closes the connection where content was announced.
    MHD_Result on_head(MHD_Connection* connection, Request& request, const char* method,
                       const char* version) {
        ServedConnection& client = client_of(connection);
        client.end_wait();
        request.method = method;
        request.version = version;
        const auto* info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
        const std::size_t bytes = info ? info->header_size : 0;
        client.head_bytes += bytes;
        RequestHead head = head_of(connection, method, request.raw_target, version);
        const bool is_sound = is_well_formed(head, bytes);
        head.target = request.target;  // where it lay it has been decoded since
        std::optional<HeadFlaw> flaw = flaw_of(head);
        if (!flaw && !is_sound) flaw = {400, "the request is malformed"};
        if (!flaw && has_content(connection))
            flaw = {405, "only GET, HEAD and OPTIONS are answered"};
        if (!flaw) return MHD_YES;
        client.is_refused = true;
        Response response = text_response(flaw->reason + "\n", "text/plain; charset=utf-8");
        response.header("Connection", "close");
        if (flaw->status == 405) response.header("Allow", methods);
        send(connection, request, flaw->status, std::move(response), flaw->reason.size() + 1);
        return MHD_YES;
    }

    static void on_end(void* self, MHD_Connection* connection, void** context,
                       MHD_RequestTerminationCode code) {
        const std::unique_ptr<Request> request(static_cast<Request*>(*context));
        *context = nullptr;
        if (!request) return;
        ServedConnection& client = client_of(connection);
        ++client.requests;
        if (request->status == 0) {  // refused by libmicrohttpd itself, or cut before its end
            client.is_refused = true;
            const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
            const bool is_late = code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED;
            request->status = info ? static_cast<int>(info->http_status) : is_late ? 408 : 400;
        }
        try {
            static_cast<State*>(self)->log(connection, *request);
        } catch (const std::exception&) {
        }
        client.begin_wait();
    }

    static ServedConnection& client_of(MHD_Connection* connection) {
        const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        return *static_cast<ServedConnection*>(info->socket_context);
    }

    static void on_connection(void* self, MHD_Connection* connection, void** context,
                              MHD_ConnectionNotificationCode code) {
        State& state = *static_cast<State*>(self);
        if (code == MHD_CONNECTION_NOTIFY_STARTED) {
            const auto* address =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
            const auto* fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
            *context = &state.stats.connections.add(fd->connect_fd, address->client_addr, self);
            return;
        }
        auto* client = static_cast<ServedConnection*>(*context);
        try {
            state.log_if_unanswered(connection, *client);
        } catch (const std::exception&) {
        }
        state.stats.connections.remove(*client);
        --state.connections;
    }

    /// What libmicrohttpd refuses by its first line is never told to this program otherwise.
    void log_if_unanswered(MHD_Connection* connection, const ServedConnection& client) {
        tcp_info info = {};
        socklen_t size = sizeof info;
        if (client.is_refused || getsockopt(client.fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
            return;
        }
        constexpr std::uint64_t end = 1;  // a FIN counts as a byte
        const bool has_more = info.tcpi_bytes_received > client.head_bytes + end;
        if (!has_more || (options.identity && client.requests > 0)) return;
        Request request;
        request.status = client.waited() >= options.idle_time ? 408 : 400;
        log(connection, request);
    }

    void start() {
        const unsigned threads =
            std::max(1u, options.threads ? options.threads : std::thread::hardware_concurrency());
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.idle_time);
        std::vector<MHD_OptionItem> items = {
            {MHD_OPTION_CONNECTION_MEMORY_LIMIT,
             static_cast<intptr_t>(options.header_bytes + 16 * 1024), nullptr},
            // ConnectionTracker count; each thread has an equal part of this limit and may get more
            // of them.
            {MHD_OPTION_CONNECTION_LIMIT, intptr_t{options.connections} * threads, nullptr},
            {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(seconds.count()), nullptr},
            strictness,
            {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<intptr_t>(&on_target), nullptr},
            {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<intptr_t>(&on_end), this},
            {MHD_OPTION_NOTIFY_CONNECTION, reinterpret_cast<intptr_t>(&on_connection), this},
        };
        if (threads > 1) {
            items.push_back({MHD_OPTION_THREAD_POOL_SIZE, static_cast<intptr_t>(threads), nullptr});
        }
        unsigned flags =
            MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
        if (options.identity) {
            flags |= MHD_USE_TLS;
            items.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, options.identity->certificate.data()});
            items.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, options.identity->key.data()});
            items.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(tls_versions)});
        }
        items.push_back({MHD_OPTION_END, 0, nullptr});
        daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, this, MHD_OPTION_ARRAY,
                                  items.data(), MHD_OPTION_END);
    }
};

HttpDaemon::HttpDaemon(ServedHub& hub, const ServerOptions& options, ServerStats& stats,
                       Contents& contents)
    : state_(std::make_unique<State>(hub, options, stats, contents)) {
    state_->start();
    if (state_->daemon) {
        contents.preparations.add_owner(state_.get());
        return;
    }
    throw UserError(options.identity
                        ? "the server can't be started; are certificate and key PEM files "
                          "that belong together?"
                        : "the server can't be started; are there too many open files?");
}

HttpDaemon::~HttpDaemon() {
    state_->contents.preparations.remove_owner(state_.get());  // no connection may be suspended
    MHD_stop_daemon(state_->daemon);
}

void HttpDaemon::take(int fd, const sockaddr* address, socklen_t size) {
    ++state_->connections;
    if (MHD_add_connection(state_->daemon, fd, address, size) == MHD_YES) return;
    state_->stats.connections.dismiss(ConnectionTracker::address_of(address));
    --state_->connections;
}

unsigned HttpDaemon::connections() const {
    return state_->connections;
}

void HttpDaemon::end_waiting() {
    state_->stats.connections.end_waiting(state_.get());
}

}  // namespace onnxhub
