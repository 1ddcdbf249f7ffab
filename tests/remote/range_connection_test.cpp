// SPDX-License-Identifier: Apache-2.0
// Servers that give ranges, and those that do it wrong.
#include "remote/range_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "remote/range_limits.h"
#include "remote/range_source.h"
#include "tests/support/range_server.h"

namespace onnxhub {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::RangeServer;
using test::ReceivedRequest;
using testing::AllOf;
using testing::HasSubstr;
using FailureKind = RangeFailure::Kind;

std::string large_content() {
    std::string content(300'000, '\0');
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 % 251);
    return content;
}

class RangeConnectionTest : public testing::Test {
protected:
    RangeConnectionTest() {
        server_.add_object(content_);
        server_.add_file("a.onnx", content_);
        server_.add_hugging_face("a.onnx", content_);
        options_.max_attempts = 2;
        options_.initial_backoff = milliseconds(1);
        options_.max_backoff = milliseconds(100);
    }

    RangeTarget object() const {
        const Sha256 sha = sha256_of(content_);
        return {{server_.lfs_url() + "/../store/" + to_hex(sha), {{"X-Key", "secret"}}},
                Binding::address,
                sha,
                content_.size()};
    }
    RangeTarget file() const {
        return {{server_.mirror_url() + "/a.onnx"},
                Binding::etag,
                sha256_of(content_),
                content_.size()};
    }
    RangeTarget hugging_face() const {
        return {{server_.hugging_face() + "/zoo/a/resolve/main/a.onnx"},
                Binding::etag,
                sha256_of(content_),
                content_.size()};
    }

    /// The message of the failure, after its kind.
    std::string failure(const RangeTarget& target, std::uint64_t begin = 0,
                        std::uint64_t end = 1000) {
        HttpClient client(options_);
        TransferBudget budget;
        RangeConnection connection(client, target, budget);
        try {
            connection.fetch(begin, end);
            connection.fetch(begin + 100'000, end + 100'000);
        } catch (const RangeFailure& error) {
            const char* kind = error.kind() == FailureKind::file     ? "file: "
                               : error.kind() == FailureKind::server ? "server: "
                                                                     : "budget: ";
            return kind + std::string(error.what());
        }
        return "none";
    }

