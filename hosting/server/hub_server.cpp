// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/hub_server.h"

#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "hosting/server/metrics.h"
#include "manifest/digest.h"
#include "manifest/environment_error.h"
#include "manifest/gzip.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_compressed = 64 << 20;  // bytes, of JSON that is sent as gzip
constexpr std::uint64_t small_file = 1 << 20;           // bytes, of files that are kept in memory
constexpr std::size_t most_compressed = 32;             // files that are kept compressed

/// What is known of a request while it is answered.
struct Request {
    std::string target;  ///< as it came
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::string method = "-";
    bool is_complete = false;  ///< its headers were seen, and there is no body
    int status = 0;
    std::uint64_t bytes = 0;
};

class Response {
public:
    explicit Response(MHD_Response* response) : response_(response) {}
    Response(Response&& other) noexcept : response_(std::exchange(other.response_, nullptr)) {}
    ~Response() {
        if (response_) MHD_destroy_response(response_);
    }

    void header(const char* name, const std::string& value) {
        MHD_add_response_header(response_, name, value.c_str());
    }
    MHD_Response* get() const { return response_; }

private:
    MHD_Response* response_;
};

Response text_response(const std::string& text, const char* type) {
    Response response(MHD_create_response_from_buffer(text.size(), const_cast<char*>(text.data()),
                                                      MHD_RESPMEM_MUST_COPY));
    response.header("Content-Type", type);
    return response;
}

/// Several ranges of a file, with the lines between them: multipart/byteranges (RFC 9110, 14.6).
struct Multipart {
    struct Part {
        std::string head;
        ByteRange range;
    };
    std::vector<Part> parts;
    std::string end;
    ServedFile file;

    std::uint64_t size() const {
        std::uint64_t bytes = end.size();
        for (const Part& part : parts) bytes += part.head.size() + part.range.size_bytes();
        return bytes;
    }

    /// Copies from `offset` of the whole on; at least one byte, or -1.
    ssize_t read(std::uint64_t offset, char* into, std::size_t room) const {
        for (const Part& part : parts) {
            if (offset < part.head.size()) {
                return copy(part.head, offset, into, room);
            }
            offset -= part.head.size();
            if (offset < part.range.size_bytes()) {
                return read_file(part.range.first + offset, into,
                                 std::min<std::uint64_t>(room, part.range.size_bytes() - offset));
            }
            offset -= part.range.size_bytes();
        }
        return offset < end.size() ? copy(end, offset, into, room) : -1;
    }

private:
    static ssize_t copy(const std::string& text, std::uint64_t offset, char* into,
                        std::size_t room) {
        const std::size_t count = std::min<std::size_t>(room, text.size() - offset);
        std::memcpy(into, text.data() + offset, count);
        return static_cast<ssize_t>(count);
    }

    ssize_t read_file(std::uint64_t offset, char* into, std::size_t count) const {
        if (file.text) return copy(*file.text, offset, into, count);
        const ssize_t got = pread(file.file.get(), into, count, static_cast<off_t>(offset));
        return got > 0 ? got : -1;
    }
};

constexpr const char* boundary = "onnxhub-7d1a6f0c2b9e4853";

Response multipart_response(ServedFile file, const std::vector<ByteRange>& ranges) {
    auto body = std::make_unique<Multipart>();
    for (const ByteRange& range : ranges) {
        body->parts.push_back(
            {fmt::format("\r\n--{}\r\nContent-Type: {}\r\nContent-Range: bytes {}-{}/{}\r\n\r\n",
                         boundary, file.content_type, range.first, range.last,
                         file.identity.size_bytes),
             range});
    }
    body->end = fmt::format("\r\n--{}--\r\n", boundary);
    body->file = std::move(file);
    const std::uint64_t size = body->size();
    const auto read = [](void* self, std::uint64_t offset, char* into, std::size_t room) {
        return static_cast<Multipart*>(self)->read(offset, into, room);
    };
    const auto free = [](void* self) { delete static_cast<Multipart*>(self); };
    Response response(
        MHD_create_response_from_callback(size, 64 * 1024, read, body.release(), free));
    response.header("Content-Type", std::string("multipart/byteranges; boundary=") + boundary);
    return response;
}

