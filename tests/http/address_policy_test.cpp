// SPDX-License-Identifier: Apache-2.0
#include "http/address_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <variant>

#include "http/proxy.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;

std::string refusal_of(std::string_view url, const AddressPolicy& policy = {}) {
    return policy.refusal(url).value_or("allowed");
}

TEST(WebOriginText, GivesSchemeHostAndPort) {
    struct Case {
        const char* url;
        bool is_https;
        const char* host;
        int port;
    };
    const Case cases[] = {
        {"https://example.org", true, "example.org", 443},
        {"HTTPS://Example.ORG/A?b@c#d@e", true, "example.org", 443},
        {"http://a_b.example.org/x:y@z", false, "a_b.example.org", 80},
        {"https://192.0.2.1:8443/", true, "192.0.2.1", 8443},
        {"https://[2001:DB8::1]/", true, "2001:db8::1", 443},
        {"https://[::1]:65535?", true, "::1", 65535},
        {"https://xn--bcher-kva.example/", true, "xn--bcher-kva.example", 443},
        {"https://1.example/", true, "1.example", 443},
    };
    for (const Case& expected : cases) {
        SCOPED_TRACE(expected.url);
        const auto parsed = parse_web_origin(expected.url);
        const auto* origin = std::get_if<WebOrigin>(&parsed);
        ASSERT_TRUE(origin) << std::get<std::string>(parsed);
        EXPECT_EQ(origin->is_https, expected.is_https);
        EXPECT_EQ(origin->host, expected.host);
        EXPECT_EQ(origin->port, expected.port);
        EXPECT_EQ(origin->address, parse_ip_address(expected.host));
        // libcurl, which makes the requests, reads the same.
        EXPECT_EQ(origin_of(expected.url)->host, expected.host);
    }
}

TEST(WebOriginText, HasALimit) {
    const std::string longest = "https://example.org/" + std::string(url_length_limit - 20, 'x');
    EXPECT_EQ(refusal_of(longest), "allowed");
    EXPECT_EQ(refusal_of(longest + "x"), "has more than 8192 bytes");
    EXPECT_EQ(refusal_of("https://" + std::string(249, 'a') + ".de/"), "allowed");
    EXPECT_THAT(refusal_of("https://" + std::string(251, 'a') + ".de/"), HasSubstr("253"));
}

TEST(OriginOfUsersUrl, MayHaveCredentialsAndOddSpellings) {
    EXPECT_EQ(origin_of("https://user:pw@Example.org:8000/x")->host, "example.org");
    EXPECT_EQ(origin_of("https://user:pw@Example.org:8000/x")->port, 8000);
    EXPECT_EQ(origin_of("http://0x7f.1/")->host, "127.0.0.1");
    EXPECT_FALSE(origin_of("ftp://example.org/"));
    EXPECT_FALSE(origin_of("nonsense"));
}

TEST(AddressPolicyText, PublicHttpsServersAreAllowed) {
    for (const char* url :
         {"https://huggingface.co/onnxmodelzoo/m/resolve/main/m.onnx?download=true",
          "https://example.org:8443/m.onnx", "https://example.org:1024/", "https://1.1.1.1/",
          "https://[2606:4700::1111]/m", "https://localhost.example.org/",
          "https://example.org/%2e%2e/@user"}) {
        EXPECT_EQ(refusal_of(url), "allowed") << url;
    }
}

TEST(AddressPolicyText, SaysWhatIsWrongAndWhatToDo) {
    EXPECT_EQ(refusal_of("http://example.org/m"),
              "is not https; if you trust it, add \"example.org\" to `allow` in [network] of your "
              "configuration");
    EXPECT_EQ(refusal_of("https://10.0.0.1/m"),
              "leads to 10.0.0.1, a private address; if you trust it, add \"10.0.0.1\" to `allow` "
              "in [network] of your configuration");
    EXPECT_EQ(refusal_of("https://user@example.org/m"), "has a user name or password");
    EXPECT_THAT(refusal_of("https://example.org:1023/"), HasSubstr("has the port 1023"));
}

TEST(AddressPolicyText, HostsThatTheUserNamesAreAllowed) {
    const AddressPolicy policy({*parse_allowed_host("Hub.Corp"), *parse_allowed_host("10.0.0.7:80"),
                                *parse_allowed_host("[fd00::1]:8080")});
    for (const char* url : {"http://hub.corp/x", "https://hub.corp/x", "http://hub.corp:22/",
                            "http://10.0.0.7/", "http://[fd00::1]:8080/m"}) {
        EXPECT_EQ(refusal_of(url, policy), "allowed") << url;
    }
    for (const char* url : {"http://10.0.0.7:81/", "https://10.0.0.7/", "http://10.0.0.8/",
                            "http://[fd00::1]/", "http://x.hub.corp/", "http://hub.corp.evil.org/",
                            "http://user@hub.corp/", "ftp://hub.corp/"}) {
        EXPECT_NE(refusal_of(url, policy), "allowed") << url;
    }
}

