// SPDX-License-Identifier: Apache-2.0
// Graphs that a server makes when they are asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/digest.h"
#include "base/user_error.h"
#include "hosting/server/served_model.h"
#include "tests/server/served.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

class ServedGraphs : public testing::Test {
protected:
    /// A server whose source knows one model, and gives its bytes as the graph.
    ServerOptions options() {
        ServerOptions options;
        options.model_graph = [this](const std::string& sha256, const std::string& etag,
                                     const OpenModel& open) -> std::optional<std::string> {
            ++calls;
            EXPECT_FALSE(etag.empty());
            if (sha256 == to_hex(sha256_of(broken))) throw UserError("unreadable");
            const auto source = open("a/m.onnx");
            if (!source) return std::nullopt;
            return "graph of " + read_whole(*source, 10'000'000, "m");
        };
        return options;
    }

    static std::string path_of(const std::string& content) {
        return "/graph/" + to_hex(sha256_of(content)) + ".json.gz";
    }

    const std::string model = std::string(2'000'000, 'm');
    const std::string broken = "broken";
    std::atomic<int> calls = 0;
    TemporaryFolder folder;
};

TEST_F(ServedGraphs, AreMadeOnceAndKept) {
    write_file(folder.path() / manifest_name, "[]");
    write_file(folder.path() / "a/m.onnx", model);
    Served served(folder.path(), options());
    const Reply reply = served.get(path_of(model));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "graph of " + model);
    EXPECT_EQ(reply.header("content-type"), "application/gzip");
    EXPECT_EQ(reply.header("content-encoding"), "");
    EXPECT_EQ(reply.header("content-security-policy"), "sandbox");
    const std::string etag = reply.header("etag");
    EXPECT_EQ(etag, '"' + to_hex(sha256_of(reply.body)) + '"');
    EXPECT_EQ(served.get(path_of(model), {{"If-None-Match", etag}}).status, 304);
    EXPECT_EQ(served.get(path_of(model), {}, "HEAD").status, 200);
    EXPECT_EQ(calls, 1);
}

TEST_F(ServedGraphs, AreOfTheRightContentOnly) {
    write_file(folder.path() / manifest_name, "[]");
    write_file(folder.path() / "a/m.onnx", model);
    Served served(folder.path(), options());
    EXPECT_EQ(served.get(path_of("other content")).status, 404);
    EXPECT_EQ(served.get(path_of(broken)).status, 500);
    EXPECT_EQ(served.get("/graph/0123.json.gz").status, 404);
    EXPECT_EQ(served.get("/graph/" + std::string(64, 'A') + ".json.gz").status, 404);
    EXPECT_EQ(calls, 2);
}

TEST_F(ServedGraphs, OfBlobsInGitAreMade) {
    RepositoryBuilder repository;
    repository.write(manifest_name, "[]");
    repository.write("a/m.onnx", model);
    repository.commit("models");
    Served served(repository.path().string() + ":HEAD", options());
    EXPECT_EQ(served.get(path_of(model)).body, "graph of " + model);
    EXPECT_EQ(served.get(path_of("other content")).status, 404);
}

TEST_F(ServedGraphs, AFileOfTheHubComesFirst) {
    write_file(folder.path() / manifest_name, "[]");
    write_file(folder.path() / path_of(model).substr(1), "of the hub");
    Served served(folder.path(), options());
    EXPECT_EQ(served.get(path_of(model)).body, "of the hub");
    EXPECT_EQ(calls, 0);
}

TEST_F(ServedGraphs, NeedAManifestAndTheToken) {
    ServerOptions with_token = options();
    with_token.token = "secret";
    Served served(folder.path(), std::move(with_token));
    EXPECT_EQ(served.get(path_of(model)).status, 401);
    EXPECT_EQ(served.get(path_of(model), {{"Authorization", "Bearer secret"}}).status, 404);
    EXPECT_EQ(calls, 0);
}

TEST(ModelOfGraphPath, IsADigest) {
    const std::string sha(64, 'a');
    EXPECT_EQ(model_of_graph_path("/graph/" + sha + ".json.gz"), sha);
    EXPECT_EQ(model_of_graph_path("/graph/" + sha + ".json"), std::nullopt);
    EXPECT_EQ(model_of_graph_path("/other/" + sha + ".json.gz"), std::nullopt);
    EXPECT_EQ(model_of_graph_path("/graph/../" + std::string(61, 'a') + ".json.gz"), std::nullopt);
}

}  // namespace
}  // namespace onnxhub::test