/// `count` bytes of the file from `offset` on. Of files on disk the kernel sends them (sendfile).
Response part_response(ServedFile file, std::uint64_t offset, std::uint64_t count) {
    if (file.text) {
        using Text = std::shared_ptr<const std::string>;
        auto* kept = new Text(file.text);
        const auto free = [](void* text) { delete static_cast<Text*>(text); };
        return Response(MHD_create_response_from_buffer_with_free_callback_cls(
            count, const_cast<char*>((*kept)->data()) + offset, free, kept));
    }
    return Response(MHD_create_response_from_fd_at_offset64(count, file.file.release(), offset));
}

std::string read_whole_file(const ServedFile& file) {
    if (file.text) return *file.text;
    std::string text(file.identity.size_bytes, '\0');
    const ssize_t count = pread(file.file.get(), text.data(), text.size(), 0);
    return count == static_cast<ssize_t>(text.size()) ? text : "";
}

/// Packed JSON and pages, by what they are, so that each is packed once.
class PackedFiles {
public:
    std::shared_ptr<const std::string> of(const ServedFile& file) {
        const std::lock_guard lock(mutex_);
        for (auto it = files_.begin(); it != files_.end(); ++it) {
            if (it->first != file.identity.etag) continue;
            files_.splice(files_.begin(), files_, it);
            return it->second;
        }
        auto packed = std::make_shared<const std::string>(gzip(read_whole_file(file), 6));
        files_.emplace_front(file.identity.etag, packed);
        if (files_.size() > most_compressed) files_.pop_back();
        return packed;
    }

private:
    std::mutex mutex_;
    std::list<std::pair<std::string, std::shared_ptr<const std::string>>> files_;
};

/// Small files whole, with their headers, to be sent again as they are.
class ReadyResponses {
public:
    ~ReadyResponses() { clear(); }

    /// Returns whether there was one.
    bool send(MHD_Connection* connection, const std::string& key) {
        const std::lock_guard lock(mutex_);
        const auto found = responses_.find(key);
        if (found == responses_.end()) return false;
        MHD_queue_response(connection, 200, found->second.get());
        return true;
    }

    void keep(const std::string& key, Response response) {
        const std::lock_guard lock(mutex_);
        if (responses_.size() >= most_compressed) clear();
        responses_.emplace(key, std::move(response));
    }

private:
    void clear() { responses_.clear(); }

    std::mutex mutex_;
    std::map<std::string, Response> responses_;
};

std::optional<std::string> header_of(MHD_Connection* connection, const char* name) {
    const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value ? std::optional<std::string>(value) : std::nullopt;
}

/// Whether gzip is named in Accept-Encoding and not refused by "q=0".
bool accepts_gzip(MHD_Connection* connection) {
    const std::string accepted = header_of(connection, "Accept-Encoding").value_or("");
    const std::size_t at = accepted.find("gzip");
    if (at == accepted.npos) return false;
    const std::string rest = accepted.substr(at, accepted.find(',', at) - at);
    return rest.find("q=0") == rest.npos || rest.find("q=0.") != rest.npos;
}

bool is_packed_kind(const std::string& type) {
    return type == "application/json" || type.starts_with("text/");
}

/// In a time that doesn't tell where they differ.
bool is_equal(const std::string& one, const std::string& other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

/// For a log: what could end or forge a line, or move a terminal's cursor, is escaped.
std::string loggable(std::string_view text) {
    std::string safe;
    for (const char c : text.substr(0, 2000)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\') {
            safe += fmt::format("\\x{:02x}", byte);
        } else {
            safe += c;
        }
    }
    return safe;
}

std::string address_of(MHD_Connection* connection) {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char host[NI_MAXHOST] = "-";
    if (info && info->client_addr) {
        getnameinfo(info->client_addr, sizeof(sockaddr_storage), host, sizeof host, nullptr, 0,
                    NI_NUMERICHOST);
    }
    return host;
}

