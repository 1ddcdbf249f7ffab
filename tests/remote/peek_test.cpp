// SPDX-License-Identifier: Apache-2.0
// Graphs of models whose bytes are on servers.
#include "remote/peek.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "http/http_client.h"
#include "model/model_graph.h"
#include "model/model_opsets.h"
#include "tests/support/model_builder.h"
#include "tests/support/network_models.h"
#include "tests/support/range_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::make_network;
using test::Network;
using test::RangeServer;
using test::ReceivedRequest;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string network_bytes(Network network, std::size_t size_mib) {
    return make_network(network, size_mib).SerializeAsString();
}

/// A model larger than what is read whole, with another name for each number.
std::string numbered_model(int number) {
    return test::ModelBuilder()
        .input("x" + std::to_string(number), {1, 128})
        .initializer("w", {128, 256})
        .node("MatMul", {"x" + std::to_string(number), "w"}, {"y"})
        .output("y", {1, 256})
        .bytes();
}

IoPorts ports_of(const ByteSource& source) {
    auto read = read_model_graph(source, nullptr, {});
    EXPECT_TRUE(std::holds_alternative<ModelGraph>(read));
    return std::get<ModelGraph>(read).ports;
}

class PeekTest : public testing::Test {
protected:
    PeekTest() {
        options_.http.max_attempts = 1;
        options_.lfs_http = options_.http;
        options_.cache_folder = cache_.path() / "graphs";
        options_.lfs_name = server_.lfs_url();
        options_.lfs = [this](const std::vector<LfsObject>& objects) {
            HttpClient client;
            return ask_lfs_server(client, server_.lfs_url(), objects);
        };
    }

    PeekTarget target(const std::string& path, const std::string& content) const {
        return {path, sha256_of(content), content.size()};
    }
    PeekTarget object(const std::string& path, const std::string& content) {
        server_.add_object(content);
        return target(path, content);
    }
    PeekedGraphs peek(const std::vector<PeekTarget>& targets) {
        return peek_graphs(targets, options_, observer_);
    }

    TemporaryFolder cache_;
    RangeServer server_;
    PeekOptions options_;
    FetchObserver observer_;
};

TEST_F(PeekTest, NetworksGiveTheirPortsForAHundredthOfTheirBytes) {
    for (const Network network : {Network::resnet, Network::bert, Network::yolo}) {
        const onnx::ModelProto model = make_network(network, 100);
        const std::string content = model.SerializeAsString();
        const PeekedGraphs graphs = peek({object("a/model.onnx", content)});
        ASSERT_THAT(graphs.summary().failures, IsEmpty()) << graphs.summary().failures[0].reason;
        EXPECT_EQ(ports_of(*graphs.open(sha256_of(content), content.size())),
                  ports_of(*memory_source(content)));
        const std::uint64_t limit = 64 * 1024 + 4 * 1024 * test::large_payloads(model);
        EXPECT_LE(graphs.summary().bytes, limit);
        EXPECT_LT(graphs.summary().bytes * 100, content.size());
    }
}

