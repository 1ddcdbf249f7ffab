// SPDX-License-Identifier: Apache-2.0
#include "remote/lfs_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "http/web_origin.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

using StateKind = LfsObjectState::Kind;

constexpr std::size_t batch_size = 100;                         // objects, as in git-lfs
constexpr std::uint64_t answer_limit = std::uint64_t{4} << 20;  // bytes, of one batch
constexpr std::chrono::seconds answer_timeout(120);             // of one batch
constexpr std::size_t header_count_limit = 32;                  // of one download
constexpr std::size_t shown_message = 200;                      // bytes of a server's message
constexpr const char* media_type = "application/vnd.git-lfs+json";

/// "git@github.com:onnx/models.git" → "https://github.com/onnx/models.git"
std::optional<std::string> scp_like(std::string_view remote) {
    const std::size_t colon = remote.find(':');
    const std::size_t slash = remote.find('/');
    if (colon == remote.npos || colon == 0 || slash < colon) return std::nullopt;
    std::string_view host = remote.substr(0, colon);
    host.remove_prefix(std::min(host.find('@') + 1, host.size()));
    if (host.size() < 2) return std::nullopt;  // a drive letter
    std::string_view path = remote.substr(colon + 1);
    while (path.starts_with('/')) path.remove_prefix(1);
    return fmt::format("https://{}/{}", host, path);
}

std::optional<std::string> https_of_ssh(std::string_view remote) {
    for (const std::string_view scheme : {"ssh://", "git+ssh://", "git://"}) {
        if (!remote.starts_with(scheme)) continue;
        std::string_view rest = remote.substr(scheme.size());
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        std::string_view host = rest.substr(0, slash);
        if (const std::size_t at = host.rfind('@'); at != host.npos) host.remove_prefix(at + 1);
        const std::size_t bracket = host.starts_with('[') ? host.find(']') : 0;  // IPv6
        host = host.substr(0, host.find(':', std::min(bracket, host.size())));
        return fmt::format("https://{}{}", host, rest.substr(slash));
    }
    return std::nullopt;
}

/// The HTTP address that git-lfs uses instead of this one; nothing for example for local paths.
std::optional<std::string> http_address(std::string url) {
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
        auto mapped = https_of_ssh(url);
        if (!mapped && url.find("://") == url.npos) mapped = scp_like(url);
        if (!mapped) return std::nullopt;
        url = std::move(*mapped);
    }
    while (url.ends_with('/')) url.pop_back();
    return url;
}

std::variant<std::string, NoLfsEndpoint> endpoint_of_remote(const std::string& remote) {
    auto url = http_address(remote);
    if (!url) {
        return NoLfsEndpoint{
            "the remote is not a Git LFS server: it is a local path or uses another "
            "protocol"};
    }
    if (!url->ends_with(".git")) *url += ".git";
    return *url + "/info/lfs";
}

std::string request_body(std::span<const LfsObject> batch, const std::optional<std::string>& ref) {
    JsonArray objects;
    for (const LfsObject& object : batch) {
        objects.push_back(json_object({{"oid", json_string(to_hex(object.oid))},
                                       {"size", json_unsigned(object.size_bytes)}}));
    }
    JsonObject body = {{"operation", json_string("download")},
                       {"transfers", json_array({json_string("basic")})},
                       {"objects", json_array(std::move(objects))},
                       {"hash_algo", json_string("sha256")}};
    if (ref) body.push_back({"ref", json_object({{"name", json_string(*ref)}})});
    return json_text(json_object(std::move(body)));
}

/// The message of a server, or of an error in its response: one printable line for reports.
std::string message_in(const JsonValue& json) {
    const JsonValue* message = json.object() ? json.find("message") : nullptr;
    if (!message || !message->string()) return "";
    std::string shown = message->string()->substr(0, shown_message);
    for (char& c : shown) {
        if (c < ' ' || c > '~') c = '?';
    }
    return std::string(trimmed(shown));
}

/// GitHub reports an exceeded quota with status 403; only the message differs.
bool is_about_quota(const std::string& message) {
    const std::string text = lower_case(message);
    for (const char* words :
         {"quota", "rate limit", "bandwidth", "data pack", "budget", "too many requests"}) {
        if (text.find(words) != text.npos) return true;
    }
    return false;
}

