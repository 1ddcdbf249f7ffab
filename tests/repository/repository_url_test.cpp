// SPDX-License-Identifier: Apache-2.0
#include "repository/repository_url.h"

#include <gtest/gtest.h>

#include "repository/link_target.h"

namespace onnxhub {
namespace {

std::optional<std::string_view> path(std::string_view repository, std::string_view link) {
    const auto parsed = parse_repository_url(repository);
    EXPECT_TRUE(parsed) << repository;
    return parsed ? path_in_repository(*parsed, link) : std::nullopt;
}

constexpr std::string_view hub_url = "https://github.com/Org/Hub";

TEST(RepositoryUrl, ReadsAddressesOfRepositories) {
    for (const char* text : {"https://github.com/org/hub", "https://github.com/Org/Hub.git",
                             "HTTPS://GitHub.com:443/org/hub/", " https://github.com/org/hub\n"}) {
        const auto url = parse_repository_url(text);
        ASSERT_TRUE(url) << text;
        EXPECT_EQ(url->host, "github.com");
        EXPECT_EQ(url->path, "org/hub");
    }
    EXPECT_EQ(parse_repository_url("https://gitlab.example:8443/a/b/c")->host,
              "gitlab.example:8443");
    EXPECT_EQ(parse_repository_url("https://gitlab.example/a/b/c")->path, "a/b/c");
}

TEST(RepositoryUrl, OtherTextsAreRefused) {
    for (const char* text :
         {"", "https://", "https://github.com", "https://github.com/org", "https://github.com//hub",
          "https://github.com/org//hub", "https://github.com/org/.git", "http://github.com/org/hub",
          "git@github.com:org/hub", "https://user@github.com/org/hub",
          "https://github.com/org/hub?x", "https://github.com/org/hub#x", "https:///org/hub"}) {
        EXPECT_FALSE(parse_repository_url(text)) << text;
    }
}

TEST(RepositoryUrl, FindsThePathsOfFiles) {
    for (const char* link :
         {"https://github.com/org/hub/blob/main/a/m%20n.onnx",
          "https://github.com/Org/HUB/raw/v1.0/a/m%20n.onnx",
          "https://github.com/org/hub/raw/refs/heads/main/a/m%20n.onnx?download=",
          "https://github.com/org/hub/tree/refs/tags/v1/a/m%20n.onnx#readme",
          "https://raw.githubusercontent.com/org/hub/main/a/m%20n.onnx",
          "https://media.githubusercontent.com/media/org/hub/main/a/m%20n.onnx"}) {
        EXPECT_EQ(path(hub_url, link), "a/m%20n.onnx") << link;
    }
    EXPECT_EQ(path(hub_url, hub_url), "");
    EXPECT_EQ(path(hub_url, "https://github.com/org/hub/tree/main"), "");
    EXPECT_EQ(path("https://gitlab.com/g/s/hub", "https://gitlab.com/g/s/hub/-/raw/main/m.onnx"),
              "m.onnx");
    EXPECT_EQ(path("https://codeberg.org/o/h", "https://codeberg.org/o/h/media/branch/x/m.onnx"),
              "m.onnx");
    EXPECT_EQ(path("https://codeberg.org/o/h", "https://codeberg.org/o/h/src/commit/x/m.onnx"),
              "m.onnx");
    EXPECT_EQ(path("https://huggingface.co/o/h", "https://huggingface.co/o/h/resolve/main/m.onnx"),
              "m.onnx");
}

TEST(RepositoryUrl, OtherAddressesAreNotItsFiles) {
    for (const char* link :
         {"https://github.com/org/hub2/blob/main/m.onnx", "https://github.com/org/hu",
          "https://github.com/org/hub/issues/1", "https://github.com/org/hub/releases/m.onnx",
          "https://github.com/org/hub/blob", "https://github.com/org/hub/blob/refs/heads",
          "https://github.com/org/hub/media/branch/main/m.onnx",
          "https://github.com.evil.example/org/hub/blob/main/m.onnx",
          "https://github.com@evil.example/org/hub/blob/main/m.onnx",
          "https://github.com:8443/org/hub/blob/main/m.onnx",
          "http://github.com/org/hub/blob/main/m.onnx", "//github.com/org/hub/blob/main/m.onnx",
          "https://raw.githubusercontent.com/org/hub2/main/m.onnx",
          "https://media.githubusercontent.com/org/hub/main/m.onnx", "m.onnx", ""}) {
        EXPECT_FALSE(path(hub_url, link)) << link;
    }
    EXPECT_FALSE(path("https://gitlab.com/org/hub",
                      "https://raw.githubusercontent.com/org/hub/main/m.onnx"));
}

TEST(LinkTarget, AUrlOfTheHubsOwnRepositoryIsAPath) {
    const auto own = parse_repository_url(hub_url);
    const LinkTarget target =
        resolve_link("folder", "https://github.com/org/hub/raw/main/a/%6d.onnx", own);
    ASSERT_TRUE(std::holds_alternative<std::string>(target));
    EXPECT_EQ(std::get<std::string>(target), "a/m.onnx");
    EXPECT_TRUE(std::holds_alternative<UnsafePath>(
        resolve_link("folder", "https://github.com/org/hub/raw/main/../../x/m.onnx", own)));
    EXPECT_TRUE(std::holds_alternative<AbsoluteUrl>(
        resolve_link("folder", "https://github.com/org/hub/raw/main/m.onnx", std::nullopt)));
}

}  // namespace
}  // namespace onnxhub
