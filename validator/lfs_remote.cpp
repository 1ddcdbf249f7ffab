// SPDX-License-Identifier: Apache-2.0
#include "validator/lfs_remote.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "manifest/json.h"

namespace onnxhub {
namespace {

using Kind = LfsObjectState::Kind;

constexpr std::size_t batch_size = 100;                         // objects, as git-lfs asks
constexpr std::uint64_t answer_limit = std::uint64_t{4} << 20;  // bytes, of one batch
constexpr const char* media_type = "application/vnd.git-lfs+json";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// A value of a text in git's configuration format, as far as .lfsconfig needs it.
std::optional<std::string> value_in(std::string_view config, std::string_view wanted_section,
                                    std::string_view wanted_key) {
    std::string section;
    std::optional<std::string> value;
    while (!config.empty()) {
        const std::size_t end = std::min(config.find('\n'), config.size());
        std::string_view line = trimmed(config.substr(0, end));
        config.remove_prefix(std::min(end + 1, config.size()));
        if (line.starts_with('[')) {
            section = line.substr(1, line.find(']') - 1);
            continue;
        }
        const std::size_t equals = line.find('=');
        if (section != wanted_section || equals == line.npos) continue;
        if (trimmed(line.substr(0, equals)) != wanted_key) continue;
        std::string_view text = trimmed(line.substr(equals + 1));
        if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
            text = text.substr(1, text.size() - 2);
        }
        value = text;
    }
    return value;
}

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
        host = host.substr(0, host.find(':'));
        return fmt::format("https://{}{}", host, rest.substr(slash));
    }
    return std::nullopt;
}

std::variant<std::string, NoLfsEndpoint> endpoint_of_remote(std::string remote) {
    if (!remote.starts_with("http://") && !remote.starts_with("https://")) {
        auto mapped = https_of_ssh(remote);
        const bool has_scheme = remote.find("://") != remote.npos;
        if (!mapped && !has_scheme) mapped = scp_like(remote);
        if (!mapped) return NoLfsEndpoint{"the remote is no Git LFS server: it is a local path"};
        remote = std::move(*mapped);
    }
    while (remote.ends_with('/')) remote.pop_back();
    if (!remote.ends_with(".git")) remote += ".git";
    return remote + "/info/lfs";
}

std::string request_body(const std::vector<LfsObject>& batch) {
    JsonArray objects;
    for (const LfsObject& object : batch) {
        objects.push_back(json_object({{"oid", json_string(to_hex(object.oid))},
                                       {"size", json_unsigned(object.size_bytes)}}));
    }
    return json_text(json_object({{"operation", json_string("download")},
                                  {"transfers", json_array({json_string("basic")})},
                                  {"objects", json_array(std::move(objects))},
                                  {"hash_algo", json_string("sha256")}}));
}

/// What a status says about the server as a whole.
std::string reason_of(int status) {
    switch (status) {
        case 401:
        case 403:
            return fmt::format("the Git LFS server wants other credentials ({})", status);
        case 404:
            return "the Git LFS server doesn't know the repository, or hides it (404)";
        case 413:
        case 422:
            return fmt::format("the Git LFS server refuses the question ({})", status);
        case 429:
            return "the Git LFS server's rate limit is reached (429)";
        case 509:
            return "the Git LFS bandwidth quota is used up (509)";
        default:
            return fmt::format("the Git LFS server answers with status {}", status);
    }
}

LfsObjectState state_in(const JsonValue& json, const LfsObject& object) {
    if (const JsonValue* error = json.find("error"); error && error->object()) {
        const JsonValue* code = error->find("code");
        const auto number = code ? code->integer() : std::nullopt;
        if (number == 404 || number == 410) return {Kind::missing, 0, ""};
        return {Kind::inconclusive, 0, reason_of(static_cast<int>(number.value_or(0)))};
    }
    const JsonValue* size = json.find("size");
    const auto bytes = size ? size->integer() : std::nullopt;
    if (bytes && *bytes >= 0 && static_cast<std::uint64_t>(*bytes) != object.size_bytes) {
        return {Kind::other_size, static_cast<std::uint64_t>(*bytes), ""};
    }
    const JsonValue* actions = json.find("actions");
    if (actions && actions->object() && actions->find("download")) return {Kind::present, 0, ""};
    return {Kind::inconclusive, 0, "the Git LFS server offers no download and gives no reason"};
}

