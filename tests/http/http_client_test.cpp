// SPDX-License-Identifier: Apache-2.0
#include "http/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using test::Answer;
using test::HttpServer;
using test::ReceivedRequest;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;
using Kind = HttpFailure::Kind;

/// A client that records its pauses and does not sleep.
struct PatientClient {
    std::vector<milliseconds> waits;
    HttpClient client;

    explicit PatientClient(HttpOptions options = {}) : client(patient(std::move(options))) {}

    HttpOptions patient(HttpOptions options) {
        options.sleep = [this](milliseconds time) { waits.push_back(time); };
        return options;
    }
};

/// Sets an environment variable for as long as it lives.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old;
        setenv(name, value.c_str(), 1);
    }
    ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
    std::optional<std::string> old_;
};

/// Records the calls.
struct NotingSink : HttpSink {
    std::vector<int> statuses;
    std::string body;
    std::size_t enough = SIZE_MAX;
    bool is_wanted = true;
    bool restarts = false;

    bool begin(const HttpHead& head) override {
        EXPECT_THAT(head.headers, Not(IsEmpty()));
        statuses.push_back(head.status);
        body.clear();
        return is_wanted;
    }
    bool data(std::span<const std::byte> block) override {
        EXPECT_THAT(statuses, Not(IsEmpty()));
        body.append(reinterpret_cast<const char*>(block.data()), block.size());
        return body.size() < enough;
    }
    bool can_restart() const override { return restarts; }
};

HttpResponse response(std::variant<HttpResponse, HttpFailure> result) {
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        ADD_FAILURE() << failure->reason;
        return {};
    }
    return std::get<HttpResponse>(std::move(result));
}

HttpFailure failure(std::variant<HttpResponse, HttpFailure> result) {
    if (std::holds_alternative<HttpResponse>(result)) {
        ADD_FAILURE() << "answered";
        return {};
    }
    return std::get<HttpFailure>(std::move(result));
}

TEST(HttpClient, GivesStatusHeadersAndBody) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{404, "not here", {{"X-Thing", "yes"}}};
    });
    const HttpResponse answer = response(HttpClient().send({.url = server.url("/a")}));
    EXPECT_EQ(answer.head.status, 404);
    EXPECT_EQ(answer.body, "not here");
    ASSERT_NE(find_header(answer.head.headers, "x-thing"), nullptr);
    EXPECT_EQ(*find_header(answer.head.headers, "x-thing"), "yes");
    EXPECT_EQ(find_header(answer.head.headers, "absent"), nullptr);
}

TEST(HttpClient, SendsMethodHeadersAndBody) {
    HttpServer server([](const ReceivedRequest& request) { return Answer{200, request.body}; });
    const HttpResponse answer = response(HttpClient().send(
        {"POST", server.url("/p"), {{"Accept", "application/json"}}, std::string(100'000, 'b')}));
    EXPECT_THAT(answer.body, SizeIs(100'000));
    ASSERT_THAT(server.requests(), SizeIs(1));
    EXPECT_EQ(server.requests()[0].method, "POST");
    EXPECT_EQ(*server.requests()[0].header("accept"), "application/json");
}

TEST(HttpClient, HeadHasNoBody) {
    HttpServer server([](const ReceivedRequest&) { return Answer{200, "body"}; });
    const HttpResponse answer = response(HttpClient().send({"HEAD", server.url("/")}));
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(*find_header(answer.head.headers, "content-length"), "4");
}

TEST(HttpClient, BodiesOverTheLimitAreRefused) {
    HttpServer server([](const ReceivedRequest&) { return Answer{200, std::string(2000, 'x')}; });
    const HttpFailure refused = failure(HttpClient().send({.url = server.url("/")}, 1999));
    EXPECT_EQ(refused.kind, Kind::too_large);
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST(HttpClient, TriesAgainWhileTheServerIsBusy) {
    for (const int status : {408, 429, 500, 502, 503}) {
        std::atomic<int> count = 0;
        HttpServer server([&](const ReceivedRequest&) {
            return ++count < 3 ? Answer{status, "busy"} : Answer{200, "done"};
        });
        PatientClient patient;
        EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).body, "done");
        EXPECT_THAT(patient.waits,
                    ElementsAre(AllOf(Ge(250ms), Le(500ms)), AllOf(Ge(500ms), Le(1000ms))));
    }
}

TEST(HttpClient, GivesTheLastAnswerWhenTriesAreUsedUp) {
    HttpServer server([](const ReceivedRequest&) { return Answer{503, "busy"}; });
    PatientClient patient;
    EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).head.status, 503);
    EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST(HttpClient, OtherErrorsAreNotTriedAgain) {
    for (const int status : {400, 401, 403, 404, 410}) {
        HttpServer server([&](const ReceivedRequest&) { return Answer{status, ""}; });
        PatientClient patient;
        EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).head.status, status);
        EXPECT_THAT(server.requests(), SizeIs(1));
    }
}

TEST(HttpClient, WaitsAsLongAsTheServerAsks) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest&) {
        return ++count == 1 ? Answer{429, "", {{"Retry-After", "7"}}} : Answer{200, ""};
    });
    PatientClient patient;
    EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).head.status, 200);
    EXPECT_THAT(patient.waits, ElementsAre(7000ms));
}

