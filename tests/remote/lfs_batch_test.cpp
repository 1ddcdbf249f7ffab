// SPDX-License-Identifier: Apache-2.0
#include "remote/lfs_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "manifest/json.h"
#include "tests/support/http_server.h"

namespace onnxhub {
namespace {

using test::Answer;
using test::HttpServer;
using test::ReceivedRequest;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;
using Kind = LfsObjectState::Kind;

LfsObject object(const std::string& content) {
    return {sha256_of(content), content.size()};
}

/// A Git LFS server with some objects.
class LfsServer {
public:
    std::map<std::string, std::uint64_t> objects;  ///< size by oid
    std::size_t largest_batch = 0;
    std::multiset<std::string> asked_oids;

    Answer answer(const ReceivedRequest& request) {
        if (request.method != "POST" || request.path != "/repo.git/info/lfs/objects/batch") {
            return {400, ""};
        }
        const auto parsed = parse_json(request.body);
        const JsonValue& root = std::get<JsonDocument>(parsed).root;
        EXPECT_EQ(*root.find("operation")->string(), "download");
        const JsonArray& asked = *root.find("objects")->array();
        largest_batch = std::max(largest_batch, asked.size());
        std::string list;
        for (const JsonValue& json : asked) {
            const std::string& oid = *json.find("oid")->string();
            asked_oids.insert(oid);
            const auto found = objects.find(oid);
            list += (list.empty() ? "" : ",") + std::string(R"({"oid": ")") + oid + R"(", )";
            list += found == objects.end()
                        ? R"("error": {"code": 404, "message": "Object does not exist"}})"
                        : R"("size": )" + std::to_string(found->second) +
                              R"(, "actions": {"download": {"href": "http://x/"}}})";
        }
        return {200, R"({"transfer": "basic", "objects": [)" + list + "]}"};
    }
};

std::vector<LfsObjectState> ask(const HttpServer& server, const std::vector<LfsObject>& objects,
                                const std::optional<std::string>& ref = {}) {
    HttpOptions options;
    options.sleep = [](std::chrono::milliseconds) {};
    HttpClient client(options);
    return ask_lfs_server(client, server.url("/repo.git/info/lfs"), objects, ref);
}

/// An answer of status 200 with these members of one object each.
Answer objects_answer(const std::vector<std::string>& members) {
    std::string list;
    for (const std::string& text : members) list += (list.empty() ? "{" : ",{") + text + "}";
    return {200, R"({"objects": [)" + list + "]}"};
}

std::string oid_member(const std::string& content) {
    return R"("oid": ")" + to_hex(object(content).oid) + '"';
}

const std::string download_member = R"("actions": {"download": {"href": "http://x/"}})";

TEST(LfsRemote, TellsPresentMissingAndOtherSizesApart) {
    LfsServer lfs;
    lfs.objects[to_hex(object("here").oid)] = 4;
    lfs.objects[to_hex(object("other").oid)] = 7;
    HttpServer server([&](const ReceivedRequest& request) { return lfs.answer(request); });
    const auto states = ask(server, {object("here"), object("gone"), object("other")});
    ASSERT_THAT(states, SizeIs(3));
    EXPECT_EQ(states[0].kind, Kind::present);
    EXPECT_EQ(states[1].kind, Kind::missing);
    EXPECT_EQ(states[2].kind, Kind::other_size);
    EXPECT_EQ(states[2].server_bytes, 7u);
}

TEST(LfsRemote, AsksOnceForEachObjectInBatchesOfAHundredAndDownloadsNothing) {
    LfsServer lfs;
    HttpServer server([&](const ReceivedRequest& request) { return lfs.answer(request); });
    std::vector<LfsObject> objects;
    for (int i = 0; i < 250; ++i) objects.push_back(object("model " + std::to_string(i % 240)));
    EXPECT_THAT(ask(server, objects), SizeIs(250));
    EXPECT_THAT(server.requests(), SizeIs(3));
    EXPECT_THAT(server.requests(), Each(Field(&ReceivedRequest::method, "POST")));
    EXPECT_EQ(lfs.largest_batch, 100u);
    EXPECT_THAT(lfs.asked_oids, SizeIs(240));
    EXPECT_EQ(*server.requests()[0].header("accept"), "application/vnd.git-lfs+json");
}

TEST(LfsRemote, AnOidWithTwoSizesIsAskedAboutOnceAndOneOfThemIsWrong) {
    LfsServer lfs;
    lfs.objects[to_hex(object("here").oid)] = 4;
    HttpServer server([&](const ReceivedRequest& request) { return lfs.answer(request); });
    const auto states = ask(server, {{object("here").oid, 5}, {object("here").oid, 4}});
    EXPECT_EQ(states[0], (LfsObjectState{Kind::other_size, 4, ""}));
    EXPECT_EQ(states[1], (LfsObjectState{Kind::present, 0, "", LfsDownload{"http://x/", {}}}));
    EXPECT_THAT(lfs.asked_oids, SizeIs(1));
}

TEST(LfsRemote, TheBranchIsToldWhereItIsKnown) {
    LfsServer lfs;
    HttpServer server([&](const ReceivedRequest& request) { return lfs.answer(request); });
    ask(server, {object("a")}, "refs/heads/main");
    ask(server, {object("a")});
    const auto with = parse_json(server.requests()[0].body);
    const JsonValue* ref = std::get<JsonDocument>(with).root.find("ref");
    ASSERT_NE(ref, nullptr);
    EXPECT_EQ(*ref->find("name")->string(), "refs/heads/main");
    EXPECT_THAT(server.requests()[1].body, testing::Not(HasSubstr("\"ref\"")));
}

TEST(LfsRemote, ABusyServerAndABrokenConnectionAreAskedAgain) {
    LfsServer lfs;
    lfs.objects[to_hex(object("here").oid)] = 4;
    int count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        ++count;
        if (count == 1) return Answer{429, "", {{"Retry-After", "2"}}};
        Answer answer = lfs.answer(request);
        if (count == 2) answer.break_after = 20;
        if (count == 3) answer.drop = true;
        return answer;
    });
    EXPECT_EQ(ask(server, {object("here")})[0].kind, Kind::present);
    EXPECT_EQ(count, 4);
}