/// The meaning of a status, with the server's own message `words`.
std::string reason_of(std::int64_t status, bool is_quota, const std::string& words = "") {
    const std::string shown =
        words.empty() ? std::to_string(status) : fmt::format("{}: {}", status, words);
    if (status == 429) return fmt::format("the Git LFS server's rate limit is reached ({})", shown);
    if (status == 509 || is_quota) {
        return fmt::format("the Git LFS server's quota or rate limit is used up ({})", shown);
    }
    switch (status) {
        case 401:
        case 403:
            return fmt::format(
                "the Git LFS server does not grant access ({}); set ONNXHUB_LFS_TOKEN to a token",
                shown);
        case 404:
        case 410:
            return fmt::format(
                "the Git LFS server does not have the repository, or access is denied ({})", shown);
        case 413:
        case 422:
            return fmt::format("the Git LFS server rejects the request ({})", shown);
        default:
            return fmt::format("the Git LFS server answers with status {}", shown);
    }
}

LfsObjectState inconclusive(std::string reason) {
    return {StateKind::inconclusive, 0, std::move(reason)};
}

/// Without the server's message, which may differ from object to object: reports count equal
/// reasons.
LfsObjectState state_of_error(const JsonValue& error) {
    const JsonValue* code = error.object() ? error.find("code") : nullptr;
    const std::int64_t status = code ? code->integer().value_or(0) : 0;
    if (status < 100 || status > 599)
        return inconclusive("the response of the Git LFS server is invalid");
    const bool is_quota = is_about_quota(message_in(error));
    if ((status == 404 || status == 410) && !is_quota) return {StateKind::missing, 0, ""};
    return inconclusive(reason_of(status, is_quota));
}

/// Headers that say where a request goes and where it ends are not the server's to choose.
bool frames_request(const std::string& name) {
    static constexpr std::string_view framing[] = {
        "host", "content-length", "connection", "range", "transfer-encoding", "upgrade", "te"};
    return std::ranges::find(framing, lower_case(name)) != std::end(framing);
}

/// The offer of a download, without those that no client could follow.
std::optional<LfsDownload> download_in(const JsonValue& action) {
    const JsonValue* href = action.object() ? action.find("href") : nullptr;
    if (!href || !href->string() || href->string()->size() > url_length_limit) return std::nullopt;
    LfsDownload download{*href->string(), {}};
    const JsonValue* headers = action.find("header");
    if (!headers || !headers->object()) return download;
    if (headers->object()->size() > header_count_limit) return std::nullopt;
    for (const JsonMember& header : *headers->object()) {
        if (!header.value.string() || frames_request(header.key)) return std::nullopt;
        download.headers.push_back({header.key, *header.value.string()});
    }
    return download;
}

/// The state of an object in the response. `present` comes with the server's size.
LfsObjectState state_in(const JsonValue& json) {
    if (const JsonValue* error = json.find("error")) return state_of_error(*error);
    const JsonValue* size = json.find("size");
    const auto bytes = size ? size->integer() : std::nullopt;
    if (!bytes || *bytes < 0) return inconclusive("the response of the Git LFS server has no size");
    const JsonValue* actions = json.find("actions");
    if (!actions || !actions->object() || !actions->find("download")) {
        return inconclusive("the Git LFS server offers no download and gives no reason");
    }
    return {StateKind::present, static_cast<std::uint64_t>(*bytes), "",
            download_in(*actions->find("download"))};
}

using States = std::map<Sha256, LfsObjectState>;

/// Ignores objects that were not requested. If an object occurs twice, both states must be equal.
void read_objects(const JsonArray& objects, std::span<const LfsObject> batch, States& states) {
    std::map<std::string, LfsObjectState> answers;
    for (const JsonValue& json : objects) {
        const JsonValue* oid = json.object() ? json.find("oid") : nullptr;
        if (!oid || !oid->string()) continue;
        const LfsObjectState state = state_in(json);
        const auto [known, is_new] = answers.try_emplace(*oid->string(), state);
        if (!is_new && known->second != state) {
            known->second = inconclusive("the response of the Git LFS server contradicts itself");
        }
    }
    for (const LfsObject& object : batch) {
        const auto found = answers.find(to_hex(object.oid));
        states[object.oid] =
            found != answers.end()
                ? found->second
                : inconclusive("the response of the Git LFS server does not include the object");
    }
}