/// A socket that listens. Throws EnvironmentError. With `shares_port` another of this user may take
/// over later.
int listen_on(const std::string& address, std::uint16_t port, bool shares_port) {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string service = std::to_string(port);
    const std::string shown = address + ":" + service;
    if (getaddrinfo(address.c_str(), service.c_str(), &hints, &found) != 0) {
        throw EnvironmentError(address + ": is no IP address; name one with --bind");
    }
    const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shares_port) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    const bool is_bound =
        fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 4096) == 0;
    const int error = errno;
    freeaddrinfo(found);
    if (is_bound) return fd;
    if (fd >= 0) close(fd);
    throw EnvironmentError(shown + ": can't be listened on (" + std::strerror(error) +
                           "); choose another --port or --bind");
}

std::uint16_t port_of(int fd) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                     : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

}  // namespace

struct HubServer::State {
    State(ServedHub& served_hub, ServerOptions server_options)
        : hub(served_hub), options(std::move(server_options)) {
        if (options.index_page.empty()) return;
        index_page = std::make_shared<const std::string>(std::move(options.index_page));
    }

    ServedHub& hub;
    ServerOptions options;
    std::shared_ptr<const std::string> index_page;  ///< null: none
    MHD_Daemon* daemon = nullptr;
    int socket = -1;
    std::uint16_t port = 0;
    Metrics metrics;
    PackedFiles packed;
    ReadyResponses ready;
    std::mutex log_mutex;

    static void add_common_headers(Response& response) {
        response.header("Server", "onnxhub");
        response.header("Access-Control-Allow-Origin", "*");
        response.header("X-Content-Type-Options", "nosniff");
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
        if (status == 405) response.header("Allow", "GET, HEAD, OPTIONS");
        send(connection, request, status, std::move(response), text.size() + 1);
    }

    bool is_allowed(MHD_Connection* connection) const {
        if (!options.token) return true;
        const std::string given = header_of(connection, "Authorization").value_or("");
        return is_equal(given, "Bearer " + *options.token);
    }

    void answer(MHD_Connection* connection, Request& request) {
        const std::string_view target(request.target);
        const auto path = decode_path(target.substr(0, target.find('?')));
        if (path == "/healthz") return send_text(connection, request, 200, "ok");
        if (request.method == "OPTIONS") return answer_options(connection, request);
        if (request.method != "GET" && request.method != "HEAD") {
            return send_text(connection, request, 405, "only GET, HEAD and OPTIONS are answered");
        }
        if (!is_allowed(connection)) {
            return send_text(connection, request, 401, "a token is needed: Authorization: Bearer");
        }
        if (path == "/metrics") {
            const std::string text = metrics.text();
            return send(connection, request, 200, text_response(text, "text/plain; version=0.0.4"),
                        text.size());
        }
        if (!path) return send_text(connection, request, 400, "this path can't be used");
        Served served = hub.open(*path == "/" ? "/index.html" : *path);
        if (const auto* missing = std::get_if<NotServed>(&served)) {
            if (path == "/" && index_page) return send_file(connection, request, page());
            return send_text(connection, request, missing->status, missing->reason);
        }
        send_file(connection, request, std::get<ServedFile>(std::move(served)));
    }

    /// What browsers ask before a page of another origin may read (CORS).
    void answer_options(MHD_Connection* connection, Request& request) {
        Response response = text_response("", "text/plain");
        response.header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
        response.header("Access-Control-Allow-Headers",
                        "Authorization, Range, If-None-Match, If-Range");
        response.header("Access-Control-Max-Age", "86400");
        send(connection, request, 204, std::move(response), 0);
    }

    void send_file(MHD_Connection* connection, Request& request, ServedFile file) {
        const ConditionalHeaders headers{
            header_of(connection, "If-Match"),      header_of(connection, "If-Unmodified-Since"),
            header_of(connection, "If-None-Match"), header_of(connection, "If-Modified-Since"),
            header_of(connection, "If-Range"),      header_of(connection, "Range")};
        if (is_packed_kind(file.content_type) && !headers.range &&
            file.identity.size_bytes <= largest_compressed && accepts_gzip(connection)) {
            file = pack(std::move(file));
        }
        const ReplyPlan plan = plan_reply(headers, file.identity);
        if (plan.status == 200 && file.identity.size_bytes <= small_file) {
            return send_small(connection, request, std::move(file));
        }
        std::uint64_t bytes = plan.status == 200 ? file.identity.size_bytes : 0;
        for (const ByteRange& range : plan.ranges) bytes += range.size_bytes();
        send(connection, request, plan.status, response_with_headers(plan, std::move(file)), bytes);
    }

