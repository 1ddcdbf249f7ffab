// SPDX-License-Identifier: Apache-2.0
#include "generator/elsewhere_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/user_error.h"
#include "generator/elsewhere_record.h"
#include "manifest/rule_ids.h"
#include "tests/support/http_server.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::HttpServer;
using test::ModelBuilder;
using test::ReceivedRequest;
using test::TemporaryFolder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string model_with_weights(std::int64_t count) {
    return ModelBuilder()
        .input("x", {count})
        .initializer("w", {count})
        .node("Add", {"x", "w"}, {"y"})
        .output("y", {count})
        .bytes();
}

/// Lists the events of downloads.
struct NotingObserver : FetchObserver {
    std::vector<std::string> events;
    int blocks_until_stop = -1;

    void check_interruption() override {
        if (blocks_until_stop == 0) throw Interrupted();
        if (blocks_until_stop > 0) --blocks_until_stop;
    }
    void download_started(const std::string&, std::optional<std::uint64_t> size) override {
        events.push_back("start " + (size ? std::to_string(*size) : "?"));
    }
    void downloaded(std::uint64_t bytes) override { last_bytes = bytes; }
    void download_finished() override { events.push_back("end " + std::to_string(last_bytes)); }

    std::uint64_t last_bytes = 0;
};

/// Answers as a server that knows ETags and ranges.
Answer whole_or_part(const std::string& body, const std::string& etag,
                     const ReceivedRequest& request) {
    const std::string* known = request.header("if-none-match");
    if (known && *known == etag) return {304, "", {{"ETag", etag}}};
    const std::string* range = request.header("range");
    const std::string* condition = request.header("if-range");
    if (!range || !condition || *condition != etag) return {200, body, {{"ETag", etag}}};
    std::size_t start = 0;
    std::from_chars(range->data() + 6, range->data() + range->size(), start);
    return {206,
            body.substr(start),
            {{"ETag", etag},
             {"Content-Range", "bytes " + std::to_string(start) + "-" +
                                   std::to_string(body.size() - 1) + "/" +
                                   std::to_string(body.size())}}};
}

class ElsewhereFetchTest : public testing::Test {
protected:
    ElsewhereOptions options_for(const std::vector<std::string>& urls) {
        ElsewhereOptions options;
        options.http.policy.emplace();
        for (const std::string& url : urls) options.http.policy->allow_origin_of(url);
        options.http.max_attempts = 2;
        options.http.sleep = [](std::chrono::milliseconds) {};
        options.state_folder = folder.path() / "state";
        return options;
    }

    ElsewhereRequest request_for(std::vector<std::string> urls) {
        ElsewhereRequest request;
        request.urls = std::move(urls);
        request.file = "models.yaml";
        request.line = 7;
        return request;
    }

    /// The content, or nothing and a failure of the test.
    std::optional<ElsewhereContent> fetch(const ElsewhereRequest& request) {
        auto result = ElsewhereFetch(options_for(request.urls), observer).fetch(request);
        if (auto* fetched = std::get_if<FetchedElsewhere>(&result)) {
            found_at = fetched->url;
            return std::move(fetched->content);
        }
        ADD_FAILURE() << to_text(std::get<Diagnostic>(result));
        return std::nullopt;
    }

    std::optional<ElsewhereContent> fetch(const HttpServer& server) {
        return fetch(request_for({server.url("/m.onnx")}));
    }

    std::string problem(const ElsewhereRequest& request, const ElsewhereOptions& options) {
        const auto result = ElsewhereFetch(options, observer).fetch(request);
        const auto* diagnostic = std::get_if<Diagnostic>(&result);
        if (!diagnostic) return "";
        EXPECT_EQ(diagnostic->rule, rule_id::fetch_failed);
        EXPECT_EQ(diagnostic->file, "models.yaml");
        EXPECT_EQ(diagnostic->line, 7);
        return diagnostic->message;
    }

