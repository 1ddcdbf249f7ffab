// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = HubSpec::Kind;

HubSpec parse(const std::string& text) {
    auto parsed = parse_hub_spec(text);
    if (const auto* bad = std::get_if<BadHubSpec>(&parsed)) {
        ADD_FAILURE() << bad->reason;
        return {};
    }
    return std::get<HubSpec>(std::move(parsed));
}

std::string reason_of(const std::string& text) {
    const auto parsed = parse_hub_spec(text);
    const auto* bad = std::get_if<BadHubSpec>(&parsed);
    return bad ? bad->reason : "";
}

TEST(HubSpec, OwnerAndNameAreGitHubWithTheBranchMain) {
    EXPECT_EQ(to_text(parse("onnx/models")), "onnx/models:main");
    EXPECT_EQ(to_text(parse("onnx/models:v1.2")), "onnx/models:v1.2");
    EXPECT_EQ(parse("a-b/c.d_e:feature/x").ref, "feature/x");
    EXPECT_EQ(parse("onnx/models").kind, Kind::github);
}

TEST(HubSpec, OnlyTheOfficialHubIsOfficial) {
    EXPECT_TRUE(is_official(parse("onnx/models")));
    EXPECT_TRUE(is_official(parse("onnx/models:main")));
    for (const char* other :
         {"onnx-evil/models", "onnx/models:other", "ONNX/models", "onnx/models2",
          "https://github.com/onnx/models", "./onnx/models", "hf://onnx"}) {
        EXPECT_FALSE(is_official(parse(other))) << other;
    }
}

TEST(HubSpec, FoldersBeginLikeFolders) {
    for (const char* folder : {".", "..", "./a/b", "../hub", "/srv/hub", "file:///srv/hub"}) {
        EXPECT_EQ(parse(folder).kind, Kind::folder) << folder;
    }
    EXPECT_EQ(parse("file:///srv/hub").folder, "/srv/hub");
}

TEST(HubSpec, RefsOfLocalRepositoriesNeedNoSlash) {
    for (const char* folder : {".:v1", "..:main", "zoo.git", "zoo.git:v1", "zoo:feature/x"}) {
        EXPECT_EQ(parse(folder).kind, Kind::folder) << folder;
        EXPECT_EQ(parse(folder).folder, folder);
    }
    EXPECT_EQ(parse("a/zoo.git").kind, Kind::github);
    EXPECT_EQ(parse("a/b:zoo.git").kind, Kind::github);
    EXPECT_THAT(reason_of("zoo"), HasSubstr("write owner/name"));
    EXPECT_THAT(reason_of(":v1"), HasSubstr("write owner/name"));
    EXPECT_THAT(reason_of(".git"), HasSubstr("write owner/name"));
}

TEST(HubSpec, WhatNamesNoHubIsToldWhatToWrite) {
    for (const char* text : {"", "models", "a/b/c", "a/", "/../", "a b/c", "a/b:", "a/b:../x",
                             "a/b:x//y", "hf://", "hf://a/b", "ftp://x/y", "https://", "https:///x",
                             "https://h/x?y", "a/b?c", "../..:x/..\n", "a/..", "./\n"}) {
        if (std::holds_alternative<HubSpec>(parse_hub_spec(text))) continue;
        EXPECT_THAT(reason_of(text), HasSubstr("is not a hub")) << text;
    }
    EXPECT_THAT(reason_of("models"), HasSubstr("write owner/name"));
    EXPECT_THAT(reason_of("a/b:../x"), HasSubstr("ref"));
    EXPECT_THAT(reason_of("a/.."), HasSubstr("owner/name"));
    EXPECT_THAT(reason_of("ftp://x/y"), HasSubstr("scheme"));
}

TEST(HubUrls, GitHubHasManifestsAndFilesAtTwoAddresses) {
    const HubSpec spec = parse("onnx/models:v1");
    EXPECT_EQ(manifest_url(spec, {}),
              "https://raw.githubusercontent.com/onnx/models/v1/ONNX_HUB_MANIFEST.json");
    EXPECT_THAT(
        file_urls(spec, {}, "a b/m%.onnx"),
        ElementsAre("https://media.githubusercontent.com/media/onnx/models/v1/a%20b/m%25.onnx",
                    "https://raw.githubusercontent.com/onnx/models/v1/a%20b/m%25.onnx"));
}

TEST(HubUrls, AWebHubHasEverythingBelowItsAddress) {
    const HubSpec spec = parse("https://hub.example.org/x/");
    EXPECT_EQ(manifest_url(spec, {}), "https://hub.example.org/x/ONNX_HUB_MANIFEST.json");
    EXPECT_THAT(file_urls(spec, {}, "a/m.onnx"), ElementsAre("https://hub.example.org/x/a/m.onnx"));
}

TEST(HubUrls, HuggingFaceHasARepositoryForEachModelUnderTheOfficialManifest) {
    const HubSpec spec = parse("hf://onnxmodelzoo");
    EXPECT_EQ(manifest_url(spec, {}),
              "https://raw.githubusercontent.com/onnx/models/main/ONNX_HUB_MANIFEST.json");
    EXPECT_THAT(file_urls(spec, {}, "validated/vision/mobilenetv2-12.onnx"),
                ElementsAre("https://huggingface.co/onnxmodelzoo/mobilenetv2-12/resolve/main/"
                            "mobilenetv2-12.onnx"));
}

TEST(HubUrls, FoldersHaveNone) {
    EXPECT_EQ(manifest_url(parse("./x"), {}), "");
    EXPECT_THAT(file_urls(parse("./x"), {}, "m.onnx"), IsEmpty());
}

TEST(Endpoints, AreReplacedByTheEnvironment) {
    const std::map<std::string, std::string> variables{
        {"ONNXHUB_GITHUB_RAW_URL", "https://raw.ghe.example/"},
        {"ONNXHUB_GITHUB_MEDIA_URL", "https://ghe.example/media"},
        {"HF_ENDPOINT", "https://mirror.example/"}};
    Endpoints endpoints;
    replace_endpoints(endpoints, [&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    EXPECT_EQ(endpoints.github_raw, "https://raw.ghe.example");
    EXPECT_EQ(endpoints.github_media, "https://ghe.example/media");
    EXPECT_EQ(endpoints.github_api, "https://api.github.com");
    EXPECT_EQ(endpoints.hugging_face, "https://mirror.example");
}

TEST(HubUrls, CommitsAreAskedForOnGitHubAlone) {
    EXPECT_EQ(commit_url(parse("onnx/models:v1"), {}),
              "https://api.github.com/repos/onnx/models/commits/v1");
    EXPECT_EQ(commit_url(parse("onnx/models:" + std::string(40, 'a')), {}), "");
    EXPECT_EQ(commit_url(parse("https://hub.example"), {}), "");
}

}  // namespace
}  // namespace onnxhub
