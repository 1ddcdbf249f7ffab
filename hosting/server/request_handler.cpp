// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/request_handler.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/digest.h"
#include "base/user_error.h"
#include "hosting/server/served_model.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

constexpr int max_waits = 4;                // of one request, for prepared content
constexpr const char* retry_seconds = "5";  // Retry-After of a busy server

constexpr const char* methods = "GET, HEAD, OPTIONS";
/// For a catalog page that is a file of the hub, as in exported hubs: only its own scripts run.
constexpr const char* page_sandbox =
    "sandbox allow-scripts allow-same-origin allow-downloads allow-popups "
    "allow-popups-to-escape-sandbox";

constexpr std::string_view page_folder = "/catalog/";  // of the files that the page loads

/// In constant time, so that the duration does not reveal where the two differ.
bool is_equal(const std::string& one, const std::string& other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

/// Whether everyone who can reach the server may read the hub, including pages of other web sites.
bool is_public(const ServerOptions& options) {
    return options.is_public || (!options.token && !is_loopback_address(options.bind_address));
}

ConditionalHeaders conditions_of(MHD_Connection* connection) {
    return {header_of(connection, "If-Match"),      header_of(connection, "If-Unmodified-Since"),
            header_of(connection, "If-None-Match"), header_of(connection, "If-Modified-Since"),
            header_of(connection, "If-Range"),      header_of(connection, "Range")};
}

std::string error_json(const std::string& text) {
    return json_text(json_object({{"error", json_string(text)}}),
                     {.indent = 0, .is_ascii = true, .depth = 0});
}

AllowedHosts hosts_of(const ServerOptions& options) {
    if (is_public(options)) return AllowedHosts::any();
    return {options.bind_address, options.host_names};
}

}  // namespace

RequestHandler::RequestHandler(ServedHub& hub, const ServerOptions& options, ServerStats& stats,
                               Contents& contents)
    : hub_(hub),
      options_(options),
      stats_(stats),
      contents_(contents),
      is_open_to_all_(is_public(options)),
      hosts_(hosts_of(options)),
      page_(std::make_shared<IndexPage>(options.page_files)),
      graphs_(std::make_shared<const ModelGraphSource>(options.model_graph)),
      ready_(contents.memory.limit() / 4) {}

void RequestHandler::IndexPage::make_for(const std::string& etag) {
    PageFiles made = make();
    const std::lock_guard lock(mutex);
    if (!made.empty()) files = std::make_shared<const PageFiles>(std::move(made));
    manifest = etag;
}

void RequestHandler::refuse(MHD_Connection* connection, Request& request, const HeadFlaw& flaw) {
    Response response = text_response(flaw.reason + "\n", "text/plain; charset=utf-8");
    response.header("Connection", "close");
    if (flaw.status == 405) response.header("Allow", methods);
    send(connection, request, flaw.status, std::move(response), flaw.reason.size() + 1);
}

void RequestHandler::add_common_headers(Response& response) const {
    response.header("Server", "onnxhub");
    response.header("X-Content-Type-Options", "nosniff");
    if (!is_open_to_all_) return response.header("Cross-Origin-Resource-Policy", "same-origin");
    response.header("Access-Control-Allow-Origin", "*");
    response.header("Access-Control-Expose-Headers",
                    "ETag, Content-Length, Accept-Ranges, Content-Range, Onnx-Hub-Commit");
}

/// For all responses except those in the ResponseCache.
void RequestHandler::send(MHD_Connection* connection, Request& request, int status,
                          Response response, std::uint64_t bytes) {
    add_common_headers(response);
    request.status = status;
    request.bytes = request.method == "HEAD" ? 0 : bytes;
    mhd().queue_response(connection, static_cast<unsigned>(status), response.get());
}

/// As plain text, or as {"error": text} for programs that accept only JSON.
void RequestHandler::send_text(MHD_Connection* connection, Request& request, int status,
                               const std::string& text) {
    const bool is_json = header_of(connection, "Accept") == "application/json";
    const std::string body = is_json ? error_json(text) : text;
    Response response =
        text_response(body + "\n", is_json ? "application/json" : "text/plain; charset=utf-8");
    if (status == 401) response.header("WWW-Authenticate", "Bearer realm=\"onnxhub\"");
    if (status == 405) response.header("Allow", methods);
    if (status == 503) response.header("Retry-After", retry_seconds);
    send(connection, request, status, std::move(response), body.size() + 1);
}

