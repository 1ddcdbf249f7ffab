// SPDX-License-Identifier: Apache-2.0
// A server with a signed hub, which shows what a test wants, and clients that pinned it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_pinning.h"
#include "tests/client/hub_owner.h"
#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {

inline const std::string commit_one(40, '1');
inline const std::string commit_two(40, '2');

class PinnedHubTest : public testing::Test {
protected:
    PinnedHubTest() : server_([this](const ReceivedRequest& request) { return answer(request); }) {
        variables_ = {{"HOME", folder_.path().string()},
                      {"ONNXHUB_GITHUB_RAW_URL", server_.url("/raw")},
                      {"ONNXHUB_GITHUB_MEDIA_URL", server_.url("/media")},
                      {"ONNXHUB_GITHUB_API_URL", server_.url("/api")}};
        web_ = owner_.publish("one", 1);
    }

    /// "/web/FILE" is `web_`, "/raw/acme/models/REF/FILE" is `refs_`, "/api/…" is `commits_`.
    Answer answer(const ReceivedRequest& request) {
        if (is_down_) return {503, ""};
        const std::lock_guard lock(publishing_);
        const auto files_at = [&](const HubFiles& files, const std::string& path) -> Answer {
            const auto found = files.find(path);
            if (found == files.end()) return {404, ""};
            const std::string tag = '"' + to_hex(sha256_of(found->second)) + '"';
            const std::string* known = request.header("if-none-match");
            if (known && *known == tag) return {304, ""};
            return {200, found->second, {{"ETag", tag}}};
        };
        const std::string raw = "/raw/acme/models/";
        const std::string web = request.path.starts_with("//") ? "//web/" : "/web/";
        if (request.path.ends_with(".onnx")) return {200, "the model"};
        if (request.path.starts_with(web)) return files_at(web_, request.path.substr(web.size()));
        const std::string path = lower_case(request.path);
        if (path.starts_with(raw) || path.starts_with("/raw/onnx/models/")) {
            const std::string rest = request.path.substr(raw.size());
            const std::size_t slash = rest.find('/');
            return files_at(refs_[rest.substr(0, slash)], rest.substr(slash + 1));
        }
        if (request.path.starts_with("/api/")) {
            const auto found = commits_.find(request.path.substr(request.path.rfind('/') + 1));
            return found == commits_.end() ? Answer{403, "limited"} : Answer{200, found->second};
        }
        return {200, "the model"};
    }

    std::string web_hub() const { return server_.url("/web"); }

    ClientOptions options(const std::string& hub) {
        ClientOptions options;
        options.hub = hub;
        options.http.max_attempts = 1;
        options.http.sleep = [](std::chrono::milliseconds) {};
        options.report = [this](const std::string& line) { reports_ += line + "\n"; };
        options.environment = [this](const char* name) -> std::optional<std::string> {
            const auto found = variables_.find(name);
            return found == variables_.end() ? std::nullopt : std::optional(found->second);
        };
        return options;
    }

    TrustStore store() const { return TrustStore(folder_.path() / ".local/state/onnxhub/trust"); }

    void pin(const std::string& hub, bool allows_expired = false) {
        HubClient client(options(hub));
        const auto files = client.open_signed_hub();
        store().add(make_pin(*files, read_offer(*files, client.name()), client, allows_expired));
    }

    /// The name of the first model, or the reason of the error.
    std::string read(ClientOptions with) {
        try {
            HubClient client(std::move(with));
            return client.manifest().entries.at(0).entry->model;
        } catch (const HubError& error) {
            EXPECT_TRUE(error.problem == HubProblem::signature ||
                        error.problem == HubProblem::offline ||
                        error.problem == HubProblem::manifest)
                << error.what();
            return error.what();
        }
    }
    std::string read(const std::string& hub) { return read(options(hub)); }
    std::string read_offline(const std::string& hub) {
        ClientOptions offline = options(hub);
        offline.is_offline = true;
        return read(std::move(offline));
    }

    TemporaryFolder folder_;
    std::map<std::string, std::string> variables_;
    HubOwner owner_;
    HubFiles web_;
    std::map<std::string, HubFiles> refs_;
    std::map<std::string, std::string> commits_;
    std::string reports_;
    std::atomic<bool> is_down_ = false;
    std::mutex publishing_;  ///< held while an answer is made
    HttpServer server_;
};

}  // namespace onnxhub::test
