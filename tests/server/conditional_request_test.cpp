// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/conditional_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onnxhub {

static void PrintTo(const ReplyPlan& plan, std::ostream* out) {
    *out << plan.status;
    for (const ByteRange& range : plan.ranges) *out << " " << range.first << "-" << range.last;
}

namespace {

const FileIdentity identity{"\"abc\"", 784111777, 1000};  // Sun, 06 Nov 1994 08:49:37 GMT
const std::string same_time = "Sun, 06 Nov 1994 08:49:37 GMT";
const std::string earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
const std::string later = "Sun, 06 Nov 1994 08:49:38 GMT";

struct RequestCase {
    const char* what;
    ConditionalHeaders headers;
    ReplyPlan plan;
};

ConditionalHeaders range(const std::string& text) {
    ConditionalHeaders headers;
    headers.range = text;
    return headers;
}

ConditionalHeaders range_if(const std::string& text, const std::string& condition) {
    ConditionalHeaders headers = range(text);
    headers.if_range = condition;
    return headers;
}

ConditionalHeaders none_match(const std::string& text) {
    ConditionalHeaders headers;
    headers.if_none_match = text;
    return headers;
}

ConditionalHeaders match(const std::string& text) {
    ConditionalHeaders headers;
    headers.if_match = text;
    return headers;
}

ConditionalHeaders modified_since(const std::string& text) {
    ConditionalHeaders headers;
    headers.if_modified_since = text;
    return headers;
}

ConditionalHeaders unmodified_since(const std::string& text) {
    ConditionalHeaders headers;
    headers.if_unmodified_since = text;
    return headers;
}

const ReplyPlan all{200};
const ReplyPlan unchanged{304};
const ReplyPlan failed{412};
const ReplyPlan no_headers{416};

TEST(PlanReply, IsThatOfTheTable) {
    ConditionalHeaders both = range("bytes=0-9");
    both.if_none_match = "\"abc\"";
    ConditionalHeaders etag_wins = none_match("\"other\"");
    etag_wins.if_modified_since = later;
    const RequestCase rows[] = {
        {"no header", {}, all},
        {"a range", range("bytes=0-9"), {206, {{0, 9}}}},
        {"one byte", range("bytes=999-999"), {206, {{999, 999}}}},
        {"open", range("bytes=990-"), {206, {{990, 999}}}},
        {"the whole, open", range("bytes=0-"), {206, {{0, 999}}}},
        {"suffix", range("bytes=-10"), {206, {{990, 999}}}},
        {"suffix over all", range("bytes=-5000"), {206, {{0, 999}}}},
        {"beyond the end", range("bytes=990-5000"), {206, {{990, 999}}}},
        {"behind the end", range("bytes=1000-"), no_headers},
        {"empty suffix", range("bytes=-0"), no_headers},
        {"two", range("bytes=0-1, 5-6"), {206, {{0, 1}, {5, 6}}}},
        {"one of two is behind the end", range("bytes=0-1,2000-"), {206, {{0, 1}}}},
        {"all behind the end", range("bytes=1000-,2000-"), no_headers},
        {"backwards", range("bytes=9-0"), all},
        {"no digits", range("bytes=a-b"), all},
        {"no dash", range("bytes=5"), all},
        {"only a dash", range("bytes=-"), all},
        {"negative", range("bytes=--5"), all},
        {"another unit", range("lines=0-9"), all},
        {"from a large number on", range("bytes=99999999999999999999-"), no_headers},
        {"to a large number", range("bytes=990-99999999999999999999"), {206, {{990, 999}}}},
        {"the last of a large number", range("bytes=-99999999999999999999"), {206, {{0, 999}}}},
        {"the unit in capitals", range("Bytes=0-9"), {206, {{0, 9}}}},
        {"an empty element", range("bytes=0-1,,2-3,"), {206, {{0, 1}, {2, 3}}}},
        {"only empty elements", range("bytes=,"), all},
        {"more than the file", range("bytes=0-,0-"), all},
        {"seventeen",
         range("bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,10-10,11-11,12-12,13-13,"
               "14-14,15-15,16-16"),
         all},
        {"If-Range that holds", range_if("bytes=0-9", "\"abc\""), {206, {{0, 9}}}},
        {"If-Range that doesn't", range_if("bytes=0-9", "\"other\""), all},
        {"If-Range with a weak tag", range_if("bytes=0-9", "W/\"abc\""), all},
        {"If-Range with the time", range_if("bytes=0-9", same_time), {206, {{0, 9}}}},
        {"If-Range with an earlier one", range_if("bytes=0-9", earlier), all},
        {"If-Range with nonsense", range_if("bytes=0-9", "yesterday"), all},
        {"If-None-Match", none_match("\"abc\""), unchanged},
        {"If-None-Match, weak", none_match("W/\"abc\""), unchanged},
        {"If-None-Match, a list", none_match("\"x\", \"abc\""), unchanged},
        {"If-None-Match, any", none_match("*"), unchanged},
        {"If-None-Match, another", none_match("\"x\""), all},
        {"If-None-Match goes before the range", both, unchanged},
        {"If-None-Match goes before the time", etag_wins, all},
        {"If-Modified-Since, the same", modified_since(same_time), unchanged},
        {"If-Modified-Since, later", modified_since(later), unchanged},
        {"If-Modified-Since, earlier", modified_since(earlier), all},
        {"If-Modified-Since, nonsense", modified_since("soon"), all},
        {"If-Match", match("\"abc\""), all},
        {"If-Match, any", match("*"), all},
        {"If-Match, another", match("\"x\""), failed},
        {"If-Match, weak", match("W/\"abc\""), failed},
        {"If-Unmodified-Since", unmodified_since(same_time), all},
        {"If-Unmodified-Since, earlier", unmodified_since(earlier), failed},
    };
    for (const RequestCase& row : rows)
        EXPECT_EQ(plan_reply(row.headers, identity), row.plan) << row.what;
}

TEST(PlanReply, OfAnEmptyFileHasNoRanges) {
    const FileIdentity empty{"\"e\"", 0, 0};
    EXPECT_EQ(plan_reply({}, empty), all);
    EXPECT_EQ(plan_reply(range("bytes=0-"), empty), no_headers);
    EXPECT_EQ(plan_reply(range("bytes=-1"), empty), no_headers);
}

TEST(AcceptsCoding, IsThatOfTheTable) {
    const std::pair<const char*, bool> rows[] = {
        {"gzip", true},      {"GZIP", true},         {"br, gzip", true},
        {"gzip;q=1", true},  {"gzip; q=0.5", true},  {"gzip;q=0.001", true},
        {"*", true},         {"br, *;q=0.1", true},  {"", false},
        {"br", false},       {"xgzip", false},       {"gzipx", false},
        {"gzip;q=0", false}, {"gzip;q=0.0", false},  {"gzip; Q=0.000", false},
        {"*;q=0", false},    {"gzip;q=0, *", false}, {"gzip, *;q=0", true},
    };
    for (const auto& [header, is_accepted] : rows) {
        EXPECT_EQ(accepts_coding(header, "gzip"), is_accepted) << header;
    }
}

TEST(HttpDate, HasThreeForms) {
    EXPECT_EQ(http_date(784111777), same_time);
    for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 1994"}) {
        EXPECT_EQ(parse_http_date(text), 784111777) << text;
    }
    EXPECT_EQ(parse_http_date("06 Nov 1994"), std::nullopt);
}

}  // namespace
}  // namespace onnxhub