    std::string problem(const HttpServer& server) {
        const auto request = request_for({server.url("/m.onnx")});
        return problem(request, options_for(request.urls));
    }

    TemporaryFolder folder;
    NotingObserver observer;
    std::string found_at;
    const std::string model = model_with_weights(1000);
};

TEST_F(ElsewhereFetchTest, GivesDigestSizeAndGraph) {
    HttpServer server([&](const ReceivedRequest&) { return Answer{200, model}; });
    const auto content = fetch(server);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->sha, sha256_of(model));
    EXPECT_EQ(content->size_bytes, model.size());
    EXPECT_EQ(found_at, server.url("/m.onnx"));
    ASSERT_TRUE(content->graph);
    EXPECT_EQ(content->graph->opsets.at(""), 13);
    EXPECT_EQ(content->graph->ports.outputs.at(0).name, "y");
    const std::string size = std::to_string(model.size());
    EXPECT_THAT(observer.events, ElementsAre("start " + size, "end " + size));
}

TEST_F(ElsewhereFetchTest, DownloadsNothingWhileETagAndLengthStay) {
    HttpServer server(
        [&](const ReceivedRequest& request) { return whole_or_part(model, "\"v1\"", request); });
    ASSERT_TRUE(fetch(server));
    const auto again = fetch(server);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->sha, sha256_of(model));
    EXPECT_EQ(again->size_bytes, model.size());
    EXPECT_FALSE(again->graph);
    ASSERT_THAT(server.requests(), SizeIs(2));
    EXPECT_EQ(*server.requests()[1].header("if-none-match"), "\"v1\"");
    EXPECT_THAT(observer.events, SizeIs(2)) << "the second download must not start";
}

TEST_F(ElsewhereFetchTest, RefusesTheBodyFromServersThatIgnoreConditions) {
    const std::string large = model_with_weights(4'000'000);
    std::string etag = "\"v1\"";
    HttpServer server([&](const ReceivedRequest&) { return Answer{200, large, {{"ETag", etag}}}; });
    ASSERT_TRUE(fetch(server));
    const auto again = fetch(server);
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->graph);
    etag = "\"v2\"";
    EXPECT_TRUE(fetch(server)->graph);
}

TEST_F(ElsewhereFetchTest, DownloadsAgainWhenTheServerMakesNoPromise) {
    std::string etag = "W/\"v1\"";
    std::string body = model;
    HttpServer server([&](const ReceivedRequest&) { return Answer{200, body, {{"ETag", etag}}}; });
    EXPECT_TRUE(fetch(server)->graph);
    EXPECT_TRUE(fetch(server)->graph) << "a weak ETag promises no equal bytes";
    etag = "\"v1\"";
    EXPECT_TRUE(fetch(server)->graph);
    EXPECT_FALSE(fetch(server)->graph);
    body = model_with_weights(1001);
    EXPECT_EQ(fetch(server)->sha, sha256_of(body)) << "another length";
    body = model;
    fs::remove_all(folder.path() / "state");
    EXPECT_EQ(fetch(server)->sha, sha256_of(model));
}

TEST_F(ElsewhereFetchTest, TheGraphCanBeWantedAlthoughTheDigestIsKnown) {
    HttpServer server(
        [&](const ReceivedRequest& request) { return whole_or_part(model, "\"v1\"", request); });
    ASSERT_TRUE(fetch(server));
    auto request = request_for({server.url("/m.onnx")});
    request.needs_graph = true;
    const auto again = fetch(request);
    ASSERT_TRUE(again && again->graph);
    EXPECT_EQ(again->sha, sha256_of(model));
}

