// SPDX-License-Identifier: Apache-2.0
#include "http/head_fields.h"

#include <gtest/gtest.h>

namespace onnxhub {
namespace {

HttpHead head_with(std::string name, std::string value) {
    HttpHead head;
    head.headers.push_back({std::move(name), std::move(value)});
    return head;
}

TEST(HeadFields, OnlyStrongETagsPromiseEqualBytes) {
    EXPECT_EQ(strong_etag(head_with("etag", "\"a\"")), "\"a\"");
    EXPECT_EQ(strong_etag(head_with("etag", "W/\"a\"")), "");
    EXPECT_EQ(strong_etag({}), "");
}

TEST(HeadFields, NumbersAreStrict) {
    EXPECT_EQ(content_length(head_with("content-length", "12")), 12u);
    EXPECT_EQ(content_length(head_with("content-length", "12, 12")), std::nullopt);
    EXPECT_EQ(content_length({}), std::nullopt);
    EXPECT_EQ(range_start(head_with("content-range", "bytes 7-9/10")), 7u);
    for (const char* range :
         {"bytes */10", "bytes 7", "items 7-9/10", "bytes -9/10", "bytes 7x-9"}) {
        EXPECT_EQ(range_start(head_with("content-range", range)), std::nullopt) << range;
    }
}

TEST(HeadFields, ARangeStatesTheSizeOfTheWholeFile) {
    EXPECT_EQ(range_total(head_with("content-range", "bytes 0-0/10")), 10u);
    EXPECT_EQ(range_total(head_with("content-range", "bytes */0")), 0u);
    EXPECT_EQ(range_total({}), std::nullopt);
    for (const char* range : {"bytes 0-0/*", "bytes 0-0", "items 0-0/10", "bytes 0-0/x"}) {
        EXPECT_EQ(range_total(head_with("content-range", range)), std::nullopt) << range;
    }
}

TEST(HeadFields, IdentityIsNoCompression) {
    EXPECT_FALSE(is_compressed({}));
    EXPECT_FALSE(is_compressed(head_with("content-encoding", "identity")));
    EXPECT_TRUE(is_compressed(head_with("content-encoding", "gzip")));
}

TEST(HeadFields, ContentRangesFitTogether) {
    EXPECT_EQ(content_range(head_with("content-range", "bytes 7-9/10")), (ContentRange{7, 10, 10}));
    for (const char* range : {"bytes 7-10/10", "bytes 9-7/10", "bytes 7-9/*", "bytes */10",
                              "bytes 7-/10", "bytes 7-9", "bytes 7/9-10", ""}) {
        EXPECT_EQ(content_range(head_with("content-range", range)), std::nullopt) << range;
    }
}

TEST(HeadFields, ADateIsAStrongValidatorWhenItIsAMinuteOld) {
    const auto validator = [](const char* modified) {
        HttpHead head = head_with("Date", "Sun, 06 Nov 2044 08:49:37 GMT");
        head.headers.push_back({"Last-Modified", modified});
        return strong_last_modified(head);
    };
    EXPECT_EQ(validator("Sun, 06 Nov 2044 08:48:37 GMT"), "Sun, 06 Nov 2044 08:48:37 GMT");
    EXPECT_EQ(validator("Sun, 06 Nov 2044 08:48:38 GMT"), "");
    EXPECT_EQ(validator("yesterday"), "");
    EXPECT_EQ(strong_last_modified({}), "");
}

}  // namespace
}  // namespace onnxhub