TEST_F(PeekTest, StatedUrlsAreAskedForTheirOwnModels) {
    options_.lfs = {};
    RangeServer other;
    const std::string one = numbered_model(1);
    const std::string two = numbered_model(2);
    const std::string three = numbered_model(3);
    server_.add_file("one.onnx", one);
    other.add_file("two.onnx", two);
    other.add_file("three.onnx", three, "\"v1\"");
    std::vector<PeekTarget> targets = {target("a.onnx", one), target("b.onnx", two),
                                       target("c.onnx", three), target("d.onnx", "no address")};
    targets[0].urls = {"ftp://127.0.0.1/one.onnx", "no URL", server_.mirror_url() + "/one.onnx"};
    targets[1].urls = {server_.mirror_url() + "/two.onnx", other.mirror_url() + "/two.onnx"};
    targets[2].urls = {other.mirror_url() + "/three.onnx"};
    const PeekedGraphs graphs = peek(targets);
    EXPECT_EQ(graphs.summary().models, 2U);
    ASSERT_THAT(graphs.summary().failures, SizeIs(2));
    EXPECT_EQ(graphs.summary().failures[0].path, "c.onnx");
    EXPECT_THAT(graphs.summary().failures[0].reason, HasSubstr("SHA-256"));
    EXPECT_THAT(graphs.summary().failures[1].reason, HasSubstr("nor a URL"));
    EXPECT_EQ(ports_of(*graphs.open(sha256_of(two), two.size())).inputs[0].name, "x2");
    EXPECT_EQ(server_.count("/files/three"), 0U);

    EXPECT_EQ(peek(targets).summary().cached, 2U);
    // What one host says does not count where the hub states another.
    targets[0].urls = {other.mirror_url() + "/one.onnx"};
    EXPECT_FALSE(peek({targets[0]}).has(sha256_of(one), one.size()));
}

TEST_F(PeekTest, AHubChoosesSoManyHosts) {
    options_.lfs = {};
    const std::string model = numbered_model(1);
    server_.add_file("one.onnx", model);
    PeekTarget asked = target("a.onnx", model);
    for (std::size_t i = 0; i < stated_origin_limit; ++i) {
        asked.urls.push_back("ftp://127.0.0.1/" + std::to_string(i));  // not counted
    }
    for (std::size_t i = 0; i + 1 < stated_origin_limit; ++i) {
        asked.urls.push_back("http://127.0.0.1:" + std::to_string(i + 1) + "/m.onnx");
    }
    asked.urls.push_back(server_.mirror_url() + "/one.onnx");
    EXPECT_EQ(peek({asked}).summary().models, 1U);
    asked.urls.insert(asked.urls.begin(), "http://127.0.0.1:99/m.onnx");
    options_.cache_folder = cache_.path() / "other";
    EXPECT_EQ(peek({asked}).summary().models, 0U);
}

TEST_F(PeekTest, TheOpsetAloneTakesThreeRequestsAtMost) {
    options_.depth = PeekDepth::opset;
    for (const Network network : {Network::resnet, Network::bert, Network::yolo}) {
        const std::string content = network_bytes(network, 20);
        const PeekedGraphs graphs = peek({object("a/model.onnx", content)});
        ASSERT_THAT(graphs.summary().failures, IsEmpty());
        EXPECT_LE(graphs.summary().requests, 3U);
        EXPECT_LE(graphs.summary().bytes, 128U * 1024);
        const auto opsets = read_model_opsets(*graphs.open(sha256_of(content), content.size()));
        const auto whole = read_model_opsets(*memory_source(content));
        EXPECT_EQ(std::get<ModelOpsets>(opsets).versions, std::get<ModelOpsets>(whole).versions);
    }
}

TEST_F(PeekTest, OneBatchRequestTellsAHundredObjects) {
    std::vector<PeekTarget> targets;
    for (int i = 0; i < 150; ++i) {
        targets.push_back(object("m" + std::to_string(i) + ".onnx", numbered_model(i)));
    }
    const PeekedGraphs graphs = peek(targets);
    EXPECT_THAT(graphs.summary().failures, IsEmpty());
    EXPECT_EQ(graphs.summary().models, 150U);
    EXPECT_EQ(server_.count("/lfs/"), 2U);
    EXPECT_EQ(server_.count("/store/"), graphs.summary().requests);
    EXPECT_EQ(ports_of(*graphs.open(targets[7].sha, targets[7].size_bytes)).inputs[0].name, "x7");
}

TEST_F(PeekTest, OnePointerIsOneBatchAndItsOwnRanges) {
    const PeekTarget target = object("m.onnx", numbered_model(1));
    for (int i = 2; i < 10; ++i) server_.add_object(numbered_model(i));
    peek({target});
    EXPECT_EQ(server_.count("/lfs/"), 1U);
    EXPECT_EQ(server_.count("/store/"), server_.count("/store/" + to_hex(target.sha)));
}