using States = std::map<LfsObject, LfsObjectState>;

/// Returns why nothing more should be asked, if so.
std::optional<std::string> read_answer(const HttpResponse& response,
                                       const std::vector<LfsObject>& batch, States& states) {
    if (response.head.status != 200) return reason_of(response.head.status);
    const auto parsed = parse_json(response.body);
    const auto* document = std::get_if<JsonDocument>(&parsed);
    const JsonValue* objects =
        document && document->root.object() ? document->root.find("objects") : nullptr;
    if (!objects || !objects->array()) return "the Git LFS server's answer is garbled";
    std::map<std::string, const JsonValue*> by_oid;
    for (const JsonValue& json : *objects->array()) {
        const JsonValue* oid = json.object() ? json.find("oid") : nullptr;
        if (oid && oid->string()) by_oid.try_emplace(*oid->string(), &json);
    }
    for (const LfsObject& object : batch) {
        const auto found = by_oid.find(to_hex(object.oid));
        if (found == by_oid.end()) {
            states[object] = {Kind::inconclusive, 0, "the Git LFS server's answer left it out"};
        } else {
            states[object] = state_in(*found->second, object);
        }
    }
    return std::nullopt;
}

}  // namespace

std::variant<std::string, NoLfsEndpoint> find_lfs_endpoint(const LfsConfig& config) {
    auto url = config.lfs_url;
    if (!url) url = value_in(config.lfsconfig, "lfs", "url");
    if (!url) url = config.remote_lfs_url;
    if (!url) url = value_in(config.lfsconfig, "remote \"origin\"", "lfsurl");
    if (url) {
        if (url->starts_with("http://") || url->starts_with("https://")) {
            while (url->ends_with('/')) url->pop_back();
            return *url;
        }
        if (const auto mapped = https_of_ssh(*url)) return *mapped;
        return NoLfsEndpoint{"the configured Git LFS server has no HTTP address"};
    }
    if (config.remote_url) return endpoint_of_remote(*config.remote_url);
    return NoLfsEndpoint{"the repository has no remote \"origin\" and no lfs.url"};
}

std::string with_token(const std::string& endpoint, const std::string& token) {
    const std::size_t scheme = endpoint.find("://");
    if (token.empty() || scheme == endpoint.npos) return endpoint;
    if (endpoint.substr(0, endpoint.find('/', scheme + 3)).find('@') != endpoint.npos) {
        return endpoint;  // the address has credentials of its own
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
                                           const std::vector<LfsObject>& objects) {
    std::vector<LfsObject> distinct = objects;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    States states;
    std::optional<std::string> end;
    for (std::size_t i = 0; i < distinct.size() && !end; i += batch_size) {
        const auto first = distinct.begin() + static_cast<std::ptrdiff_t>(i);
        const std::size_t count = std::min(batch_size, distinct.size() - i);
        const std::vector<LfsObject> batch(first, first + static_cast<std::ptrdiff_t>(count));
        const HttpRequest request{"POST",
                                  endpoint + "/objects/batch",
                                  {{"Accept", media_type}, {"Content-Type", media_type}},
                                  request_body(batch)};
        const auto result = client.send(request, answer_limit);
        if (const auto* failure = std::get_if<HttpFailure>(&result)) {
            end = "the Git LFS server can't be asked: " + failure->reason;
        } else {
            end = read_answer(std::get<HttpResponse>(result), batch, states);
        }
    }
    std::vector<LfsObjectState> result;
    for (const LfsObject& object : objects) {
        const auto found = states.find(object);
        result.push_back(found != states.end()
                             ? found->second
                             : LfsObjectState{Kind::inconclusive, 0, end.value_or("")});
    }
    return result;
}

}  // namespace onnxhub
