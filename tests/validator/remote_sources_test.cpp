// SPDX-License-Identifier: Apache-2.0
// Whether servers have models elsewhere: the requests, and the findings.
#include "validator/remote_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/http_server.h"
#include "tests/support/memory_tree.h"
#include "validator/remote_rules.h"
#include "validator/validate.h"

namespace onnxhub::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using State = SourceState::Kind;

/// A server of a file with ten bytes, which answers in the way that the path names.
Answer answer(const ReceivedRequest& request) {
    const std::string whole(10, 'm');
    if (request.path == "/range") return {206, "m", {{"Content-Range", "bytes 0-0/10"}}};
    if (request.path == "/whole") return {200, whole};
    if (request.path == "/gzip") return {200, "mm", {{"Content-Encoding", "gzip"}}};
    if (request.path == "/unknown") return {206, "m", {{"Content-Range", "bytes 0-0/*"}}};
    if (request.path == "/empty") return {416, "", {{"Content-Range", "bytes */0"}}};
    if (request.path == "/denied") return {403, ""};
    if (request.path == "/gone") return {410, ""};
    if (request.path == "/busy") return {429, "", {{"Retry-After", "3600"}}};
    if (request.path == "/away") return {302, "", {{"Location", "http://127.0.0.1:1/m.onnx"}}};
    return {404, ""};
}

HttpOptions options_for(const HttpServer& server) {
    HttpOptions options;
    options.policy = AddressPolicy({{"127.0.0.1", server.port()}});
    options.sleep = [](std::chrono::milliseconds) {};
    return options;
}

SourceState ask_one(const std::string& path) {
    const HttpServer server(answer);
    return SourceServers(options_for(server)).ask({server.url(path)}).at(0);
}

TEST(SourceServersTest, LearnTheSizeWithoutTheFile) {
    EXPECT_EQ(ask_one("/range"), (SourceState{State::present, 10, ""}));
    EXPECT_EQ(ask_one("/whole"), (SourceState{State::present, 10, ""}));
    EXPECT_EQ(ask_one("/empty"), (SourceState{State::present, 0, ""}));
    EXPECT_EQ(ask_one("/gzip"), (SourceState{State::present, {}, ""}));
    EXPECT_EQ(ask_one("/unknown"), (SourceState{State::present, {}, ""}));
}

TEST(SourceServersTest, SayWhyAFileCannotBeLoaded) {
    EXPECT_EQ(ask_one("/gone").kind, State::failed);
    EXPECT_THAT(ask_one("/gone").reason, HasSubstr("/gone does not exist (410)"));
    EXPECT_THAT(ask_one("/none?token=secret").reason,
                AllOf(HasSubstr("does not exist (404)"), Not(HasSubstr("secret"))));
    EXPECT_THAT(ask_one("/denied").reason, HasSubstr("denies access (403)"));
    EXPECT_EQ(ask_one("/busy").kind, State::inconclusive);
    EXPECT_EQ(ask_one("/busy").reason, "127.0.0.1 answers with status 429");
}

TEST(SourceServersTest, SendOneRequestForOneByteAndNoPassword) {
    const HttpServer server(answer);
    SourceServers servers(options_for(server));
    const std::string url = server.url("/whole");
    EXPECT_THAT(servers.ask({url, url}), SizeIs(2));
    EXPECT_THAT(servers.ask({url}), SizeIs(1));
    ASSERT_THAT(server.requests(), SizeIs(1));
    const ReceivedRequest request = server.requests().front();
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(*request.header("range"), "bytes=0-0");
    EXPECT_EQ(request.header("authorization"), nullptr);
}

TEST(SourceServersTest, RefuseAddressesThatTheUserDoesNotName) {
    const HttpServer server(answer);
    HttpOptions options = options_for(server);
    options.policy = AddressPolicy();
    const auto states = SourceServers(options).ask(
        {server.url("/range"), "https://10.0.0.1/m.onnx", "ftp://a.example.org/m.onnx", ""});
    EXPECT_THAT(states, Each(Field(&SourceState::kind, State::failed)));
    EXPECT_THAT(states[1].reason, HasSubstr("not requested"));
    EXPECT_THAT(server.requests(), IsEmpty());
    // Redirects are judged too.
    EXPECT_EQ(ask_one("/away").kind, State::failed);
}