TEST(HttpClient, ADateInThePastMeansNow) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest&) {
        return ++count == 1 ? Answer{503, "", {{"Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"}}}
                            : Answer{200, ""};
    });
    PatientClient patient;
    EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).head.status, 200);
    EXPECT_THAT(patient.waits, ElementsAre(0ms));
}

TEST(HttpClient, DoesNotWaitForHours) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{429, "", {{"Retry-After", "86400"}}};
    });
    PatientClient patient;
    EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).head.status, 429);
    EXPECT_THAT(patient.waits, IsEmpty());
}

TEST(HttpClient, ADateInTheFutureIsWaitedFor) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest&) {
        return ++count == 1 ? Answer{503, "", {{"Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"}}}
                            : Answer{200, ""};
    });
    HttpOptions options;
    options.now = [] { return std::chrono::system_clock::from_time_t(1'445'412'480 - 40); };
    PatientClient patient(options);
    EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).head.status, 200);
    EXPECT_THAT(patient.waits, ElementsAre(40s));
}

TEST(HttpClient, ARetryAfterThatMeansNothingIsPassedOver) {
    for (const char* words : {"soon", "", "-5", "1e9"}) {
        std::atomic<int> count = 0;
        HttpServer server([&](const ReceivedRequest&) {
            return ++count == 1 ? Answer{503, "", {{"Retry-After", words}}} : Answer{200, ""};
        });
        PatientClient patient;
        EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).head.status, 200);
        EXPECT_THAT(patient.waits, ElementsAre(AllOf(Ge(250ms), Le(500ms)))) << words;
    }
}

TEST(HttpClient, PausesGrowToTheirLimitAndNoFurther) {
    HttpServer server([](const ReceivedRequest&) { return Answer{503, ""}; });
    HttpOptions options;
    options.max_attempts = 40;
    options.max_backoff = 2s;
    PatientClient patient(options);
    EXPECT_EQ(response(patient.client.send({"HEAD", server.url("/")})).head.status, 503);
    EXPECT_THAT(patient.waits, SizeIs(39));
    EXPECT_THAT(patient.waits, Each(AllOf(Ge(250ms), Le(2s))));
    EXPECT_GE(patient.waits.back(), 1s);
}

