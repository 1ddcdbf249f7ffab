// SPDX-License-Identifier: Apache-2.0
#include "validator/remote_sources.h"

#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "base/parallel.h"
#include "base/signals.h"
#include "base/user_error.h"
#include "http/head_fields.h"
#include "http/web_origin.h"

namespace onnxhub {
namespace {

/// Asks for one byte of the file. The requests of clients are GET too, and some servers refuse
/// HEAD.
HttpRequest probe_of(const std::string& url, std::chrono::seconds timeout) {
    HttpRequest request;
    request.url = url;
    request.headers = {{"Range", "bytes=0-0"}, {"Accept-Encoding", "identity"}};
    request.timeout = timeout;
    request.uses_netrc = false;
    return request;
}

/// Takes the one byte, which keeps the connection usable, and refuses every other body.
class OneByte : public HttpSink {
public:
    bool begin(const HttpHead& head) override {
        return head.status == 206 && content_length(head) == std::uint64_t{1};
    }
    bool data(std::span<const std::byte>) override { return true; }
    bool can_restart() const override { return true; }
};

/// The key of a server; the URL itself if it is none, so that the client explains why.
std::string server_key(const std::string& url) {
    const auto parsed = parse_web_origin(url);
    const auto* origin = std::get_if<WebOrigin>(&parsed);
    if (!origin) return url;
    return fmt::format("{}://{}:{}", origin->is_https ? "https" : "http", origin->host,
                       origin->port);
}

std::string server_name(const std::string& url) {
    const std::string host = host_of(url);
    return host.empty() ? "the server" : host;
}

/// Whether another URL of the server would fail too, for now.
bool is_about_server(int status) {
    return status == 408 || status == 429 || status >= 500;
}

/// A name that is not known may be a problem of this network only.
bool is_about_url(HttpFailure::Kind kind) {
    return kind == HttpFailure::Kind::url || kind == HttpFailure::Kind::refused ||
           kind == HttpFailure::Kind::redirect || kind == HttpFailure::Kind::too_large;
}

std::string_view clause_of(HttpFailure::Kind kind) {
    switch (kind) {
        case HttpFailure::Kind::resolve:
            return "the name of the host is not known";
        case HttpFailure::Kind::connect:
            return "the connection fails";
        case HttpFailure::Kind::tls:
            return "there is no secure connection";
        case HttpFailure::Kind::timeout:
        case HttpFailure::Kind::slow:
            return "the response takes too long";
        default:
            return "the response is not valid HTTP";
    }
}

SourceState state_of_failure(const std::string& url, const HttpFailure& failure) {
    if (failure.kind == HttpFailure::Kind::stopped) throw Interrupted();
    if (is_about_url(failure.kind)) return {SourceState::Kind::failed, {}, failure.reason};
    return {SourceState::Kind::inconclusive,
            {},
            fmt::format("cannot query {}: {}", server_name(url), clause_of(failure.kind))};
}

std::optional<std::uint64_t> file_size(const HttpHead& head) {
    if (is_compressed(head)) return std::nullopt;
    return head.status == 206 ? range_total(head) : content_length(head);
}

SourceState state_of_response(const std::string& url, const HttpHead& head) {
    if (head.status == 200 || head.status == 206)
        return {SourceState::Kind::present, file_size(head), ""};
    // No first byte: the file is empty.
    if (head.status == 416 && range_total(head) == std::uint64_t{0})
        return {SourceState::Kind::present, 0, ""};
    if (is_about_server(head.status)) {
        return {SourceState::Kind::inconclusive,
                {},
                fmt::format("{} answers with status {}", server_name(url), head.status)};
    }
    const std::string shown = shown_url(url);
    if (head.status == 404 || head.status == 410) {
        return {SourceState::Kind::failed,
                {},
                fmt::format("{} does not exist ({})", shown, head.status)};
    }
    if (head.status == 401 || head.status == 403) {
        return {SourceState::Kind::failed,
                {},
                fmt::format("{} denies access ({})", shown, head.status)};
    }
    return {SourceState::Kind::failed,
            {},
            fmt::format("{} answers with status {}", shown, head.status)};
}

}  // namespace

SourceServers::SourceServers(HttpOptions options, RemoteSourceLimits limits)
    : options_(std::move(options)), limits_(limits) {
    options_.uses_netrc = false;
    options_.max_attempts = 2;
}

/// Assigns each URL that was not asked before to its server.
void SourceServers::plan(const std::vector<std::string>& urls) {
    for (const std::string& url : urls) {
        const auto [known, is_new] = known_.try_emplace(url);
        if (!is_new) continue;
        const std::string key = server_key(url);
        if (requested_ == limits_.urls) {
            known->second.reason = fmt::format("more than {} URLs", limits_.urls);
        } else if (!servers_.contains(key) && servers_.size() == limits_.servers) {
            known->second.reason = fmt::format("more than {} servers", limits_.servers);
        } else {
            ++requested_;
            servers_[key].urls.push_back(url);
        }
    }
}

void SourceServers::ask_server(Server& server, Clock::time_point end) const {
    HttpClient client(options_);
    for (const std::string& url : server.urls) {
        if (!server.problem && Clock::now() >= end) {
            server.problem = fmt::format("the requests take longer than {} s", limits_.run.count());
        }
        if (server.problem) {
            server.states.push_back({SourceState::Kind::inconclusive, {}, *server.problem});
            continue;
        }
        OneByte sink;
        const auto result = client.stream(probe_of(url, limits_.answer), sink);
        const auto* failure = std::get_if<HttpFailure>(&result);
        SourceState state = failure ? state_of_failure(url, *failure)
                                    : state_of_response(url, std::get<HttpHead>(result));
        if (state.kind == SourceState::Kind::inconclusive) server.problem = state.reason;
        server.states.push_back(std::move(state));
    }
}

std::vector<SourceState> SourceServers::ask(const std::vector<std::string>& urls) {
    plan(urls);
    std::vector<Server*> asked;
    for (auto& [key, server] : servers_) {
        if (!server.urls.empty()) asked.push_back(&server);
    }
    const Clock::time_point start = Clock::now();
    for_each_index(asked.size(), limits_.parallel,
                   [&](std::size_t i) { ask_server(*asked[i], start + (limits_.run - spent_)); });
    spent_ += Clock::now() - start;
    for (Server* server : asked) {
        for (std::size_t i = 0; i < server->urls.size(); ++i) {
            known_[server->urls[i]] = std::move(server->states[i]);
        }
        server->urls.clear();
        server->states.clear();
    }
    std::vector<SourceState> states;
    for (const std::string& url : urls) states.push_back(known_.at(url));
    return states;
}

}  // namespace onnxhub