TEST_F(PeekTest, NothingIsAskedForTwice) {
    const std::vector<PeekTarget> targets{object("a.onnx", numbered_model(1)),
                                          object("b.onnx", numbered_model(1)),
                                          object("c.onnx", numbered_model(2))};
    EXPECT_EQ(peek(targets).summary().models, 2U);
    const std::size_t requests = server_.requests().size();
    const PeekedGraphs again = peek(targets);
    EXPECT_EQ(server_.requests().size(), requests);
    EXPECT_EQ(again.summary().models, 2U);
    EXPECT_EQ(again.summary().cached, 2U);
    EXPECT_EQ(again.summary().bytes, 0U);
    EXPECT_EQ(ports_of(*again.open(targets[2].sha, targets[2].size_bytes)).inputs[0].name, "x2");
    options_.depth = PeekDepth::opset;
    EXPECT_EQ(peek(targets).summary().cached, 2U) << "a graph has its opsets";
    EXPECT_EQ(server_.requests().size(), requests);
}

TEST_F(PeekTest, WorksWithoutACache) {
    options_.cache_folder.reset();
    const PeekTarget target = object("a.onnx", numbered_model(3));
    const PeekedGraphs graphs = peek({target});
    EXPECT_EQ(ports_of(*graphs.open(target.sha, target.size_bytes)).inputs[0].name, "x3");
    EXPECT_EQ(graphs.open(sha256_of("other"), 5), nullptr);
}

TEST_F(PeekTest, MirrorsAreAskedFirstAndTheGitLfsServerForTheRest) {
    const std::string one = numbered_model(1), two = numbered_model(2), three = numbered_model(3);
    server_.add_file("a/one.onnx", one);
    server_.add_hugging_face("two.onnx", two);
    options_.mirrors = {server_.mirror_url() + "/", "hf://zoo"};
    options_.hugging_face = server_.hugging_face();
    const PeekedGraphs graphs =
        peek({target("a/one.onnx", one), target("b/two.onnx", two), object("c/three.onnx", three)});
    EXPECT_THAT(graphs.summary().failures, IsEmpty());
    EXPECT_EQ(graphs.summary().models, 3U);
    ASSERT_EQ(server_.count("/lfs/"), 1U);
    EXPECT_EQ(server_.count("/store/"), server_.count("/store/" + to_hex(sha256_of(three))));
    EXPECT_EQ(server_.count("/hf/zoo/two/resolve/main/two.onnx"), 1U);
    EXPECT_EQ(server_.count("/cdn/three"), 0U);
}

TEST_F(PeekTest, TheGitLfsServerComesFirstForChanges) {
    const std::string one = numbered_model(1);
    server_.add_file("one.onnx", one);
    options_.mirrors = {server_.mirror_url()};
    options_.asks_lfs_first = true;
    peek({object("one.onnx", one)});
    EXPECT_EQ(server_.count("/files/"), 0U);
}

TEST_F(PeekTest, AMirrorThatLiesChangesNothing) {
    const std::string real = numbered_model(1);
    std::string other = real;
    for (std::size_t i = 0; (i = other.find("x1")) != other.npos;) other[i] = 'z';
    server_.add_file("one.onnx", other, "\"without-a-digest\"");
    options_.mirrors = {server_.mirror_url()};
    options_.lfs = {};
    const PeekedGraphs graphs = peek({target("one.onnx", real)});
    ASSERT_THAT(graphs.summary().failures, SizeIs(1));
    EXPECT_THAT(graphs.summary().failures[0].reason,
                HasSubstr("does not state the SHA-256 of the file"));
    EXPECT_EQ(graphs.open(sha256_of(real), real.size()), nullptr);
    EXPECT_FALSE(std::filesystem::exists(*options_.cache_folder)) << "nothing was kept";
}