/// For a browser, a page that asks for the token; for others, the reason.
void RequestHandler::refuse_without_token(MHD_Connection* connection, Request& request,
                                          bool is_root) {
    const std::string accepted = header_of(connection, "Accept").value_or("");
    if (!is_root || options_.sign_in_page.empty() || accepted.find("text/html") == accepted.npos) {
        return send_text(connection, request, 401, "a token is needed: Authorization: Bearer");
    }
    Response response = text_response(options_.sign_in_page, "text/html; charset=utf-8");
    response.header("WWW-Authenticate", "Bearer realm=\"onnxhub\"");
    response.header("Cache-Control", "no-store");
    send(connection, request, 401, std::move(response), options_.sign_in_page.size());
}

bool RequestHandler::is_authorized(MHD_Connection* connection) const {
    if (!options_.token) return true;
    const std::string given = header_of(connection, "Authorization").value_or("");
    constexpr std::string_view scheme = "bearer ";
    if (!equals_ignoring_case(std::string_view(given).substr(0, scheme.size()), scheme)) {
        return false;
    }
    const std::size_t at = given.find_first_not_of(' ', scheme.size());
    return at != given.npos && is_equal(given.substr(at), *options_.token);
}

/// HTTP/1.0 need not send `Host`; browsers always do.
bool RequestHandler::is_addressed(MHD_Connection* connection) const {
    const auto host = header_of(connection, "Host");
    return !host || hosts_.allows(*host);
}

void RequestHandler::route(MHD_Connection* connection, Request& request) {
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
    if (!is_authorized(connection)) {
        return refuse_without_token(connection, request, path == "/");
    }
    if (path == "/metrics") {
        const std::string text = stats_.metrics.text() + contents_.metrics();
        return send(connection, request, 200, text_response(text, "text/plain; version=0.0.4"),
                    text.size());
    }
    if (!path) return send_text(connection, request, 400, "this path can't be used");
    if (const auto failure = std::exchange(request.prepared.failure, std::nullopt)) {
        return send_text(connection, request, failure->status, failure->reason);
    }
    answer_path(connection, request, *path == "/" ? "/index.html" : *path, *path == "/");
}

void RequestHandler::answer_path(MHD_Connection* connection, Request& request,
                                 const std::string& path, bool is_root) {
    if (const auto opened = std::exchange(request.opened, nullptr)) {
        return send_file(connection, request, std::move(*opened));
    }
    Served served = hub_.open(path);
    if (const auto* missing = std::get_if<NotServed>(&served)) {
        const auto model = model_of_graph_path(path);
        if (model && missing->is_absent && *graphs_) {
            return answer_graph(connection, request, *model);
        }
        const bool is_of_page = is_root || path.starts_with(page_folder);
        if (is_of_page && missing->is_absent && options_.page_files) {
            return answer_page(connection, request, path.substr(1), *missing);
        }
        if (missing->is_absent && answer_index(connection, request, path)) return;
        return send_text(connection, request, missing->status, missing->reason);
    }
    auto& file = std::get<ServedFile>(served);
    if (file.identity.etag.empty()) {
        return wait_for(connection, request, "hash " + path, [&hub = hub_, path] {
            hub.learn_etag(path);
            return nullptr;
        });
    }
    if (path == "/index.html" && !options_.page_policy.empty()) {
        file.policy = std::string(page_sandbox) + "; " + options_.page_policy;
    }
    send_file(connection, request, std::move(file));
}

void RequestHandler::answer(MHD_Connection* connection, Request& request) {
    try {
        route(connection, request);
    } catch (const UserError&) {
        send_text(connection, request, 500, "the file can't be read");
    }
}

/// Browsers ask this before a page of another origin may read (CORS).
void RequestHandler::answer_options(MHD_Connection* connection, Request& request) {
    Response response = text_response("", "text/plain");
    response.header("Allow", methods);
    if (is_open_to_all_) {
        response.header("Access-Control-Allow-Methods", methods);
        response.header("Access-Control-Allow-Headers",
                        "Authorization, Range, If-None-Match, If-Range");
        response.header("Access-Control-Max-Age", "86400");
    }
    send(connection, request, 204, std::move(response), 0);
}