TEST(HttpClient, WhatBreaksInTheMiddleIsTriedAgain) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest&) {
        Answer answer{200, std::string(50'000, 'x')};
        if (++count == 1) answer.drop = true;
        if (count == 2) answer.break_after = 20'000;
        if (count == 3) answer.break_after = 0;
        return answer;
    });
    PatientClient patient;
    EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).body,
              std::string(50'000, 'x'));
    EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST(HttpClient, WhatAlwaysBreaksIsAFailure) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{200, std::string(50'000, 'x'), {}, 20'000};
    });
    PatientClient patient;
    const HttpFailure broken = failure(patient.client.send({.url = server.url("/a?b")}));
    EXPECT_EQ(broken.kind, Kind::protocol);
    EXPECT_EQ(broken.reason,
              server.url("/a") + ": the connection was interrupted; try again later");
    EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST(HttpSink, IsToldOfTheHeadAndThenOfTheBody) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{.status = 206, .body = std::string(300'000, 'x'), .piece_bytes = 1000};
    });
    NotingSink sink;
    const auto result = HttpClient().stream({.url = server.url("/")}, sink);
    EXPECT_EQ(std::get<HttpHead>(result).status, 206);
    EXPECT_THAT(sink.statuses, ElementsAre(206));
    EXPECT_THAT(sink.body, SizeIs(300'000));
}

TEST(HttpSink, CanEndTheTransferAndGetsTheHead) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{.body = std::string(100'000, 'x'), .stall_after = 50'000};
    });
    PatientClient patient;
    NotingSink sink;
    sink.enough = 50'000;
    EXPECT_EQ(std::get<HttpHead>(patient.client.stream({.url = server.url("/")}, sink)).status,
              200);
    EXPECT_THAT(sink.body, SizeIs(50'000));
    sink.is_wanted = false;
    EXPECT_EQ(std::get<HttpHead>(patient.client.stream({.url = server.url("/")}, sink)).status,
              200);
    EXPECT_EQ(sink.body, "");
    EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST(HttpSink, SeesNoRedirectsAndNoAnswersThatAreTriedAgain) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest& request) {
        if (request.path == "/old") return Answer{302, "moved", {{"Location", "/new"}}};
        return ++count == 1 ? Answer{503, "busy"} : Answer{404, "not here"};
    });
    PatientClient patient;
    NotingSink sink;
    sink.is_wanted = false;  // like a download that accepts only 200
    EXPECT_EQ(std::get<HttpHead>(patient.client.stream({.url = server.url("/old")}, sink)).status,
              404);
    EXPECT_THAT(sink.statuses, ElementsAre(404));
    EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST(HttpSink, GetsABodyTwiceOnlyWhenItWants) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{200, std::string(50'000, 'x'), {}, 20'000};
    });
    PatientClient patient;
    NotingSink sink;
    const auto once = patient.client.stream({.url = server.url("/")}, sink);
    EXPECT_TRUE(std::holds_alternative<HttpFailure>(once));
    EXPECT_THAT(sink.statuses, SizeIs(1));
    EXPECT_THAT(sink.body, SizeIs(20'000));
    sink.restarts = true;
    const auto often = patient.client.stream({.url = server.url("/")}, sink);
    EXPECT_TRUE(std::holds_alternative<HttpFailure>(often));
    EXPECT_THAT(sink.statuses, SizeIs(5));
}

TEST(HttpSink, ItsExceptionsComeThrough) {
    struct ThrowingSink : NotingSink {
        bool data(std::span<const std::byte>) override { throw std::runtime_error("full disk"); }
    };
    HttpServer server([](const ReceivedRequest&) { return Answer{200, "body"}; });
    ThrowingSink sink;
    EXPECT_THROW(HttpClient().stream({.url = server.url("/")}, sink), std::runtime_error);
}

TEST(HttpClient, ReadsTheBeginningOfErrorPagesAlone) {
    // The server sends nothing after the limit and keeps the connection open.
    HttpServer server([](const ReceivedRequest& request) {
        Answer answer{.status = 404, .body = std::string(1 << 20, 'x')};
        answer.stall_after = error_body_limit + 1;
        if (request.path == "/old") answer.status = 302;
        if (request.path == "/old") answer.headers = {{"Location", "/new"}};
        return answer;
    });
    PatientClient patient(HttpOptions{.max_attempts = 1, .stall_timeout = 2s});
    const HttpResponse answer = response(patient.client.send({.url = server.url("/old")}));
    EXPECT_EQ(answer.head.status, 404);
    EXPECT_THAT(answer.body, SizeIs(error_body_limit));
    const HttpResponse small = response(patient.client.send({.url = server.url("/new")}, 100));
    EXPECT_EQ(small.head.status, 404);
    EXPECT_THAT(small.body, SizeIs(100));
}

TEST(HttpClient, HeadersOverTheLimitAreRefusedAtOnce) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{200,
                      "",
                      {{"X-A", std::string(20'000, 'a')},
                       {"X-B", std::string(20'000, 'b')},
                       {"X-C", std::string(20'000, 'c')},
                       {"X-D", std::string(20'000, 'd')}}};
    });
    PatientClient patient;
    EXPECT_EQ(failure(patient.client.send({.url = server.url("/")})).kind, Kind::too_large);
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST(HttpClient, HeadersWithLineBreaksAreNotSent) {
    HttpServer server([](const ReceivedRequest&) { return Answer{}; });
    const HttpRequest request{"GET", server.url("/"), {{"Accept", "a\r\nX-Smuggled: b"}}};
    EXPECT_EQ(failure(HttpClient().send(request)).kind, Kind::url);
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST(HttpClient, NobodyListeningIsAFailureAfterItsTries) {
    std::string url;
    {
        HttpServer server([](const ReceivedRequest&) { return Answer{}; });
        url = server.url("/");
    }
    PatientClient patient;
    EXPECT_EQ(failure(patient.client.send({.url = url})).kind, Kind::connect);
    EXPECT_THAT(patient.waits, SizeIs(3));
}

TEST(HttpClient, FollowsRedirectsOnOneHostWithItsSecrets) {
    HttpServer server([](const ReceivedRequest& request) {
        if (request.path == "/old") return Answer{302, "moved", {{"Location", "/new"}}};
        return Answer{200, "here"};
    });
    const HttpResponse answer = response(
        HttpClient().send({"GET", server.url("/old"), {{"Authorization", "Bearer secret"}}}));
    EXPECT_EQ(answer.body, "here");
    EXPECT_EQ(answer.head.url, server.url("/new"));
    EXPECT_NE(server.requests()[1].header("authorization"), nullptr);
}

TEST(HttpClient, UserAndPasswordStayWithTheirOrigin) {
    std::string here;
    HttpServer server([&](const ReceivedRequest& request) {
        if (request.path == "/old") return Answer{302, "", {{"Location", here + "/new"}}};
        return Answer{200, "here"};
    });
    here = server.url("");
    std::string url = server.url("/old");
    url.insert(7, "user:p%40ss@");
    EXPECT_EQ(response(HttpClient().send({.url = url})).body, "here");
    for (const ReceivedRequest& request : server.requests()) {
        ASSERT_NE(request.header("authorization"), nullptr);
        EXPECT_EQ(*request.header("authorization"), "Basic dXNlcjpwQHNz");  // user:p@ss
    }
}

TEST(HttpClient, SecretsDoNotGoToAnotherPort) {
    HttpServer other([](const ReceivedRequest&) { return Answer{200, "here"}; });
    HttpServer server([&](const ReceivedRequest&) {
        return Answer{307, "", {{"Location", other.url("/stolen")}}};
    });
    HttpRequest request{"POST",
                        server.url("/"),
                        {{"Authorization", "Bearer s"},
                         {"Cookie", "c"},
                         {"Private-Token", "t"},
                         {"X-Api-Key", "k"},
                         {"Accept", "a"},
                         {"Range", "bytes=1-"}},
                        "body"};
    request.url.insert(7, "user:password@");
    EXPECT_EQ(response(HttpClient().send(request)).body, "here");
    ASSERT_THAT(other.requests(), SizeIs(1));
    const ReceivedRequest stolen = other.requests()[0];
    EXPECT_EQ(stolen.body, "body");
    for (const char* secret : {"authorization", "cookie", "private-token", "x-api-key"}) {
        EXPECT_EQ(stolen.header(secret), nullptr) << secret;
        if (secret != std::string("authorization")) {
            EXPECT_NE(server.requests()[0].header(secret), nullptr) << secret;
        }
    }
    for (const char* harmless : {"accept", "range"}) {
        EXPECT_NE(stolen.header(harmless), nullptr) << harmless;
    }
}

TEST(HttpClient, SecretsDoNotComeBackByASecondRedirect) {
    test::TemporaryFolder folder;
    test::write_file(folder.path() / ".netrc", "machine 127.0.0.1 login user password pass\n");
    const Variable variable("HOME", folder.path().string());
    std::string home;
    HttpServer other([&](const ReceivedRequest&) {
        return Answer{302, "", {{"Location", home + "/back"}}};
    });
    HttpServer server([&](const ReceivedRequest& request) {
        if (request.path == "/back") return Answer{200, "here"};
        return Answer{302, "", {{"Location", other.url("/")}}};
    });
    home = server.url("");
    const HttpRequest request{"GET", server.url("/"), {{"Authorization", "Bearer s"}}};
    EXPECT_EQ(response(HttpClient().send(request)).body, "here");
    ASSERT_THAT(server.requests(), SizeIs(2));
    EXPECT_NE(server.requests()[0].header("authorization"), nullptr);
    EXPECT_EQ(server.requests()[1].header("authorization"), nullptr);
}

TEST(HttpClient, PasswordsOfNetrcAreUsedAndNotAfterARedirectElsewhere) {
    test::TemporaryFolder home;
    test::write_file(home.path() / ".netrc", "machine 127.0.0.1 login user password p@ss\n");
    const Variable variable("HOME", home.path().string());
    HttpServer other([](const ReceivedRequest&) { return Answer{200, "here"}; });
    HttpServer server([&](const ReceivedRequest&) {
        return Answer{302, "", {{"Location", other.url("/")}}};
    });
    EXPECT_EQ(response(HttpClient().send({.url = server.url("/")})).body, "here");
    ASSERT_NE(server.requests()[0].header("authorization"), nullptr);
    EXPECT_EQ(*server.requests()[0].header("authorization"), "Basic dXNlcjpwQHNz");
    EXPECT_EQ(other.requests()[0].header("authorization"), nullptr);
}

TEST(HttpClient, AfterARedirectAPostBecomesAGetAsBrowsersDoIt) {
    for (const auto& [status, method] : std::vector<std::pair<int, std::string>>{
             {301, "GET"}, {302, "GET"}, {303, "GET"}, {307, "POST"}, {308, "POST"}}) {
        HttpServer server([status = status](const ReceivedRequest& request) {
            if (request.path == "/old") return Answer{status, "", {{"Location", "/new"}}};
            return Answer{200, request.body};
        });
        const HttpRequest request{"POST", server.url("/old"), {{"Content-Type", "text/x"}}, "body"};
        EXPECT_EQ(response(HttpClient().send(request)).body, method == "POST" ? "body" : "");
        EXPECT_EQ(server.requests()[1].method, method) << status;
        EXPECT_EQ(server.requests()[1].header("content-type") != nullptr, method == "POST");
    }
}

TEST(HttpClient, ARedirectToNowhereIsAnAnswer) {
    HttpServer server([](const ReceivedRequest&) { return Answer{302, "choose"}; });
    const HttpResponse answer = response(HttpClient().send({.url = server.url("/")}));
    EXPECT_EQ(answer.head.status, 302);
    EXPECT_EQ(answer.body, "choose");
}

TEST(HttpClient, RedirectsToOtherSchemesAreRefused) {
    for (const std::string target : {"file:///etc/passwd", "ftp://example.org/", "gopher://x/"}) {
        HttpServer server([&](const ReceivedRequest&) {
            return Answer{302, "", {{"Location", target}}};
        });
        EXPECT_EQ(failure(HttpClient().send({.url = server.url("/")})).kind, Kind::redirect);
    }
}

TEST(HttpClient, RedirectsInCirclesEnd) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{302, "", {{"Location", "/again"}}};
    });
    EXPECT_EQ(failure(HttpClient().send({.url = server.url("/")})).kind, Kind::redirect);
    EXPECT_THAT(server.requests(), SizeIs(11));
}

TEST(HttpClient, OnlyHttpIsSpoken) {
    for (const char* url : {"file:///etc/passwd", "ftp://example.org", "nonsense", "http://", ""}) {
        EXPECT_EQ(failure(HttpClient().send({.url = url})).kind, Kind::url) << url;
    }
}

TEST(HttpClient, MessagesHoldNoSecrets) {
    PatientClient patient(HttpOptions{.max_attempts = 1});
    const HttpFailure refused =
        failure(patient.client.send({.url = "http://me:secret@127.0.0.1:1/x?token=secret#secret"}));
    EXPECT_THAT(refused.reason, AllOf(HasSubstr("http://127.0.0.1:1/x"), Not(HasSubstr("secret"))));
}

TEST(HttpClient, StopsBeforeTheFirstByteWhenAsked) {
    HttpServer server([](const ReceivedRequest&) { return Answer{200, "body"}; });
    HttpOptions options;
    options.is_stopped = [] { return true; };
    PatientClient patient(options);
    EXPECT_EQ(failure(patient.client.send({.url = server.url("/")})).kind, Kind::stopped);
    EXPECT_THAT(patient.waits, IsEmpty());
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST(HttpClient, StopsWhileTheServerIsSilent) {
    std::atomic<bool> is_asked = false;
    HttpServer server([&](const ReceivedRequest&) {
        is_asked = true;
        return Answer{.body = "never comes", .stall_after = 3};
    });
    HttpOptions options;
    options.is_stopped = [&] { return is_asked.load(); };
    EXPECT_EQ(failure(HttpClient(options).send({.url = server.url("/")})).kind, Kind::stopped);
}

TEST(HttpClient, StopsWithinAPause) {
    std::atomic<bool> is_asked = false;
    HttpServer server([&](const ReceivedRequest&) {
        is_asked = true;
        return Answer{503, "", {{"Retry-After", "3600"}}};
    });
    HttpOptions options;
    options.max_backoff = std::chrono::hours(2);
    int looks = 0;
    options.is_stopped = [&] { return is_asked && ++looks > 3; };
    EXPECT_EQ(failure(HttpClient(options).send({.url = server.url("/")})).kind, Kind::stopped);
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST(HttpClient, ASilentServerIsNotWaitedForForEver) {
    HttpServer server(
        [](const ReceivedRequest&) { return Answer{.body = "never comes", .stall_after = 0}; });
    HttpOptions options;
    options.stall_timeout = 1s;
    options.max_attempts = 1;
    PatientClient patient(options);
    EXPECT_EQ(failure(patient.client.send({.url = server.url("/")})).kind, Kind::timeout);
}

TEST(HttpClient, ATrickleEndsWithTheRequestsTimeout) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{.body = std::string(1 << 20, 'x'), .piece_bytes = 1, .pause = 20ms};
    });
    PatientClient patient(HttpOptions{.max_attempts = 1});
    const HttpFailure late =
        failure(patient.client.send({.url = server.url("/"), .timeout = std::chrono::seconds(1)}));
    EXPECT_EQ(late.kind, Kind::timeout);
    EXPECT_THAT(late.reason, HasSubstr("no answer in time"));
}

TEST(HttpClient, ADrippingBodyIsGivenUpAndNotAskedForAgain) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{.body = std::string(1 << 20, 'x'), .piece_bytes = 10, .pause = 50ms};
    });
    PatientClient patient(HttpOptions{.stall_timeout = 1s});
    const HttpFailure slow = failure(patient.client.send({.url = server.url("/")}));
    EXPECT_EQ(slow.kind, Kind::slow);
    EXPECT_THAT(slow.reason, HasSubstr(": sends fewer than 1024 bytes per second"));
    EXPECT_THAT(server.requests(), SizeIs(1));
    EXPECT_THAT(patient.waits, IsEmpty());
}

TEST(HttpClient, ABodyThatEndsWithinTheWindowMayBeSlow) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{.body = "ten bytes.", .piece_bytes = 1, .pause = 20ms};
    });
    PatientClient patient(HttpOptions{.stall_timeout = 30s});
    EXPECT_EQ(response(patient.client.send({.url = server.url("/")})).body, "ten bytes.");
}