    std::string content_ = large_content();
    RangeServer server_;
    HttpOptions options_;
};

TEST_F(RangeConnectionTest, GivesExactlyWhatIsAskedFor) {
    for (const RangeTarget& target : {object(), file(), hugging_face()}) {
        HttpClient client(options_);
        TransferBudget budget;
        RangeConnection connection(client, target, budget);
        EXPECT_EQ(connection.fetch(0, 10), content_.substr(0, 10));
        EXPECT_EQ(connection.fetch(200'000, 200'100), content_.substr(200'000, 100));
        EXPECT_EQ(connection.fetch(299'000, 300'000), content_.substr(299'000));
        EXPECT_EQ(connection.requests(), 3U);
        EXPECT_EQ(connection.bytes(), 1110U);
        EXPECT_EQ(budget.bytes(), 1110U);
        EXPECT_EQ(budget.requests(), 3U);
    }
}

TEST_F(RangeConnectionTest, FollowsARedirectOnce) {
    ASSERT_EQ(failure(hugging_face()), "none");
    EXPECT_EQ(server_.count("/hf/"), 1U);
    EXPECT_EQ(server_.count("/cdn/"), 2U);
}

TEST_F(RangeConnectionTest, HeadersOfTheOfferDoNotFollowToAnotherHost) {
    RangeServer other;
    other.add_object(content_);
    const std::string there = other.lfs_url() + "/../store/" + to_hex(sha256_of(content_));
    server_.twist = [&](const ReceivedRequest&, Answer& answer) {
        answer = {307, "", {{"Location", there}}};
    };
    ASSERT_EQ(failure(object()), "none");
    ASSERT_EQ(server_.requests().size(), 1U);
    EXPECT_NE(server_.requests()[0].header("X-Key"), nullptr);
    ASSERT_EQ(other.requests().size(), 2U);
    for (const auto& request : other.requests()) EXPECT_EQ(request.header("X-Key"), nullptr);
}

TEST_F(RangeConnectionTest, AWholeFileInsteadOfARangeIsLeft) {
    server_.twist = [&](const ReceivedRequest&, Answer& answer) { answer = {200, content_, {}}; };
    EXPECT_THAT(failure(object()),
                HasSubstr("sends the whole file instead of the part that was asked for"));
    EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(RangeConnectionTest, AnotherRangeIsRefused) {
    for (const char* range :
         {"bytes 1-1000/300000", "bytes 0-998/300000", "bytes 0-1000/300000", "bytes 0-999/*",
          "bytes */300000", "bytes 999-0/300000", "items 0-999/300000", "bytes 0-999/-1", ""}) {
        server_.twist = [&](const ReceivedRequest&, Answer& answer) {
            answer = {206, content_.substr(0, 1000), {{"Content-Range", range}, {"ETag", "\"x\""}}};
        };
        EXPECT_THAT(failure(object()), testing::StartsWith("server: ")) << range;
    }
}

TEST_F(RangeConnectionTest, AnotherTotalIsAnotherFile) {
    server_.twist = [&](const ReceivedRequest&, Answer& answer) {
        answer.headers = {{"Content-Range", "bytes 0-999/300001"}, {"ETag", "\"x\""}};
    };
    EXPECT_THAT(failure(object()), HasSubstr("has a file of 300001 bytes instead of 300000"));
}

TEST_F(RangeConnectionTest, AFileThatChangesMeanwhileIsRefused) {
    int count = 0;
    server_.twist = [&](const ReceivedRequest&, Answer& answer) {
        answer.headers[0].second = count++ == 0 ? "\"one\"" : "\"two\"";
    };
    EXPECT_THAT(failure(object()), HasSubstr("file: "));
    EXPECT_EQ(count, 2);
    count = 0;
    EXPECT_THAT(failure(object()), HasSubstr("changed while it was read"));
}

TEST_F(RangeConnectionTest, WithoutAStrongValidatorNothingProvesThatPartsBelongTogether) {
    const auto with_headers = [&](std::vector<std::pair<std::string, std::string>> headers) {
        server_.twist = [headers](const ReceivedRequest&, Answer& answer) {
            std::erase_if(answer.headers,
                          [](const auto& header) { return header.first == "ETag"; });
            answer.headers.insert(answer.headers.end(), headers.begin(), headers.end());
        };
        return failure(object());
    };
    EXPECT_THAT(with_headers({}), HasSubstr("states neither an ETag nor a date"));
    EXPECT_THAT(with_headers({{"ETag", "W/\"weak\""}}), HasSubstr("neither an ETag"));
    EXPECT_EQ(with_headers({{"Date", "Sun, 06 Nov 2044 08:49:37 GMT"},
                            {"Last-Modified", "Sun, 06 Nov 2044 08:00:00 GMT"}}),
              "none");
    EXPECT_THAT(with_headers({{"Date", "Sun, 06 Nov 2044 08:49:37 GMT"},
                              {"Last-Modified", "Sun, 06 Nov 2044 08:49:00 GMT"}}),
                HasSubstr("neither an ETag"));
}

TEST_F(RangeConnectionTest, CompressedBytesAreRefused) {
    server_.twist = [](const ReceivedRequest&, Answer& answer) {
        answer.headers.push_back({"Content-Encoding", "gzip"});
    };
    EXPECT_THAT(failure(object()), HasSubstr("sends compressed bytes"));
}

TEST_F(RangeConnectionTest, AMirrorMustStateTheSha) {
    server_.add_file("a.onnx", content_, "\"other\"");
    EXPECT_THAT(failure(file()), HasSubstr("does not state the SHA-256 of the file"));
    server_.add_file("a.onnx", content_, "\"" + std::string(64, 'a') + "\"");
    EXPECT_THAT(failure(file()), HasSubstr("has another file: its SHA-256 differs"));
    server_.add_file("a.onnx", content_, "W/\"" + to_hex(sha256_of(content_)) + "\"");
    EXPECT_THAT(failure(file()), HasSubstr("does not state the SHA-256 of the file"));
}

TEST_F(RangeConnectionTest, OnlyTheServerOfTheRequestMayStateTheSha) {
    const std::string sha = "\"" + to_hex(sha256_of(content_)) + "\"";
    server_.twist = [&](const ReceivedRequest& request, Answer& answer) {
        if (request.path.starts_with("/hf/")) {
            std::erase_if(answer.headers,
                          [](const auto& header) { return header.first == "X-Linked-Etag"; });
        } else {
            answer.headers.push_back({"X-Linked-Etag", sha});
            answer.headers[0].second = sha;
        }
    };
    EXPECT_THAT(failure(hugging_face()), HasSubstr("does not state the SHA-256 of the file"));
}

TEST_F(RangeConnectionTest, AnExpiredAddressIsAskedForOnceMore) {
    int addresses_given = 0;
    RangeTarget target = object();
    target.location.refresh = [&]() -> std::optional<RangeLocation> {
        ++addresses_given;
        return RangeLocation{object().location.url, {{"X-Key", "new"}}};
    };
    server_.twist = [&](const ReceivedRequest& request, Answer& answer) {
        if (*request.header("X-Key") == "secret") answer = {403, "<Error>expired</Error>"};
    };
    EXPECT_EQ(failure(target), "none");
    EXPECT_EQ(addresses_given, 1);
    server_.twist = [](const ReceivedRequest&, Answer& answer) { answer = {401, ""}; };
    EXPECT_THAT(failure(target), HasSubstr("answers with status 401"));
    EXPECT_EQ(addresses_given, 2);
}

TEST_F(RangeConnectionTest, BehindARedirectAnExpiredAddressStartsAtTheFirst) {
    int files = 0;
    server_.twist = [&](const ReceivedRequest& request, Answer& answer) {
        if (request.path.starts_with("/cdn/") && ++files == 2) answer = {403, "expired"};
    };
    EXPECT_EQ(failure(hugging_face()), "none");
    EXPECT_EQ(server_.count("/hf/"), 2U);
}

TEST_F(RangeConnectionTest, AnAddressAndItsRedirectMayBothExpire) {
    bool is_expired = false;
    RangeTarget target = hugging_face();
    target.binding = Binding::address;
    target.location.refresh = [&]() -> std::optional<RangeLocation> {
        is_expired = false;
        return RangeLocation{hugging_face().location.url};
    };
    int count = 0;
    server_.twist = [&](const ReceivedRequest&, Answer& answer) {
        if (++count == 3) is_expired = true;
        if (is_expired) answer = {403, "expired"};
    };
    EXPECT_EQ(failure(target), "none");
    EXPECT_EQ(server_.count("/hf/"), 3U) << "first, expired, and the new address";
}

TEST(TransferBudgetTest, CountsWhatWasRepeated) {
    TransferBudget budget(100);
    EXPECT_TRUE(budget.reserve(60));
    EXPECT_FALSE(budget.reserve(60));
    budget.settle(60, 150);
    EXPECT_TRUE(budget.is_used_up());
    EXPECT_FALSE(budget.reserve(1));
    EXPECT_EQ(budget.bytes(), 150U);
    TransferBudget another(100);
    EXPECT_TRUE(another.reserve(60));
    another.settle(60, 10);
    EXPECT_TRUE(another.reserve(90));
    EXPECT_FALSE(another.reserve(1));
}

TEST_F(RangeConnectionTest, RetriesAsTheServerAsks) {
    int count = 0;
    server_.twist = [&](const ReceivedRequest&, Answer& answer) {
        if (++count == 1) answer = {429, "slow down", {{"Retry-After", "0"}}};
    };
    EXPECT_EQ(failure(object()), "none");
    EXPECT_EQ(count, 3);
    server_.twist = [&](const ReceivedRequest&, Answer& answer) {
        answer = {429, "slow down", {{"Retry-After", "3600"}}};
    };
    EXPECT_THAT(failure(object()), HasSubstr("server: "));
}

TEST_F(RangeConnectionTest, AConnectionThatBreaksIsTriedAgain) {
    int count = 0;
    server_.twist = [&](const ReceivedRequest&, Answer& answer) {
        if (++count == 1) answer.break_after = 300;
    };
    EXPECT_EQ(failure(object()), "none");
    EXPECT_EQ(count, 3);
}

TEST_F(RangeConnectionTest, AServerThatSendsNothingIsLeft) {
    options_.stall_timeout = std::chrono::seconds(1);
    options_.max_attempts = 1;
    server_.twist = [](const ReceivedRequest&, Answer& answer) { answer.stall_after = 10; };
    EXPECT_THAT(failure(object()), HasSubstr("server: "));
}

TEST_F(RangeConnectionTest, AServerThatDripsIsLeft) {
    options_.stall_timeout = std::chrono::seconds(1);
    options_.max_attempts = 1;
    server_.twist = [](const ReceivedRequest&, Answer& answer) {
        answer.piece_bytes = 1;
        answer.pause = milliseconds(100);
    };
    EXPECT_THAT(failure(object()), AllOf(HasSubstr("server: "), HasSubstr("bytes per second")));
}

TEST_F(RangeConnectionTest, HtmlInsteadOfTheFileIsAnotherSize) {
    server_.twist = [](const ReceivedRequest&, Answer& answer) {
        answer = {200, "<html>Please log in</html>", {{"Content-Type", "text/html"}}};
    };
    EXPECT_THAT(failure(object()), HasSubstr("sends the whole file instead"));
}

TEST_F(RangeConnectionTest, StopsAtItsBudgets) {
    HttpClient client(options_);
    TransferBudget small(2500);
    RangeConnection connection(client, object(), small);
    connection.fetch(0, 1000);
    connection.fetch(1000, 2500);
    try {
        connection.fetch(2500, 2501);
        FAIL();
    } catch (const RangeFailure& error) {
        EXPECT_EQ(error.kind(), FailureKind::budget);
        EXPECT_STREQ(error.what(), "the limit of 2500 bytes for the run is reached");
    }
    EXPECT_EQ(server_.requests().size(), 2U);
}

TEST_F(RangeConnectionTest, StopsAtTheLimitsOfOneModel) {
    HttpClient client(options_);
    TransferBudget budget;
    RangeConnection connection(client, object(), budget);
    EXPECT_THROW(connection.fetch(0, range_byte_limit + 1), RangeFailure);
    for (unsigned i = 0; i < range_request_limit; ++i) connection.fetch(i, i + 1);
    EXPECT_THROW(connection.fetch(5, 6), RangeFailure);
    EXPECT_EQ(server_.requests().size(), range_request_limit);
}

TEST_F(RangeConnectionTest, ASmallFileIsReadWholeAndHashed) {
    const std::string small = "a small file";
    server_.add_object(small);
    const Sha256 sha = sha256_of(small);
    RangeTarget target{
        {server_.lfs_url() + "/../store/" + to_hex(sha)}, Binding::address, sha, small.size()};
    HttpClient client(options_);
    TransferBudget budget;
    RangeConnection connection(client, target, budget);
    const RangeSource source(connection);
    EXPECT_EQ(source.bytes()->known_bytes(), small.size());
    server_.add_object(sha, "a small FILE");
    RangeConnection again(client, target, budget);
    try {
        const RangeSource lying(again);
        FAIL();
    } catch (const RangeFailure& error) {
        EXPECT_THAT(error.what(), HasSubstr("has other bytes than the pointer states"));
    }
}

TEST_F(RangeConnectionTest, WithoutASizeTheServersCounts) {
    HttpClient client(options_);
    TransferBudget budget;
    RangeTarget target = file();
    target = {target.location, Binding::none, {}, {}};
    RangeConnection connection(client, target, budget);
    const RangeSource source(connection);
    EXPECT_EQ(source.size_bytes(), content_.size());
    EXPECT_EQ(connection.stated_sha(), sha256_of(content_));
}

}  // namespace
}  // namespace onnxhub