TEST_F(ElsewhereFetchTest, StatedDigestAndSizeAreCompared) {
    HttpServer server(
        [&](const ReceivedRequest& request) { return whole_or_part(model, "\"v1\"", request); });
    auto request = request_for({server.url("/m.onnx")});
    request.sha = sha256_of(model);
    request.size_bytes = model.size();
    EXPECT_TRUE(fetch(request));
    request.sha = sha256_of("another");
    EXPECT_THAT(problem(request, options_for(request.urls)),
                AllOf(HasSubstr("m.onnx sends other bytes than stated"),
                      HasSubstr(to_hex(sha256_of(model)))));
    request.sha.reset();
    request.needs_graph = true;
    request.size_bytes = model.size() + 1;
    EXPECT_THAT(problem(request, options_for(request.urls)), HasSubstr("instead of the stated"));
    request.size_bytes = model.size() - 1;
    EXPECT_THAT(problem(request, options_for(request.urls)), HasSubstr("larger than the limit"));
}

TEST_F(ElsewhereFetchTest, ShapesAreThoseOfTheGraphWithoutInference) {
    HttpServer server([&](const ReceivedRequest&) { return Answer{200, model}; });
    auto request = request_for({server.url("/m.onnx")});
    request.tensors = {"y", "absent"};
    const auto content = fetch(request);
    ASSERT_TRUE(content);
    EXPECT_THAT(content->graph->absent_tensors, ElementsAre("absent"));
}

TEST_F(ElsewhereFetchTest, TheNextAddressIsTried) {
    HttpServer gone([](const ReceivedRequest&) { return Answer{404, "not here"}; });
    HttpServer server([&](const ReceivedRequest&) { return Answer{200, model}; });
    const auto content = fetch(request_for({gone.url("/m.onnx"), server.url("/m.onnx")}));
    ASSERT_TRUE(content);
    EXPECT_EQ(found_at, server.url("/m.onnx"));
    const auto request = request_for({gone.url("/a.onnx"), gone.url("/b.onnx")});
    EXPECT_THAT(problem(request, options_for(request.urls)),
                AllOf(HasSubstr("a.onnx answers with status 404, "),
                      HasSubstr("b.onnx answers with status 404")));
}

TEST_F(ElsewhereFetchTest, WhatIsNoModelIsNotRemembered) {
    std::string body = "<!DOCTYPE html><p>Sign in</p>";
    HttpServer server(
        [&](const ReceivedRequest& request) { return whole_or_part(body, "\"v1\"", request); });
    EXPECT_THAT(problem(server), HasSubstr("does not send an ONNX model"));
    body = "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') +
           "\nsize 12\n";
    EXPECT_THAT(problem(server), HasSubstr("does not send an ONNX model"));
    body = "";
    EXPECT_THAT(problem(server), HasSubstr("does not send an ONNX model"));
    body = model;
    EXPECT_TRUE(fetch(server)->graph);
}

TEST_F(ElsewhereFetchTest, LimitsHoldForStatedAndForSentBytes) {
    bool states_length = true;
    HttpServer server([&](const ReceivedRequest&) {
        Answer answer{200, model};
        if (!states_length) answer.headers = {{"Transfer-Encoding", "chunked"}};
        return answer;
    });
    const auto request = request_for({server.url("/m.onnx")});
    ElsewhereOptions options = options_for(request.urls);
    options.max_file_bytes = model.size();
    EXPECT_EQ(problem(request, options), "");
    options.max_file_bytes -= 1;
    EXPECT_THAT(problem(request, options), HasSubstr("is larger than the limit of "));
    states_length = false;
    EXPECT_THAT(problem(request, options), HasSubstr("is larger than the limit of "));
}

TEST_F(ElsewhereFetchTest, TheTransferOfAllModelsHasALimit) {
    HttpServer server([&](const ReceivedRequest&) { return Answer{200, model}; });
    const auto request = request_for({server.url("/m.onnx")});
    ElsewhereOptions options = options_for(request.urls);
    options.max_transfer_bytes = 2 * model.size();
    ElsewhereFetch fetch(options, observer);
    EXPECT_TRUE(std::holds_alternative<FetchedElsewhere>(fetch.fetch(request)));
    EXPECT_TRUE(std::holds_alternative<FetchedElsewhere>(fetch.fetch(request)));
    EXPECT_TRUE(std::holds_alternative<Diagnostic>(fetch.fetch(request)));
}

