// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <gtest/gtest.h>

#include <utility>

namespace onnxhub {
namespace {

TEST(Url, SecretsAreNotShown) {
    const std::pair<const char*, const char*> urls_and_shown[] = {
        {"https://example.org/a/b.onnx", "https://example.org/a/b.onnx"},
        {"https://user:secret@example.org/a", "https://example.org/a"},
        {"https://user@example.org/a", "https://example.org/a"},
        {"https://example.org/a?token=secret", "https://example.org/a"},
        {"https://example.org/a#secret", "https://example.org/a"},
        {"https://example.org?token=secret", "https://example.org/"},
        {"https://example.org:8443/a", "https://example.org:8443/a"},
        {"http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a"},
        {"https://user:sec/ret@example.org/a", "the URL"},
        {"https://user:sec ret@example.org/a", "the URL"},
        {"no URL", "the URL"},
        {"", "the URL"},
    };
    for (const auto& [url, shown] : urls_and_shown) {
        SCOPED_TRACE(url);
        EXPECT_EQ(shown_url(url), shown);
    }
}

TEST(Url, IsShownInLibcurlsForm) {
    const std::pair<const char*, const char*> urls_and_shown[] = {
        {"https://example.org", "https://example.org/"},
        {"https://example.org/a/../b", "https://example.org/b"},
        {"https://example.org/a/./b", "https://example.org/a/b"},
        {"HTTPS://example.org/a", "https://example.org/a"},
        {"https://example.org/a~b-c_d.e", "https://example.org/a~b-c_d.e"},
        {"https://example.org/a//b/", "https://example.org/a//b/"},
        {"http://127.0.0.1:80/a", "http://127.0.0.1:80/a"},
        {"http://127.1/a", "http://127.0.0.1/a"},
        {"http://0x7f000001/a", "http://127.0.0.1/a"},
        {"http://127.0.0.1:080/a", "http://127.0.0.1:80/a"},
        {"http://127.0.0.1:70000/a", "the URL"},
        {"http://example.org:secret/a", "the URL"},
    };
    for (const auto& [url, shown] : urls_and_shown) {
        SCOPED_TRACE(url);
        EXPECT_EQ(shown_url(url), shown);
    }
}

TEST(Url, OriginIsSchemeHostAndPort) {
    EXPECT_TRUE(same_origin("https://example.org/a", "https://EXAMPLE.org:443/b?c"));
    EXPECT_TRUE(same_origin("https://user@example.org/a", "https://example.org/a"));
    EXPECT_FALSE(same_origin("https://example.org/a", "http://example.org/a"));
    EXPECT_FALSE(same_origin("https://example.org/a", "https://example.org:8443/a"));
    EXPECT_FALSE(same_origin("https://example.org/a", "https://www.example.org/a"));
    EXPECT_FALSE(same_origin("no URL", "no URL"));
    // Plain URLs are compared without libcurl, with the same result.
    EXPECT_TRUE(same_origin("http://127.0.0.1:80", "http://127.0.0.1/a"));
    EXPECT_TRUE(same_origin("https://Example.org", "https://example.org:443/a/b"));
    EXPECT_FALSE(same_origin("http://example.org:443/a", "https://example.org/a"));
    EXPECT_FALSE(same_origin("https://example.org", "https://example.org.evil.org/a"));
    EXPECT_FALSE(same_origin("http://127.0.0.1:8080/a", "http://127.0.0.1:8081/a"));
}

TEST(Url, HostIsInLowerCaseAndEmptyForInvalidUrls) {
    EXPECT_EQ(host_of("https://user@GitHub.com:443/a"), "github.com");
    EXPECT_EQ(host_of("no URL"), "");
}

}  // namespace
}  // namespace onnxhub