    /// The whole of a small file: its response is made once, and sent with its headers from memory
    /// in one piece.
    void send_small(MHD_Connection* connection, Request& request, ServedFile file) {
        const std::uint64_t size = file.identity.size_bytes;
        const std::string key = fmt::format("{} {} {}", file.identity.etag,
                                            file.identity.last_modified, file.content_type);
        request.status = 200;
        request.bytes = request.method == "HEAD" ? 0 : size;
        if (ready.send(connection, key)) return;
        if (!file.text) file.text = std::make_shared<const std::string>(read_whole_file(file));
        const bool has_shrunk = file.text->size() != size;
        if (has_shrunk) return send_text(connection, request, 500, "the file is changing");
        Response response = response_with_headers({200}, std::move(file));
        add_common_headers(response);
        MHD_queue_response(connection, 200, response.get());
        ready.keep(key, std::move(response));
    }

    static Response response_with_headers(const ReplyPlan& plan, ServedFile file) {
        const FileIdentity identity = file.identity;
        const bool is_packed = identity.etag.ends_with("-gzip\"");
        const bool varies = is_packed_kind(file.content_type);
        Response response = response_of(plan, std::move(file));
        response.header("ETag", identity.etag);
        if (identity.last_modified > 0) {
            response.header("Last-Modified", http_date(identity.last_modified));
        }
        response.header("Accept-Ranges", "bytes");
        response.header("Cache-Control", "no-cache");  // ask by ETag
        if (varies) response.header("Vary", "Accept-Encoding");
        if (is_packed) response.header("Content-Encoding", "gzip");
        return response;
    }

    ServedFile page() const {
        ServedFile file;
        file.identity = {'"' + to_hex(sha256_of(*index_page)) + '"', 0, index_page->size()};
        file.content_type = content_type_of("index.html");
        file.text = index_page;
        return file;
    }

    ServedFile pack(ServedFile file) {
        auto text = packed.of(file);
        if (text->empty()) return file;
        file.identity.etag.insert(file.identity.etag.size() - 1, "-gzip");
        file.identity.size_bytes = text->size();
        file.text = std::move(text);
        file.file = OpenFile();
        return file;
    }

    static Response response_of(const ReplyPlan& plan, ServedFile file) {
        const std::string type = file.content_type;
        const std::uint64_t size = file.identity.size_bytes;
        if (plan.status == 416) {
            Response response = text_response("the file has no such bytes\n", "text/plain");
            response.header("Content-Range", fmt::format("bytes */{}", size));
            return response;
        }
        if (plan.status == 304 || plan.status == 412) return text_response("", type.c_str());
        if (plan.ranges.size() > 1) return multipart_response(std::move(file), plan.ranges);
        const ByteRange range = plan.ranges.empty() ? ByteRange{0, size - 1} : plan.ranges.front();
        Response response =
            part_response(std::move(file), range.first, size == 0 ? 0 : range.size_bytes());
        response.header("Content-Type", type);
        if (plan.status == 206) {
            response.header("Content-Range",
                            fmt::format("bytes {}-{}/{}", range.first, range.last, size));
        }
        return response;
    }

    void log(MHD_Connection* connection, const Request& request) {
        metrics.count(request.status, request.bytes,
                      std::chrono::steady_clock::now() - request.start);
        if (!options.log) return;
        const std::time_t now = std::time(nullptr);
        const std::string line = fmt::format(
            "{} - - [{:%d/%b/%Y:%H:%M:%S +0000}] \"{} {} HTTP/1.1\" {} {} \"{}\" \"{}\"",
            address_of(connection), fmt::gmtime(now), loggable(request.method),
            loggable(request.target), request.status, request.bytes,
            loggable(header_of(connection, "Referer").value_or("-")),
            loggable(header_of(connection, "User-Agent").value_or("-")));
        const std::lock_guard lock(log_mutex);
        options.log(line);
    }