TEST(LfsRemote, AConnectionThatAlwaysBreaksIsInconclusive) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{.body = std::string(1000, ' '), .break_after = 500};
    });
    const auto states = ask(server, {object("a")});
    EXPECT_EQ(states[0].kind, Kind::inconclusive);
    EXPECT_THAT(states[0].reason, HasSubstr("the connection was interrupted"));
}

TEST(LfsRemote, ARedirectToAnotherPortIsFollowedWithoutThePassword) {
    LfsServer lfs;
    lfs.objects[to_hex(object("here").oid)] = 4;
    HttpServer other([&](const ReceivedRequest& request) { return lfs.answer(request); });
    HttpServer server([&](const ReceivedRequest& request) {
        return Answer{307, "", {{"Location", other.url(request.path)}}};
    });
    HttpClient client;
    const auto states = ask_lfs_server(
        client, with_token(server.url("/repo.git/info/lfs"), "token"), {object("here")});
    EXPECT_EQ(states[0].kind, Kind::present);
    ASSERT_NE(server.requests()[0].header("authorization"), nullptr);
    EXPECT_EQ(*server.requests()[0].header("authorization"),
              "Basic eC1hY2Nlc3MtdG9rZW46dG9rZW4=");  // x-access-token:token
    EXPECT_EQ(other.requests()[0].header("authorization"), nullptr);
}

TEST(LfsRemote, NothingToAskMeansNoRequest) {
    HttpServer server([](const ReceivedRequest&) { return Answer{}; });
    EXPECT_THAT(ask(server, {}), SizeIs(0));
    EXPECT_THAT(server.requests(), SizeIs(0));
}