/// Suspends the request until `work` is done. Then it is answered from the beginning.
void RequestHandler::wait_for(MHD_Connection* connection, Request& request, const std::string& key,
                              BackgroundTasks::Work work) {
    if (++request.waits > max_waits) {
        return send_text(connection, request, 503, "the file is changing; try again");
    }
    const auto resume = [connection, &request](Prepared prepared) {
        request.prepared = std::move(prepared);
        mhd().resume_connection(connection);  // the request may be deleted from here on
    };
    mhd().suspend_connection(connection);
    if (contents_.background_tasks.start(this, key, std::move(work), resume)) return;
    resume({key, nullptr, NotServed{503, "the server is shutting down; try again"}});
}

void RequestHandler::send_file(MHD_Connection* connection, Request& request, ServedFile file) {
    const ConditionalHeaders headers = conditions_of(connection);
    if (is_packed_kind(file.content_type) && !headers.range && !request.is_sent_plain &&
        file.identity.size_bytes <= contents_.largest_packed() && accepts_gzip(connection)) {
        return send_packed(connection, request, headers, std::move(file));
    }
    const ReplyPlan plan = plan_reply(headers, file.identity);
    send_planned(connection, request, plan, std::move(file));
}

/// As gzip if it is cached or if its bytes are needed; HEAD never compresses.
void RequestHandler::send_packed(MHD_Connection* connection, Request& request,
                                 const ConditionalHeaders& headers, ServedFile file) {
    const FileIdentity identity = packed_identity(file.identity);
    const ReplyPlan plan = plan_reply(headers, identity);
    const std::string key = "gzip " + file.identity.etag;
    std::shared_ptr<const std::string> text;
    if (plan.status == 200) {
        text = contents_.packed.find(file.identity.etag);
        if (!text) text = request.prepared_as<std::string>(key);
        const bool is_impossible = !text && request.prepared.key == key;
        if (!text && (request.method == "HEAD" || is_impossible)) {
            request.is_sent_plain = true;
            const ReplyPlan plain = plan_reply(headers, file.identity);
            return send_planned(connection, request, plain, std::move(file));
        }
        if (!text) {
            const auto opened = std::make_shared<ServedFile>(std::move(file));
            request.opened = opened;
            return wait_for(connection, request, key, [&contents = contents_, opened] {
                return contents.packed_file(*opened);
            });
        }
    }
    file.identity = identity;
    if (text) file.identity.size_bytes = text->size();
    file.text = std::move(text);
    file.file = Descriptor();
    send_planned(connection, request, plan, std::move(file));
}

void RequestHandler::send_planned(MHD_Connection* connection, Request& request,
                                  const ReplyPlan& plan, ServedFile file) {
    if (plan.status == 200 && file.identity.size_bytes <= small_file) {
        return send_small(connection, request, std::move(file));
    }
    const bool has_content = plan.status == 200 || plan.status == 206;
    if (has_content && request.method != "HEAD" && !fill(connection, request, file)) return;
    std::uint64_t bytes = plan.status == 200 ? file.identity.size_bytes : 0;
    for (const ByteRange& range : plan.ranges) bytes += range.size_bytes();
    send(connection, request, plan.status, file_response(plan, std::move(file)), bytes);
}

/// Sets the file's content. False: it is not available now, and the request waits or is answered.
bool RequestHandler::fill(MHD_Connection* connection, Request& request, ServedFile& file) {
    if (!file.blob || file.text) return true;
    const std::string key = "blob " + file.identity.etag;
    auto held = request.prepared_as<HeldContent>(key);
    if (!held) held = contents_.blobs.find(file.blob->id);
    if (!held) {
        const auto inflate = [&contents = contents_, blob = *file.blob,
                              size = file.identity.size_bytes] {
            return contents.blobs.inflate(blob, size);
        };
        request.opened = std::make_shared<ServedFile>(std::move(file));
        wait_for(connection, request, key, inflate);
        return false;
    }
    if (!held->file.is_open()) {
        file.text = {held, &held->text};
        return true;
    }
    file.file = held->file.duplicate();
    request.held = held;
    if (file.file.is_open()) return true;
    send_text(connection, request, 503, "too many files are open here; try again");
    return false;
}

