// SPDX-License-Identifier: Apache-2.0
// `serve` gives manifest and statement of one commit while the repository gets new ones.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "base/decimal.h"
#include "base/utc_time.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_pinning.h"
#include "tests/server/served.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signed_hub.h"

namespace onnxhub::test {
namespace {

const std::string statement_name(hub_statement_name);

/// A hub with one model, whose name is the version.
std::string manifest_of(std::uint64_t version) {
    return R"([{"model": ")" + std::to_string(version) +
           R"(", "model_path": "a/m.onnx", "onnx_version": "1.9", "opset_version": 12, )"
           R"("metadata": {"model_sha": ")" +
           to_hex(sha256_of("the model")) + R"(", "model_bytes": 9, "tags": []}}])";
}

class ServedSignedHub : public testing::Test {
protected:
    ServedSignedHub() {
        repository_.write(root_path(1), sign_root(sample_root(), pool_keys({0})));
        commit();
    }
    ~ServedSignedHub() override { stop(); }

    void commit() {
        ++version_;
        const std::string manifest = manifest_of(version_);
        HubStatement statement = sample_statement_of_hub();
        statement.version = version_;
        statement.branch = "main";
        statement.manifest = sha256_of(manifest);
        statement.issued = seconds_since_1970();
        statement.expires = statement.issued + seconds_of_a_day;
        repository_.write(manifest_name, manifest);
        repository_.write(statement_name, sign_statement(statement, pool_keys({1})));
        repository_.commit("Publish " + std::to_string(version_));
    }

    /// One commit after the other, as fast as git can.
    void start() {
        publisher_ = std::thread([this] {
            while (!is_done_) commit();
        });
    }
    void stop() {
        is_done_ = true;
        if (publisher_.joinable()) publisher_.join();
    }

    std::string ref() const { return repository_.path().string() + ":main"; }

    RepositoryBuilder repository_;
    std::uint64_t version_ = 0;
    std::atomic<bool> is_done_ = false;
    std::thread publisher_;
};

TEST_F(ServedSignedHub, ManifestAndStatementAreOfOneCommit) {
    Served served(ref());
    start();
    std::string last;
    int commits = 0;
    for (int i = 0; i < 500 || (commits <= 20 && i < 50000); ++i) {
        const Reply manifest = served.get("/" + std::string(manifest_name));
        ASSERT_EQ(manifest.status, 200);
        const std::string commit = manifest.header("Onnx-Hub-Commit");
        const Reply statement = served.get("/hub/at/" + commit + "/" + statement_name);
        ASSERT_EQ(statement.status, 200);
        EXPECT_EQ(read_unverified_statement_of_hub(statement.body).manifest,
                  sha256_of(manifest.body));
        if (commit != last) ++commits;
        last = commit;
    }
    EXPECT_GT(commits, 20);
}

TEST_F(ServedSignedHub, APinnedClientNeverWaitsAndNeverRefuses) {
    Served served(ref());
    const TemporaryFolder home;
    std::string reports;
    int pauses = 0;
    const auto client_of = [&] {
        ClientOptions options;
        options.hub = served.server->url();
        options.http.max_attempts = 1;
        options.http.sleep = [&](std::chrono::milliseconds) { ++pauses; };
        options.report = [&](const std::string& line) { reports += line + "\n"; };
        options.environment = [&](const char* name) -> std::optional<std::string> {
            return std::string(name) == "HOME" ? std::optional(home.path().string()) : std::nullopt;
        };
        return options;
    };
    HubClient first(client_of());
    const auto files = first.open_signed_hub();
    const TrustStore store(home.path() / ".local/state/onnxhub/trust");
    store.add(make_pin(*files, read_offer(*files, first.name()), first, false));
    start();
    std::uint64_t last = 1;
    for (int i = 0; i < 300 || (last <= 20 && i < 30000); ++i) {
        HubClient client(client_of());
        const std::string& model = client.manifest().entries.at(0).entry->model;
        const auto version = parse_decimal<std::uint64_t>(model);
        ASSERT_TRUE(version && *version >= last) << model << " after " << last;
        last = *version;
    }
    stop();
    EXPECT_GT(last, 20u);
    EXPECT_EQ(pauses, 0) << "each pair fits when it is read first";
    EXPECT_EQ(reports, "");
}

}  // namespace
}  // namespace onnxhub::test