TEST(HttpClient, ANameThatIsNoneIsToldAsSuch) {
    PatientClient patient;  // the resolver rejects the long name without a network request
    const HttpFailure unknown =
        failure(patient.client.send({.url = "http://" + std::string(70, 'a') + ".test/"}));
    EXPECT_EQ(unknown.kind, Kind::resolve);
    EXPECT_THAT(unknown.reason, HasSubstr("the host is not known; check the name"));
}

TEST(HttpClient, TroubleWithEncryptionIsToldWithTheRemedyAndNotTriedAgain) {
    HttpServer server([](const ReceivedRequest&) { return Answer{}; });
    std::string url = server.url("/");
    url.insert(4, "s");
    const Variable no_bundle("CURL_CA_BUNDLE", "");
    const Variable no_file("SSL_CERT_FILE", "");
    PatientClient patient;
    const HttpFailure plain = failure(patient.client.send({.url = url}));
    EXPECT_EQ(plain.kind, Kind::tls);
    EXPECT_THAT(plain.reason, HasSubstr("SSL_CERT_FILE"));
    EXPECT_THAT(patient.waits, IsEmpty());
}

TEST(HttpClient, CertificatesComeFromTheUsualVariables) {
    const test::TestCertificate certificate = test::make_test_certificate();
    HttpServer server([](const ReceivedRequest&) { return Answer{200, "safe"}; }, certificate);
    const Variable none("CURL_CA_BUNDLE", "");
    const Variable no_file("SSL_CERT_FILE", "");
    PatientClient patient;
    const HttpFailure strange = failure(patient.client.send({.url = server.url("/")}));
    EXPECT_EQ(strange.kind, Kind::tls);
    EXPECT_THAT(strange.reason, HasSubstr("SSL_CERT_FILE"));
    EXPECT_THAT(server.requests(), IsEmpty());

    test::TemporaryFolder folder;
    const std::string good = (folder.path() / "good.pem").string();
    const std::string other = (folder.path() / "other.pem").string();
    test::write_file(good, certificate.certificate);
    test::write_file(other, test::make_test_certificate().certificate);
    const Variable ssl("SSL_CERT_FILE", good);
    EXPECT_EQ(response(HttpClient().send({.url = server.url("/")})).body, "safe");
    const Variable curl("CURL_CA_BUNDLE", other);  // it goes first, as in the curl program
    const HttpFailure bundle = failure(HttpClient().send({.url = server.url("/")}));
    EXPECT_EQ(bundle.kind, Kind::tls);
    EXPECT_THAT(bundle.reason, HasSubstr("come from CURL_CA_BUNDLE (" + other + ")"));
    EXPECT_THAT(bundle.reason, Not(HasSubstr("SSL_CERT_FILE")));
    const Variable no_bundle("CURL_CA_BUNDLE", "");
    const Variable wrong("SSL_CERT_FILE", other);
    EXPECT_THAT(failure(HttpClient().send({.url = server.url("/")})).reason,
                HasSubstr("come from SSL_CERT_FILE (" + other + ")"));
}