TEST(LfsRemote, TroubleWithTheServerIsInconclusiveAndEndsTheAsking) {
    const std::pair<int, const char*> statuses[] = {
        {401, "access (401)"}, {403, "access (403)"}, {404, "does not have the repository"},
        {429, "rate limit"},   {500, "status 500"},   {503, "status 503"},
        {509, "quota"},        {200, "invalid"},      {302, "status 302"}};
    std::vector<LfsObject> objects;
    for (int i = 0; i < 250; ++i) objects.push_back(object(std::to_string(i)));
    for (const auto& [status, words] : statuses) {
        HttpServer server([status = status](const ReceivedRequest&) {
            return Answer{status, "<html>"};
        });
        const auto states = ask(server, objects);
        ASSERT_THAT(states, SizeIs(250));
        for (const LfsObjectState& state : states) {
            EXPECT_EQ(state.kind, Kind::inconclusive) << status;
            EXPECT_THAT(state.reason, HasSubstr(words));
        }
        std::set<std::string> bodies;
        for (const ReceivedRequest& request : server.requests()) bodies.insert(request.body);
        EXPECT_THAT(bodies, SizeIs(1)) << status;
    }
}

TEST(LfsRemote, ASpentQuotaIsKnownByItsWords) {
    const std::pair<int, std::string> answers[] = {
        {403, R"({"message": "This repository exceeded its LFS budget. The account responsible )"
              R"(should increase it.", "documentation_url": "https://docs.github.com/x"})"},
        {403, R"({"message": "This repository is over its data quota."})"},
        {200, R"({"message": "API Rate Limit exceeded", "documentation_url": "https://x"})"},
        {404, R"({"message": "bandwidth used up"})"},
    };
    for (const auto& [status, body] : answers) {
        HttpServer server([&, status = status, body = body](const ReceivedRequest&) {
            return Answer{status, body};
        });
        const auto states = ask(server, {object("a")});
        EXPECT_EQ(states[0].kind, Kind::inconclusive) << body;
        EXPECT_THAT(states[0].reason, HasSubstr("quota or rate limit is used up"));
    }
}

TEST(LfsRemote, AServersWordsAreShownInOneShortLine) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{403, R"({"message": "no\n::error::\u001b[31m\u00fc )" +
                               std::string(10'000, 'x') + R"("})"};
    });
    const std::string reason = ask(server, {object("a")})[0].reason;
    EXPECT_THAT(reason, HasSubstr("access (403: no?::error::?[31m?"));
    EXPECT_LT(reason.size(), 300u);
}

TEST(LfsRemote, ErrorsOfSingleObjectsThatAreNot404AreInconclusive) {
    const std::tuple<std::string, Kind, std::string> errors[] = {
        {R"({"code": 404, "message": "Object does not exist"})", Kind::missing, ""},
        {R"({"code": 410, "message": "Object removed by owner"})", Kind::missing, ""},
        {R"({"code": 404, "message": "over quota"})", Kind::inconclusive, "quota"},
        {R"({"code": 403, "message": "over quota"})", Kind::inconclusive, "quota"},
        {R"({"code": 422, "message": "Validation error"})", Kind::inconclusive, "rejects"},
        {R"({"code": 401})", Kind::inconclusive, "access (401)"},
        {R"({"code": 500})", Kind::inconclusive, "status 500"},
        {R"({"code": 4294967700})", Kind::inconclusive, "invalid"},  // 404 in 32 bits
        {R"({"code": "404"})", Kind::inconclusive, "invalid"},
        {R"({"message": "gone"})", Kind::inconclusive, "invalid"},
        {"true", Kind::inconclusive, "invalid"},
    };
    for (const auto& [error, kind, words] : errors) {
        HttpServer server([&, error = error](const ReceivedRequest&) {
            return objects_answer({oid_member("a") + R"(, "error": )" + error});
        });
        const auto states = ask(server, {object("a")});
        EXPECT_EQ(states[0].kind, kind) << error;
        EXPECT_THAT(states[0].reason, HasSubstr(words));
    }
}