TEST(SourceServersTest, DoNotAskABusyServerAgain) {
    const HttpServer server(answer);
    SourceServers servers(options_for(server));
    const auto states =
        servers.ask({server.url("/range"), server.url("/busy"), server.url("/whole")});
    EXPECT_THAT(states, ElementsAre(Field(&SourceState::kind, State::present),
                                    Field(&SourceState::kind, State::inconclusive),
                                    Field(&SourceState::kind, State::inconclusive)));
    EXPECT_EQ(states[1].reason, states[2].reason);
    EXPECT_EQ(servers.ask({server.url("/gone")}).at(0).kind, State::inconclusive);
    EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST(SourceServersTest, ANetworkFailureIsInconclusive) {
    HttpOptions options;
    options.policy = AddressPolicy({{"127.0.0.1", std::nullopt}});
    options.sleep = [](std::chrono::milliseconds) {};
    const auto states = SourceServers(options).ask({"http://127.0.0.1:1/secret-path"});
    EXPECT_EQ(
        states.at(0),
        (SourceState{State::inconclusive, {}, "cannot query 127.0.0.1: the connection fails"}));
}

TEST(SourceServersTest, LimitsHold) {
    const HttpServer server(answer);
    const HttpServer other(answer);
    HttpOptions options = options_for(server);
    options.policy = AddressPolicy({{"127.0.0.1", std::nullopt}});
    RemoteSourceLimits limits;
    limits.urls = 2;
    EXPECT_THAT(SourceServers(options, limits)
                    .ask({server.url("/range"), server.url("/whole"), server.url("/gone")}),
                ElementsAre(Field(&SourceState::kind, State::present),
                            Field(&SourceState::kind, State::present),
                            Field(&SourceState::reason, "more than 2 URLs")));
    limits = {};
    limits.servers = 1;
    EXPECT_THAT(SourceServers(options, limits)
                    .ask({server.url("/range"), other.url("/range"), server.url("/whole")}),
                ElementsAre(Field(&SourceState::kind, State::present),
                            Field(&SourceState::reason, "more than 1 servers"),
                            Field(&SourceState::kind, State::present)));
    limits = {};
    limits.run = std::chrono::seconds(0);
    EXPECT_THAT(SourceServers(options, limits).ask({server.url("/range")}),
                ElementsAre(Field(&SourceState::reason, "the requests take longer than 0 s")));
}

// ---- findings

constexpr const char* url_a = "https://a.example.org/m.onnx";
constexpr const char* url_b = "https://b.example.org/m.onnx";

/// Checks a hub with one entry of ten bytes with two URLs, on lines 5 and 6. `states` of each.
FindingList check(const MemoryTree& tree, const SourceState& a, const SourceState& b) {
    const std::string manifest =
        "[{\"model\": \"m\", \"model_path\": \"m.onnx\", \"onnx_version\": \"1.8\",\n"
        "\"opset_version\": 13, \"metadata\": {\"model_sha\": \"" +
        std::string(64, 'a') + "\",\n\"model_bytes\": 10,\n\"sources\": [\n\"" + url_a + "\",\n\"" +
        url_b + "\"]}}]";
    const Settings settings;
    const auto state = read_hub_state(tree, settings, {"ONNX_HUB_MANIFEST.json", manifest}, {});
    FindingList findings;
    check_remote_sources(
        *state,
        [&](const std::vector<std::string>& urls) {
            EXPECT_THAT(urls, ElementsAre(url_a, url_b));
            return std::vector<SourceState>{a, b};
        },
        findings);
    return findings;
}

const SourceState has_ten{State::present, 10, ""};
const SourceState has_nine{State::present, 9, ""};
const SourceState has_some{State::present, {}, ""};
const SourceState has_none{State::failed, {}, "it does not exist (404)"};
const SourceState is_busy{State::inconclusive, {}, "it is busy"};

TEST(RemoteSources, OneUrlWithTheRightSizeIsEnough) {
    const MemoryTree tree;
    EXPECT_THAT(check(tree, has_ten, has_some).findings(), IsEmpty());
    const FindingList list = check(tree, has_none, has_ten);
    const auto& findings = list.findings();
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].rule, "remote-source-failed");
    EXPECT_EQ(findings[0].line, 5);
    EXPECT_EQ(findings[0].key, "metadata.sources[0]");
    EXPECT_EQ(findings[0].message, "it does not exist (404)");
    const FindingList sizes = check(tree, has_ten, has_nine);
    ASSERT_THAT(sizes.findings(), SizeIs(1));
    EXPECT_EQ(sizes.findings()[0].line, 6);
    EXPECT_EQ(sizes.findings()[0].message,
              std::string(url_b) + " has 9 bytes, but the entry says 10");
}

TEST(RemoteSources, WithoutOneTheModelIsUnavailable) {
    const MemoryTree tree;
    const FindingList list = check(tree, has_none, has_nine);
    ASSERT_THAT(list.findings(), SizeIs(1));
    EXPECT_EQ(list.findings()[0].rule, "remote-model-unavailable");
    EXPECT_EQ(list.findings()[0].line, 4);
    EXPECT_THAT(list.findings()[0].message,
                AllOf(HasSubstr("it does not exist (404)"), HasSubstr("has 9 bytes")));
}

TEST(RemoteSources, AnUnknownStateIsNoError) {
    const MemoryTree tree;
    const FindingList list = check(tree, is_busy, has_none);
    ASSERT_THAT(list.findings(), SizeIs(1));
    EXPECT_EQ(list.findings()[0].rule, "remote-source-failed");
    ASSERT_THAT(list.unchecked(), SizeIs(1));
    EXPECT_EQ(list.unchecked()[0].rule, "remote-model-unavailable");
    EXPECT_EQ(list.unchecked()[0].reason, "inconclusive: it is busy");
    EXPECT_EQ(check(tree, is_busy, has_ten).unchecked().at(0).rule, "remote-source-failed");
}

TEST(RemoteSources, TheHubsOwnFileIsEnoughToo) {
    MemoryTree tree;
    tree.add("m.onnx", "content");
    const FindingList list = check(tree, has_none, has_none);
    EXPECT_THAT(list.findings(),
                AllOf(SizeIs(2), Each(Field(&Finding::rule, "remote-source-failed"))));
}

}  // namespace
}  // namespace onnxhub::test
