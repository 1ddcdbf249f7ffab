// SPDX-License-Identifier: Apache-2.0
// Asks web servers whether they have the files of models whose bytes are elsewhere. Downloads no
// content.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/http_client.h"

namespace onnxhub {

struct SourceState {
    enum class Kind {
        present,
        failed,        ///< clients cannot load the file from here
        inconclusive,  ///< unknown
    };
    Kind kind = Kind::inconclusive;
    std::optional<std::uint64_t> size_bytes;  ///< for present, if the server says so
    /// For failed and inconclusive, one clause. Equal ones are counted together in reports, so that
    /// of inconclusive states names the server and not the file.
    std::string reason;

    bool operator==(const SourceState&) const = default;
};

/// Returns one state for each URL.
using RemoteSources = std::function<std::vector<SourceState>(const std::vector<std::string>&)>;

/// A hub chooses the URLs, so their number and the time that servers take are limited.
struct RemoteSourceLimits {
    std::size_t urls = 10'000;          ///< requested, in one run
    std::size_t servers = 200;          ///< asked, in one run
    std::chrono::seconds answer{30};    ///< for each response
    std::chrono::seconds run{15 * 60};  ///< after it, no request is sent
    unsigned parallel = 8;              ///< servers that are asked at the same time
};

/// Knows what it asked in one run. Not thread-safe.
class SourceServers {
public:
    /// `options` need the user's policy: the URLs are untrusted. No password or token is sent.
    explicit SourceServers(HttpOptions options, RemoteSourceLimits limits = {});

    /// One state for each URL. Each URL is requested once in a run. After a response that concerns
    /// the whole server (429, 5xx, no network), no further request goes to it. Throws Interrupted
    /// when the user stopped.
    std::vector<SourceState> ask(const std::vector<std::string>& urls);

private:
    using Clock = std::chrono::steady_clock;
    struct Server {
        std::vector<std::string> urls;         ///< to request now
        std::optional<std::string> problem;    ///< why it is not asked any more
        std::vector<SourceState> states = {};  ///< of `urls`
    };

    void plan(const std::vector<std::string>& urls);
    void ask_server(Server& server, Clock::time_point end) const;

    HttpOptions options_;
    RemoteSourceLimits limits_;
    Clock::duration spent_{};                ///< waiting for servers
    std::map<std::string, Server> servers_;  ///< by scheme, host and port
    std::map<std::string, SourceState> known_;
    std::size_t requested_ = 0;
};

}  // namespace onnxhub