TEST(LfsRemote, ErrorsOfOneKindHaveOneReason) {
    HttpServer server([](const ReceivedRequest&) {
        return objects_answer({oid_member("a") + R"(, "error": {"code": 403, "message": "no a"})",
                               oid_member("b") + R"(, "error": {"code": 403, "message": "no b"})"});
    });
    const auto states = ask(server, {object("a"), object("b")});
    EXPECT_EQ(states[0].reason, states[1].reason);
}

TEST(LfsRemote, ObjectsNobodyAskedAboutArePassedOver) {
    HttpServer server([](const ReceivedRequest&) {
        return objects_answer({oid_member("b") + R"(, "error": {"code": 404})",
                               oid_member("a") + R"(, "size": 1, )" + download_member});
    });
    const auto states = ask(server, {object("a")});
    ASSERT_THAT(states, SizeIs(1));
    EXPECT_EQ(states[0].kind, Kind::present);
}

TEST(LfsRemote, AnObjectThatComesTwiceMustSayTheSame) {
    const std::string good = oid_member("a") + R"(, "size": 1, )" + download_member;
    const std::string bad = oid_member("a") + R"(, "error": {"code": 404})";
    std::vector<std::string> members = {good, good};
    HttpServer server([&](const ReceivedRequest&) { return objects_answer(members); });
    EXPECT_EQ(ask(server, {object("a")})[0].kind, Kind::present);
    members = {good, bad};
    const auto states = ask(server, {object("a")});
    EXPECT_EQ(states[0].kind, Kind::inconclusive);
    EXPECT_THAT(states[0].reason, HasSubstr("contradicts itself"));
}

