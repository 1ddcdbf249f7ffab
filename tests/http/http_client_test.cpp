// SPDX-License-Identifier: Apache-2.0
#include "http/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/http_server.h"

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

/// A client that notes its pauses instead of making them.
struct PatientClient {
    std::vector<milliseconds> waits;
    HttpClient client;

    explicit PatientClient(HttpOptions options = {}) : client(patient(std::move(options))) {}

    HttpOptions patient(HttpOptions options) {
        options.sleep = [this](milliseconds time) { waits.push_back(time); };
        return options;
    }
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

TEST(HttpClient, ABrokenTransferIsAFailure) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{200, std::string(50'000, 'x'), {}, 20'000};
    });
    PatientClient patient;
    const HttpFailure broken = failure(patient.client.send({.url = server.url("/")}));
    EXPECT_EQ(broken.kind, Kind::protocol);
    EXPECT_THAT(broken.reason, HasSubstr(server.url("/")));
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

TEST(HttpClient, SecretsDoNotGoToAnotherHost) {
    HttpServer other([](const ReceivedRequest&) { return Answer{200, "here"}; });
    HttpServer server([&](const ReceivedRequest&) {
        return Answer{307, "", {{"Location", other.url("/stolen")}}};
    });
    HttpRequest request{
        "GET", server.url("/"), {{"Authorization", "Bearer s"}, {"Cookie", "c"}, {"Accept", "a"}}};
    request.url.insert(7, "user:password@");
    EXPECT_EQ(response(HttpClient().send(request)).body, "here");
    ASSERT_THAT(other.requests(), SizeIs(1));
    EXPECT_EQ(other.requests()[0].header("authorization"), nullptr);
    EXPECT_EQ(other.requests()[0].header("cookie"), nullptr);
    EXPECT_NE(other.requests()[0].header("accept"), nullptr);
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
    PatientClient patient(HttpOptions{.tries = 1});
    const HttpFailure refused =
        failure(patient.client.send({.url = "http://me:secret@127.0.0.1:1/x?token=secret#secret"}));
    EXPECT_THAT(refused.reason, AllOf(HasSubstr("http://127.0.0.1:1/x"), Not(HasSubstr("secret"))));
}

TEST(HttpClient, StopsWhenAsked) {
    HttpServer server([](const ReceivedRequest&) {
        return Answer{200, std::string(1 << 20, 'x')};
    });
    HttpOptions options;
    options.is_stopped = [] { return true; };
    PatientClient patient(options);
    EXPECT_EQ(failure(patient.client.send({.url = server.url("/")})).kind, Kind::stopped);
    EXPECT_THAT(patient.waits, IsEmpty());
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