TEST_F(ElsewhereFetchTest, RefusedAddressesAreNotAsked) {
    HttpServer server([&](const ReceivedRequest&) { return Answer{200, model}; });
    const auto request = request_for({server.url("/m.onnx"), "https://10.0.0.1/m.onnx",
                                      "file:///etc/passwd", "https://user:pw@example.org/m"});
    EXPECT_THAT(problem(request, options_for({})),
                AllOf(HasSubstr("is not https"), HasSubstr("a private address"),
                      HasSubstr("does not begin with https://"), HasSubstr("a user name")));
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(ElsewhereFetchTest, AnInterruptedTransferResumes) {
    const std::string large = model_with_weights(200'000);
    int count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        Answer answer = whole_or_part(large, "\"v1\"", request);
        if (++count == 1) answer.break_after = large.size() / 2;
        return answer;
    });
    const auto content = fetch(server);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->sha, sha256_of(large));
    ASSERT_THAT(server.requests(), SizeIs(2));
    EXPECT_TRUE(server.requests()[1].header("range"));
}

TEST_F(ElsewhereFetchTest, AnotherObjectIsNotAppendedToTheFirst) {
    const std::string large = model_with_weights(200'000);
    int count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        if (++count > 1) return whole_or_part(model, "\"v2\"", request);
        Answer answer = whole_or_part(large, "\"v1\"", request);
        answer.break_after = large.size() / 2;
        return answer;
    });
    EXPECT_EQ(fetch(server)->sha, sha256_of(model));
}

TEST_F(ElsewhereFetchTest, StopsWhenTheUserAsks) {
    HttpServer server([&](const ReceivedRequest&) { return Answer{200, model}; });
    observer.blocks_until_stop = 1;
    const auto request = request_for({server.url("/m.onnx")});
    EXPECT_THROW(ElsewhereFetch(options_for(request.urls), observer).fetch(request), Interrupted);
}

TEST_F(ElsewhereFetchTest, PasswordsOfNetrcStayHere) {
    HttpServer server([&](const ReceivedRequest& request) {
        return Answer{request.header("authorization") ? 500 : 200, model};
    });
    std::ofstream(folder.path() / ".netrc") << "machine 127.0.0.1 login user password secret\n";
    const char* old_home = std::getenv("HOME");
    const std::string kept = old_home ? old_home : "";
    setenv("HOME", folder.path().c_str(), 1);
    EXPECT_TRUE(fetch(server));
    setenv("HOME", kept.c_str(), 1);
}

TEST(ElsewhereRecordFile, IsReadBackAndDamagedOnesAreIgnored) {
    const TemporaryFolder folder;
    const std::string url = "https://example.org/m.onnx?x=1";
    const ElsewhereRecord record{"\"a b\"", 12, sha256_of("m")};
    EXPECT_FALSE(read_elsewhere_record(folder.path(), url));
    write_elsewhere_record(folder.path(), url, record);
    EXPECT_EQ(read_elsewhere_record(folder.path(), url), record);
    EXPECT_FALSE(read_elsewhere_record(folder.path(), url + "2"));
    const fs::path file = fs::directory_iterator(folder.path() / "elsewhere")->path();
    const std::string sha = to_hex(record.sha);
    for (const std::string& damaged :
         {std::string(), url + "\n\"a\"\n12\n", url + "\n\"a\"\n-1\n" + sha + "\n",
          url + "\n\"a\"\n12x\n" + sha + "\n", url + "\n\"a\"\n12\n" + sha.substr(1) + "\n",
          "https://other.example/\n\"a\"\n12\n" + sha + "\n"}) {
        std::ofstream(file) << damaged;
        EXPECT_FALSE(read_elsewhere_record(folder.path(), url)) << damaged;
    }
}

}  // namespace
}  // namespace onnxhub