    static void* on_target(void*, const char* target, MHD_Connection*) {
        auto* request = new (std::nothrow) Request;
        if (request) request->target = target;
        return request;
    }

    static MHD_Result on_request(void* self, MHD_Connection* connection, const char*,
                                 const char* method, const char*, const char*,
                                 std::size_t* upload_bytes, void** context) {
        auto* request = static_cast<Request*>(*context);
        if (!request) return MHD_NO;
        if (request->status != 0) return MHD_YES;  // answered
        // An answer to the first call closes the connection: right for those who send a body.
        const bool has_body =
            MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length") ||
            MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding");
        if (!has_body && !std::exchange(request->is_complete, true)) return MHD_YES;
        *upload_bytes = 0;
        try {
            request->method = method;
            static_cast<State*>(self)->answer(connection, *request);
            return MHD_YES;
        } catch (const std::exception&) {
            return MHD_NO;  // the connection is closed
        }
    }

    static void on_end(void* self, MHD_Connection* connection, void** context,
                       MHD_RequestTerminationCode) {
        const std::unique_ptr<Request> request(static_cast<Request*>(*context));
        *context = nullptr;
        try {
            if (request) static_cast<State*>(self)->log(connection, *request);
        } catch (const std::exception&) {
        }
    }

    void start() {
        const unsigned threads =
            std::max(1u, options.threads ? options.threads : std::thread::hardware_concurrency());
        std::vector<MHD_OptionItem> items = {
            {MHD_OPTION_LISTEN_SOCKET, socket, nullptr},
            {MHD_OPTION_CONNECTION_MEMORY_LIMIT,
             static_cast<intptr_t>(options.header_bytes + 16 * 1024), nullptr},
            {MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(options.connections), nullptr},
            {MHD_OPTION_PER_IP_CONNECTION_LIMIT,
             static_cast<intptr_t>(options.connections_per_address), nullptr},
            {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(options.idle_time.count()),
             nullptr},
            {MHD_OPTION_STRICT_FOR_CLIENT, 1, nullptr},
            {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<intptr_t>(&on_target), nullptr},
            {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<intptr_t>(&on_end), this},
        };
        if (threads > 1) {
            items.push_back({MHD_OPTION_THREAD_POOL_SIZE, static_cast<intptr_t>(threads), nullptr});
        }
        unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
        if (!options.tls_certificate.empty()) {
            flags |= MHD_USE_TLS;
            items.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, options.tls_certificate.data()});
            items.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, options.tls_key.data()});
        }
        items.push_back({MHD_OPTION_END, 0, nullptr});
        daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, this, MHD_OPTION_ARRAY,
                                  items.data(), MHD_OPTION_END);
    }
};

HubServer::HubServer(ServedHub& hub, ServerOptions options)
    : state_(std::make_unique<State>(hub, std::move(options))) {
    state_->socket =
        listen_on(state_->options.bind_address, state_->options.port, state_->options.shares_port);
    state_->port = port_of(state_->socket);
    state_->start();
    if (state_->daemon) return;
    close(state_->socket);
    throw EnvironmentError(state_->options.tls_certificate.empty()
                               ? "the server can't be started; are there too many open files?"
                               : "the server can't be started; are certificate and key PEM files "
                                 "that belong together?");
}

HubServer::~HubServer() {
    if (state_->daemon) MHD_stop_daemon(state_->daemon);
}

std::string HubServer::url() const {
    const ServerOptions& options = state_->options;
    const bool is_ipv6 = options.bind_address.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", options.tls_certificate.empty() ? "http" : "https",
                       is_ipv6 ? "[" : "", options.bind_address, is_ipv6 ? "]" : "", state_->port);
}

std::uint16_t HubServer::port() const {
    return state_->port;
}

void HubServer::drain(std::chrono::seconds limit) {
    const MHD_socket listening = MHD_quiesce_daemon(state_->daemon);
    if (listening != MHD_INVALID_SOCKET) close(listening);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
        const auto* info = MHD_get_daemon_info(state_->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
        if (!info || info->num_connections == 0) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

}  // namespace onnxhub