TEST(LfsRemote, HostileAnswersAreInconclusive) {
    const std::string oid = to_hex(object("a").oid);
    const std::string answers[] = {
        "",
        "null",
        "[]",
        "{}",
        R"({"objects": 3})",
        R"({"objects": [3, null, {"oid": 7}]})",
        R"({"objects": [{"oid": "0000"}]})",
        R"({"objects": [{"oid": ")" + oid + R"(", )" + download_member + "}]}",
        R"({"objects": [{"oid": ")" + oid + R"(", "size": -1, )" + download_member + "}]}",
        R"({"objects": [{"oid": ")" + oid + R"(", "size": 1}]})",
        R"({"objects": [{"oid": ")" + oid + R"("}]})",
        R"({"objects": [{"oid": ")" + oid + R"(", "actions": 3, "size": "x"}]})",
        R"({"objects": [{"oid": ")" + oid + R"(", "error": {"code": 99999999999999999999}}]})",
        R"({"objects": )" + std::string(10'000, '[') + std::string(10'000, ']') + "}",
        "\"" + std::string(50 << 20, 'x') + "\"",
    };
    for (const std::string& answer : answers) {
        HttpServer server([&](const ReceivedRequest&) { return Answer{200, answer}; });
        const auto states = ask(server, {object("a")});
        ASSERT_THAT(states, SizeIs(1));
        EXPECT_EQ(states[0].kind, Kind::inconclusive) << answer.substr(0, 80);
        EXPECT_FALSE(states[0].reason.empty());
    }
}

TEST(LfsRemote, NobodyListeningIsInconclusive) {
    HttpOptions options;
    options.sleep = [](std::chrono::milliseconds) {};
    HttpClient client(options);
    const auto states =
        ask_lfs_server(client, "http://me:secret@127.0.0.1:1/info/lfs", {object("a")});
    EXPECT_EQ(states[0].kind, Kind::inconclusive);
    EXPECT_THAT(states[0].reason, testing::Not(HasSubstr("secret")));
}

std::string endpoint_of(const LfsConfig& config) {
    const auto found = find_lfs_endpoint(config);
    if (const auto* none = std::get_if<NoLfsEndpoint>(&found)) return "none: " + none->reason;
    return std::get<std::string>(found);
}

std::string endpoint_of_remote(const std::string& remote) {
    LfsConfig config;
    config.remote_url = remote;
    return endpoint_of(config);
}

TEST(LfsEndpoint, ComesFromTheRemoteAsGitLfsFindsIt) {
    const std::string github = "https://github.com/onnx/models.git/info/lfs";
    EXPECT_EQ(endpoint_of_remote("https://github.com/onnx/models"), github);
    EXPECT_EQ(endpoint_of_remote("https://github.com/onnx/models.git"), github);
    EXPECT_EQ(endpoint_of_remote("https://github.com/onnx/models/"), github);
    EXPECT_EQ(endpoint_of_remote("git@github.com:onnx/models.git"), github);
    EXPECT_EQ(endpoint_of_remote("ssh://git@github.com/onnx/models.git"), github);
    EXPECT_EQ(endpoint_of_remote("ssh://git@github.com:22/onnx/models"), github);
    EXPECT_EQ(endpoint_of_remote("git://github.com/onnx/models.git"), github);
    EXPECT_EQ(endpoint_of_remote("ssh://git@[::1]:22/hub"), "https://[::1]/hub.git/info/lfs");
    EXPECT_EQ(endpoint_of_remote("https://me:pw@example.org/hub"),
              "https://me:pw@example.org/hub.git/info/lfs");
    for (const char* local : {"/srv/hub.git", "../hub", "file:///srv/hub.git", "C:/hub"}) {
        EXPECT_THAT(endpoint_of_remote(local), HasSubstr("none: ")) << local;
    }
    EXPECT_THAT(endpoint_of({}), HasSubstr("none: the repository has no remote"));
}

TEST(LfsEndpoint, SettingsGoBeforeTheRemote) {
    LfsConfig config;
    config.remote_url = "https://github.com/onnx/models";
    config.tree_lfs_url = "https://lfs.example/x/";
    config.tree_remote_lfs_url = "https://no.example";
    EXPECT_EQ(endpoint_of(config), "https://lfs.example/x");
    config.lfs_url = "https://own.example/y";
    EXPECT_EQ(endpoint_of(config), "https://own.example/y");
    LfsConfig remote;
    remote.remote_lfs_url = "https://of-remote.example";
    EXPECT_EQ(endpoint_of(remote), "https://of-remote.example");
    remote.tree_lfs_url = "https://of-tree.example";
    EXPECT_EQ(endpoint_of(remote), "https://of-tree.example");
    LfsConfig tree;
    tree.tree_remote_lfs_url = "https://of-tree.example";
    EXPECT_EQ(endpoint_of(tree), "https://of-tree.example");
    LfsConfig useless;
    useless.lfs_url = "file:///srv";
    EXPECT_THAT(endpoint_of(useless), HasSubstr("no HTTP address"));
}

TEST(LfsEndpoint, ConfiguredSshAddressesAreMappedToo) {
    LfsConfig config;
    config.lfs_url = "git@github.com:onnx/models.git/info/lfs";
    EXPECT_EQ(endpoint_of(config), "https://github.com/onnx/models.git/info/lfs");
}

TEST(LfsEndpoint, ATokenIsThePasswordUnlessThereIsOne) {
    EXPECT_EQ(with_token("https://github.com/x", "t/o k"),
              "https://x-access-token:t%2Fo%20k@github.com/x");
    EXPECT_EQ(with_token("https://me:pw@host/x", "token"), "https://me:pw@host/x");
    EXPECT_EQ(with_token("https://host/x@y", "token"), "https://x-access-token:token@host/x@y");
    EXPECT_EQ(with_token("https://host/x", ""), "https://host/x");
}

}  // namespace
}  // namespace onnxhub