/// Returns the reason to stop querying, if any.
std::optional<std::string> read_answer(const HttpResponse& response,
                                       std::span<const LfsObject> batch, States& states) {
    const auto parsed = parse_json(response.body);
    const auto* document = std::get_if<JsonDocument>(&parsed);
    const std::string message = document ? message_in(document->root) : "";
    const int status = response.head.status;
    if (status != 200) return reason_of(status, is_about_quota(message), message);
    const JsonValue* objects =
        document && document->root.object() ? document->root.find("objects") : nullptr;
    if (!objects || !objects->array()) {
        if (message.empty()) return "the response of the Git LFS server is invalid";
        return reason_of(status, is_about_quota(message), message);
    }
    read_objects(*objects->array(), batch, states);
    return std::nullopt;
}

std::optional<std::string> ask_batch(HttpClient& client, const std::string& endpoint,
                                     std::span<const LfsObject> batch,
                                     const std::optional<std::string>& ref, States& states) {
    const HttpRequest request{"POST",
                              endpoint + "/objects/batch",
                              {{"Accept", media_type}, {"Content-Type", media_type}},
                              request_body(batch, ref),
                              answer_timeout};
    const auto result = client.send(request, answer_limit);
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        return "cannot query the Git LFS server: " + failure->reason;
    }
    return read_answer(std::get<HttpResponse>(result), batch, states);
}

/// One object per oid. If sizes differ, either will do: the server responds with its own size.
std::vector<LfsObject> distinct_objects(std::vector<LfsObject> objects) {
    std::sort(objects.begin(), objects.end());
    const auto is_same = [](const LfsObject& a, const LfsObject& b) { return a.oid == b.oid; };
    objects.erase(std::unique(objects.begin(), objects.end(), is_same), objects.end());
    return objects;
}

}  // namespace

std::variant<std::string, NoLfsEndpoint> find_lfs_endpoint(const LfsConfig& config) {
    std::optional<std::string> url;
    for (const auto& stated :
         {config.lfs_url, config.tree_lfs_url, config.remote_lfs_url, config.tree_remote_lfs_url}) {
        if (!url) url = stated;
    }
    if (url) {
        if (const auto address = http_address(*url)) return *address;
        return NoLfsEndpoint{"the configured Git LFS server has no HTTP address"};
    }
    if (config.remote_url) return endpoint_of_remote(*config.remote_url);
    return NoLfsEndpoint{
        fmt::format("the repository has no remote \"{}\" and no lfs.url", config.remote_name)};
}

std::string with_token(const std::string& endpoint, const std::string& token) {
    const std::size_t scheme = endpoint.find("://");
    if (token.empty() || scheme == endpoint.npos) return endpoint;
    if (endpoint.substr(0, endpoint.find('/', scheme + 3)).find('@') != endpoint.npos) {
        return endpoint;  // the address already has credentials
    }
    std::string encoded;
    for (const char c : token) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                              (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '-';
        encoded += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return endpoint.substr(0, scheme + 3) + "x-access-token:" + encoded + "@" +
           endpoint.substr(scheme + 3);
}

std::vector<LfsObjectState> ask_lfs_server(HttpClient& client, const std::string& endpoint,
                                           const std::vector<LfsObject>& objects,
                                           const std::optional<std::string>& ref) {
    const std::vector<LfsObject> distinct = distinct_objects(objects);
    States states;
    std::optional<std::string> end;
    for (std::size_t i = 0; i < distinct.size() && !end; i += batch_size) {
        const std::size_t count = std::min(batch_size, distinct.size() - i);
        end = ask_batch(client, endpoint, std::span(distinct).subspan(i, count), ref, states);
    }
    std::vector<LfsObjectState> result;
    for (const LfsObject& object : objects) {
        const auto found = states.find(object.oid);
        LfsObjectState state =
            found != states.end() ? found->second : inconclusive(end.value_or(""));
        if (state.kind == StateKind::present) {
            if (state.server_bytes != object.size_bytes) {
                state.kind = StateKind::other_size;
                state.download.reset();
            } else {
                state.server_bytes = 0;
            }
        }
        result.push_back(std::move(state));
    }
    return result;
}

}  // namespace onnxhub