/// A small file as a whole. Its response is cached and sent from memory with its headers in one
/// piece. When memory is short, it is sent from the file.
void RequestHandler::send_small(MHD_Connection* connection, Request& request, ServedFile file) {
    const std::uint64_t size = file.identity.size_bytes;
    const std::string key =
        fmt::format("{} {} {} {} {} {}", file.identity.etag, file.identity.last_modified,
                    file.content_type, file.commit.value_or("-"), file.policy, file.never_changes);
    const bool is_head = request.method == "HEAD";
    request.status = 200;
    request.bytes = is_head ? 0 : size;
    if (ready_.send(connection, key)) return;
    request.status = 0;
    if (!is_head && !fill(connection, request, file)) return;
    if (!is_head && !file.text) {
        file.text = held_text(contents_.memory, read_whole_file(file));
    }
    const bool is_in_memory = file.text != nullptr;
    Response response = file_response({200}, std::move(file));
    if (!is_in_memory) return send(connection, request, 200, std::move(response), size);
    add_common_headers(response);
    request.status = 200;
    mhd().queue_response(connection, 200, response.get());
    ready_.keep(key, std::move(response), size);
}

/// Answers with a file of the index that the server made; false when there is no such file.
bool RequestHandler::answer_index(MHD_Connection* connection, Request& request,
                                  const std::string& path) {
    const auto found = contents_.index.find(path);
    if (!found) return false;
    const bool is_packed = accepts_gzip(connection) && !header_of(connection, "Range");
    const std::string hex = to_hex(found->digest);
    ServedFile file;
    file.identity = {'"' + hex + '"', 0, found->size_bytes};
    file.content_type = content_type_of(path);
    file.never_changes = !found->is_root;
    file.commit = found->commit;
    if (is_packed) {
        file.identity = packed_identity(file.identity);
        file.identity.size_bytes = found->packed->size();
        file.text = found->packed;
    } else if (request.method != "HEAD") {
        const std::string key = "index " + hex;
        file.text = request.prepared_as<std::string>(key);
        if (!file.text) {
            wait_for(connection, request, key, [&contents = contents_, index_file = *found] {
                return contents.unpacked_file(index_file);
            });
            return true;
        }
    }
    const ReplyPlan plan = plan_reply(conditions_of(connection), file.identity);
    send_planned(connection, request, plan, std::move(file));
    return true;
}

/// A file of the page. They are regenerated when the manifest has changed.
void RequestHandler::answer_page(MHD_Connection* connection, Request& request,
                                 const std::string& path, const NotServed& missing) {
    const auto etag = manifest_etag(hub_);
    std::shared_ptr<const PageFiles> files;
    bool is_new = false;
    {
        const std::lock_guard lock(page_->mutex);
        is_new = etag && etag != page_->manifest;
        if (etag) files = page_->files;
    }
    if (is_new) {
        const std::string key = fmt::format("page {} {}", fmt::ptr(page_.get()), *etag);
        return wait_for(connection, request, key, [page = page_, etag = *etag] {
            page->make_for(etag);
            return nullptr;
        });
    }
    const auto found = files ? files->find(path) : PageFiles::const_iterator();
    if (!files || found == files->end()) {
        return send_text(connection, request, missing.status, missing.reason);
    }
    ServedFile file;
    file.text = {files, &found->second};
    file.identity = {'"' + to_hex(sha256_of(*file.text)) + '"', 0, file.text->size()};
    file.content_type = content_type_of(path);
    if (path == "index.html") file.policy.clear();  // it has its own
    send_file(connection, request, std::move(file));
}

/// Describes the model unless its graph is cached.
void RequestHandler::answer_graph(MHD_Connection* connection, Request& request,
                                  const std::string& sha256) {
    const std::string key = "graph " + sha256;
    auto text = contents_.packed.find(key);
    if (!text) text = request.prepared_as<std::string>(key);
    if (!text) {
        return wait_for(connection, request, key,
                        [&hub = hub_, &contents = contents_, graphs = graphs_, sha256, key] {
                            return described_model(hub, *graphs, sha256, key, contents);
                        });
    }
    ServedFile file;
    file.identity = {'"' + to_hex(sha256_of(*text)) + '"', 0, text->size()};
    file.content_type = content_type_of("graph.json.gz");
    file.text = std::move(text);
    send_file(connection, request, std::move(file));
}

}  // namespace onnxhub