TEST(HttpClient, SecretsDoNotGoFromHttpsToHttp) {
    const test::TestCertificate certificate = test::make_test_certificate();
    test::TemporaryFolder folder;
    test::write_file(folder.path() / "ca.pem", certificate.certificate);
    test::write_file(folder.path() / ".netrc", "machine 127.0.0.1 login user password pass\n");
    const Variable authority("CURL_CA_BUNDLE", (folder.path() / "ca.pem").string());
    const Variable home("HOME", folder.path().string());
    HttpServer plain([](const ReceivedRequest&) { return Answer{200, "here"}; });
    HttpServer safe(
        [&](const ReceivedRequest&) {
            return Answer{302, "", {{"Location", plain.url("/")}}};
        },
        certificate);
    EXPECT_EQ(response(HttpClient().send({.url = safe.url("/")})).body, "here");
    EXPECT_NE(safe.requests()[0].header("authorization"), nullptr);
    EXPECT_EQ(plain.requests()[0].header("authorization"), nullptr);
}

TEST(HttpClient, ProxiesComeFromTheUsualVariables) {
    HttpServer proxy([](const ReceivedRequest& request) {
        return Answer{200, *request.header("host")};
    });
    const Variable no_exception("no_proxy", "");
    const Variable variable("http_proxy", proxy.url(""));
    EXPECT_EQ(response(HttpClient().send({.url = "http://hub.invalid/x"})).body, "hub.invalid");
    HttpServer server([](const ReceivedRequest&) { return Answer{200, "direct"}; });
    const Variable exception("no_proxy", "127.0.0.1");
    EXPECT_EQ(response(HttpClient().send({.url = server.url("/")})).body, "direct");
}

TEST(HttpServer, UnderstandsQueries) {
    HttpServer server([](const ReceivedRequest& request) {
        return Answer{200, *request.parameter("name") + (request.parameter("other") ? "!" : "")};
    });
    EXPECT_EQ(response(HttpClient().send({.url = server.url("/a%20b?name=c%20d&x=1")})).body,
              "c d");
    EXPECT_EQ(server.requests()[0].path, "/a b");
}

TEST(HttpClient, OriginsAreSchemeHostAndPort) {
    EXPECT_TRUE(same_origin("https://a.org/x", "https://A.org:443/y"));
    EXPECT_FALSE(same_origin("https://a.org", "http://a.org"));
    EXPECT_FALSE(same_origin("https://a.org", "https://a.org:8443"));
    EXPECT_FALSE(same_origin("https://a.org", "https://a.org.evil.org"));
    EXPECT_EQ(host_of("https://User:p@GitHub.com:1/x"), "github.com");
}

}  // namespace
}  // namespace onnxhub