TEST_F(PeekTest, WhatOneServerSaysIsNotUsedForAHubThatNamesAnother) {
    const std::string real = numbered_model(1);
    RangeServer liar;
    std::string other = real;
    for (std::size_t i = 0; (i = other.find("x1")) != other.npos;) other[i] = 'z';
    liar.add_file("one.onnx", other, "\"" + to_hex(sha256_of(real)) + "\"");
    options_.mirrors = {liar.mirror_url()};
    const auto lfs = std::exchange(options_.lfs, {});
    EXPECT_EQ(ports_of(*peek({target("one.onnx", real)}).open(sha256_of(real), real.size()))
                  .inputs[0]
                  .name,
              "z1");
    options_.lfs = lfs;
    options_.mirrors = {};
    EXPECT_EQ(ports_of(*peek({object("one.onnx", real)}).open(sha256_of(real), real.size()))
                  .inputs[0]
                  .name,
              "x1");
}

TEST_F(PeekTest, AServerThatFailsThreeTimesIsLeft) {
    std::vector<PeekTarget> targets;
    for (int i = 0; i < 40; ++i) targets.push_back(object("m.onnx", numbered_model(i)));
    server_.twist = [](const ReceivedRequest& request, Answer& answer) {
        if (request.path.starts_with("/store/")) answer = {503, "busy"};
    };
    options_.connections = 2;
    const PeekedGraphs graphs = peek(targets);
    EXPECT_EQ(graphs.summary().models, 0U);
    ASSERT_THAT(graphs.summary().failures, SizeIs(40));
    EXPECT_THAT(graphs.summary().failures[39].reason, HasSubstr("503"));
    EXPECT_LE(server_.count("/store/"), 3U + 3 * options_.connections);
}