TEST(AddressPolicyText, AUsersUrlAllowsItsHostAndPort) {
    AddressPolicy policy;
    policy.allow_origin_of("http://user:pw@127.0.0.1:8000/hub");
    policy.allow_origin_of("nonsense");
    EXPECT_TRUE(policy.is_named("http://127.0.0.1:8000/other"));
    EXPECT_TRUE(policy.is_named("http://127.0.0.1:8000/other"));
    EXPECT_FALSE(policy.is_named("http://127.0.0.1:8001/"));
    EXPECT_FALSE(policy.is_named("http://127.0.0.1/"));
    EXPECT_FALSE(policy.is_named("nonsense"));
}

TEST(AllowedHostText, IsAHostWithOrWithoutPort) {
    EXPECT_EQ(parse_allowed_host("example.org"), (AllowedHost{"example.org", std::nullopt}));
    EXPECT_EQ(parse_allowed_host("example.org:443"), (AllowedHost{"example.org", 443}));
    EXPECT_EQ(parse_allowed_host("intranet:80"), (AllowedHost{"intranet", 80}));
    EXPECT_EQ(parse_allowed_host("[::1]"), (AllowedHost{"::1", std::nullopt}));
    for (const char* text :
         {"", "https://example.org", "example.org/", "user@example.org", "::1",
          "example.org:", "example.org:x", "*.example.org", "10.0.0.0/8", "example.org.", "a b"}) {
        EXPECT_FALSE(parse_allowed_host(text)) << text;
    }
}

/// The proxy for a URL where these variables are set.
std::string proxy_of(const std::string& url, std::map<std::string, std::string> variables) {
    return proxy_for(*origin_of(url), [&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

TEST(ProxyOfEnvironment, IsTheOneThatCurlUses) {
    EXPECT_EQ(proxy_of("https://x.org/", {}), "");
    EXPECT_EQ(proxy_of("https://x.org/", {{"https_proxy", "p:1"}, {"all_proxy", "q"}}), "p:1");
    EXPECT_EQ(proxy_of("https://x.org/", {{"HTTPS_PROXY", "p:1"}}), "p:1");
    EXPECT_EQ(proxy_of("https://x.org/", {{"https_proxy", ""}, {"ALL_PROXY", "q"}}), "q");
    EXPECT_EQ(proxy_of("http://x.org/", {{"http_proxy", "p:2"}}), "p:2");
    EXPECT_EQ(proxy_of("http://x.org/", {{"HTTP_PROXY", "p:2"}}), "");
    EXPECT_EQ(proxy_of("https://x.org/", {{"http_proxy", "p:2"}}), "");
    EXPECT_EQ(proxy_of("https://x.org/", {{"https_proxy", "p"}, {"no_proxy", "y.org, x.org"}}), "");
    EXPECT_EQ(proxy_of("https://x.org/", {{"https_proxy", "p"}, {"NO_PROXY", "*"}}), "");
}

TEST(ProxyOfEnvironment, NoProxyNamesHostsDomainsAndNetworks) {
    const std::pair<const char*, const char*> without[] = {
        {"https://a.x.org/", "x.org"},       {"https://a.x.org/", ".x.org"},
        {"https://x.org/", ".x.org"},        {"https://x.org/", "X.ORG."},
        {"https://10.1.2.3/", "10.0.0.0/8"}, {"https://10.1.2.3/", "10.1.2.3"},
        {"https://[fd00::1]/", "[fd00::1]"}, {"https://[fd00::1]/", "fd00::/8"},
        {"https://10.1.2.3/", "0.0.0.0/0"},  {"https://x.org:8443/", "b,,x.org"},
    };
    for (const auto& [url, no_proxy] : without) {
        EXPECT_TRUE(is_without_proxy(*origin_of(url), no_proxy)) << url << " " << no_proxy;
    }
    const std::pair<const char*, const char*> with[] = {
        {"https://ax.org/", "x.org"},
        {"https://x.org/", "a.x.org"},
        {"https://x.org/", ""},
        {"https://x.org/", "."},
        {"https://11.1.2.3/", "10.0.0.0/8"},
        {"https://10.1.2.3/", "10.1.2.3/33"},
        {"https://10.1.2.3/", "10.1.2.3/x"},
        {"https://[fd00::1]/", "10.0.0.0/8"},
        {"https://10.1.2.3/", "1.2.3"},
        {"https://x.org/", "y*"},
    };
    for (const auto& [url, no_proxy] : with) {
        EXPECT_FALSE(is_without_proxy(*origin_of(url), no_proxy)) << url << " " << no_proxy;
    }
}

}  // namespace
}  // namespace onnxhub