TEST_F(PeekTest, AGitLfsServerThatDeniesAccessIsLeft) {
    std::vector<PeekTarget> targets;
    for (int i = 0; i < 350; ++i) targets.push_back(target("m.onnx", std::to_string(i)));
    server_.twist = [](const ReceivedRequest&, Answer& answer) { answer = {401, "{}"}; };
    options_.connections = 1;
    const PeekedGraphs graphs = peek(targets);
    ASSERT_THAT(graphs.summary().failures, SizeIs(350));
    EXPECT_THAT(graphs.summary().failures[349].reason, HasSubstr("(401)"));
    EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(PeekTest, AMirrorMayDenyAccessToWhatItDoesNotHave) {
    std::vector<PeekTarget> targets;
    for (int i = 0; i < 8; ++i) {
        const std::string content = numbered_model(i);
        const std::string path = "m" + std::to_string(i) + ".onnx";
        if (i >= 6) server_.add_file(path, content);
        targets.push_back(target(path, content));
    }
    server_.twist = [](const ReceivedRequest&, Answer& answer) {
        if (answer.status == 404) answer = {401, "no such repository"};
    };
    options_.mirrors = {server_.mirror_url()};
    options_.lfs = {};
    options_.connections = 1;
    EXPECT_EQ(peek(targets).summary().models, 2U);
}

TEST_F(PeekTest, PointersOfOneDigestWithTwoSizesAreTwoModels) {
    const PeekTarget right = object("right.onnx", numbered_model(1));
    PeekTarget wrong = right;
    wrong.path = "wrong.onnx";
    wrong.size_bytes += 5;
    for (const auto& targets : {std::vector{right, wrong}, std::vector{wrong, right}}) {
        const PeekedGraphs graphs = peek(targets);
        EXPECT_NE(graphs.open(right.sha, right.size_bytes), nullptr);
        EXPECT_EQ(graphs.open(wrong.sha, wrong.size_bytes), nullptr);
        ASSERT_THAT(graphs.summary().failures, SizeIs(1));
        EXPECT_EQ(graphs.summary().failures[0].path, "wrong.onnx");
    }
}

TEST_F(PeekTest, AFileThatWasReadCompletelyMustHaveItsDigest) {
    // Only nodes, so that every byte is read.
    test::ModelBuilder builder;
    for (int i = 0; i < 4000; ++i) builder.node("Relu", {"x1"}, {"y" + std::to_string(i)});
    const std::string real = builder.bytes();
    std::string other = real;
    other[other.find("Relu")] = 'S';
    ASSERT_GT(real.size(), 64U * 1024);
    server_.add_object(sha256_of(real), other);
    const PeekedGraphs graphs = peek({target("a.onnx", real)});
    ASSERT_THAT(graphs.summary().failures, SizeIs(1));
    EXPECT_THAT(graphs.summary().failures[0].reason, HasSubstr("other bytes than the pointer"));
}

TEST_F(PeekTest, MissingObjectsAreNamed) {
    const PeekedGraphs graphs = peek({target("a.onnx", numbered_model(1))});
    ASSERT_THAT(graphs.summary().failures, SizeIs(1));
    EXPECT_EQ(graphs.summary().failures[0].path, "a.onnx");
    EXPECT_EQ(graphs.summary().failures[0].reason, "the Git LFS server does not have the object");
}

TEST_F(PeekTest, AnExpiredAddressIsAskedForOnceMore) {
    int expired = 0;
    server_.twist = [&](const ReceivedRequest& request, Answer& answer) {
        if (request.path.starts_with("/store/") && ++expired == 1) answer = {403, "expired"};
    };
    EXPECT_THAT(peek({object("a.onnx", numbered_model(1))}).summary().failures, IsEmpty());
    EXPECT_EQ(server_.count("/lfs/"), 2U);
}

TEST_F(PeekTest, WhatIsNotAModelIsReported) {
    const std::string html = "<html>" + std::string(100'000, ' ');
    const PeekedGraphs graphs = peek({object("a.onnx", html)});
    ASSERT_THAT(graphs.summary().failures, SizeIs(1));
    EXPECT_EQ(graphs.summary().failures[0].reason, "is HTML or XML, not a model (at byte 0)");
}

TEST_F(PeekTest, StopsAtTheTransferThatTheUserAllows) {
    options_.budget = std::make_shared<TransferBudget>(40'000);
    options_.connections = 1;
    const PeekedGraphs graphs =
        peek({object("a.onnx", numbered_model(1)), object("b.onnx", numbered_model(2)),
              object("c.onnx", numbered_model(3))});
    EXPECT_LE(graphs.summary().bytes, 40'000U);
    EXPECT_GT(graphs.summary().models, 0U);
    EXPECT_THAT(graphs.summary().failures.back().reason,
                HasSubstr("the limit of 40000 bytes for the run is reached"));
}

TEST_F(PeekTest, TheEstimateSendsNothing) {
    const PeekTarget known = object("a.onnx", numbered_model(1));
    peek({known});
    const std::size_t requests = server_.requests().size();
    const PeekSummary estimate =
        estimate_peek({known, {"b.onnx", sha256_of("b"), 100 << 20}}, options_);
    EXPECT_EQ(server_.requests().size(), requests);
    EXPECT_EQ(estimate.models, 1U);
    EXPECT_EQ(estimate.cached, 1U);
    EXPECT_GT(estimate.requests, 10U);
    EXPECT_LT(estimate.bytes, std::uint64_t{1} << 20);
}

TEST_F(PeekTest, ConnectionsAreShared) {
    std::vector<PeekTarget> targets;
    for (int i = 0; i < 16; ++i) targets.push_back(object("m.onnx", numbered_model(i)));
    server_.delay = milliseconds(100);
    const PeekedGraphs graphs = peek(targets);
    EXPECT_THAT(graphs.summary().failures, IsEmpty());
    EXPECT_EQ(graphs.summary().models, 16U);
}

TEST_F(PeekTest, StopsWhenTheUserStops) {
    const PeekTarget target = object("a.onnx", numbered_model(1));
    options_.http.is_stopped = [] { return true; };
    EXPECT_THROW(peek({target}), Interrupted);
}

}  // namespace
}  // namespace onnxhub
