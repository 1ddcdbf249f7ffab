// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_identity.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

std::string identity(const std::string& hub, const UserConfig& config = {}) {
    return hub_identities(hub, config).front();
}

TEST(HubIdentity, OfGitHubIsTheRepository) {
    for (const char* hub :
         {"acme/models", "Acme/MODELS", "acme/models:topic", "acme/models:v1",
          "https://raw.githubusercontent.com/Acme/models/main",
          "https://raw.githubusercontent.com:443/acme/models/refs/heads/main/",
          "https://user:secret@raw.githubusercontent.com/acme/models/main",
          "http://RAW.githubusercontent.com/acme/models/main", "acme/models.git",
          "https://raw.githubusercontent.com./acme/models/main",
          "https://www.github.com/acme/models", "https://raw.github.com/acme/models/main",
          "https://media.githubusercontent.com/media/acme/models/main",
          "https://github.com/acme/models/raw/main", "https://github.com/acme/models.git"}) {
        EXPECT_EQ(identity(hub), "github.com/acme/models") << hub;
    }
}

TEST(HubIdentity, OfReplacedEndpointsIsTheRepository) {
    UserConfig config;
    config.endpoints.github_raw = "https://git.acme.com/raw";
    EXPECT_EQ(identity("acme/models", config), "github.com/acme/models");
    EXPECT_EQ(identity("https://git.acme.com/raw/acme/models/main", config),
              "github.com/acme/models");
}

TEST(HubIdentity, OfTheOfficialHubIsTheSameOnHuggingFace) {
    EXPECT_EQ(identity("hf://onnxmodelzoo"), "github.com/onnx/models");
    EXPECT_EQ(identity("onnx/models"), "github.com/onnx/models");
}

TEST(HubIdentity, OfTheWebIsTheAddress) {
    for (const char* hub :
         {"https://models.acme.com/hub", "https://models.acme.com/hub/",
          "http://models.acme.com/hub", "https://MODELS.acme.com:443/hub",
          "https://models.acme.com//hub//", "https://models.acme.com/a/../hub",
          "https://models.acme.com/./hub", "https://models.acme.com/h%75b",
          "https://models.acme.com/hub/%2e", "https://models.acme.com./hub",
          "https://models.acme.com/x/%2e%2e/hub", "https://user@models.acme.com/HUB"}) {
        EXPECT_EQ(identity(hub), "models.acme.com/hub") << hub;
    }
    EXPECT_EQ(identity("https://models.acme.com:8443/hub"), "models.acme.com:8443/hub");
    EXPECT_NE(identity("https://models.acme.com/hub2"), identity("https://models.acme.com/hub"));
    EXPECT_NE(identity("https://github.com.evil.com/acme/models"), "github.com/acme/models");
    EXPECT_NE(identity("https://evil.com/github.com/acme/models"), "github.com/acme/models");
}

TEST(HubIdentity, OfANamedHubIsThatOfItsSpec) {
    UserConfig config;
    config.hubs["company"].spec = "https://models.acme.com/hub";
    EXPECT_EQ(identity("company", config), "models.acme.com/hub");
    EXPECT_THROW(identity("compny", config), UserError);
}

TEST(HubIdentity, OfAFolderIsItsRealPath) {
    const test::TemporaryFolder folder;
    const fs::path real = fs::canonical(folder.path());
    fs::create_directories(real / "hub");
    fs::create_directory_symlink(real / "hub", real / "link");
    const std::string wanted = "file:" + (real / "hub").string();
    for (const std::string& name :
         {(real / "hub").string(), (real / "hub/").string(), (real / "link").string(),
          (real / "x/../hub").string(), "file://" + (real / "hub").string()}) {
        if (name.find("/x/") != name.npos) fs::create_directories(real / "x");
        EXPECT_EQ(identity(name), wanted) << name;
    }
    EXPECT_THROW(identity((real / "nothing").string()), UserError);
}

TEST(HubIdentity, OfARefIsTheRepository) {
    test::RepositoryBuilder repository;
    repository.write("README.md", "# Zoo");
    repository.commit("First");
    const std::string place = fs::canonical(repository.path()).string();
    EXPECT_EQ(identity(place), "file:" + place);
    EXPECT_EQ(identity(place + ":HEAD"), "file:" + place);
}

TEST(HubIdentity, OfAFolderInARepositoryIsTheSameAtARef) {
    test::RepositoryBuilder repository;
    repository.write("zoo/README.md", "# Zoo");
    repository.commit("First");
    const std::string place = fs::canonical(repository.path()).string() + "/zoo";
    EXPECT_EQ(identity(place), "file:" + place);
    EXPECT_EQ(identity(place + ":main"), "file:" + place);
}

TEST(HubIdentity, OfABareRepositoryIsItsFolderFromAnywhereInIt) {
    test::RepositoryBuilder repository;
    repository.write("README.md", "# Zoo");
    repository.commit("First");
    const fs::path bare = fs::canonical(repository.bare_clone());
    EXPECT_EQ(identity(bare.string()), "file:" + bare.string());
    EXPECT_EQ(identity((bare / "objects").string()), "file:" + bare.string());
    EXPECT_EQ(identity((bare / "refs").string() + ":main"), "file:" + bare.string());
}

TEST(HubIdentity, AChangedLinkKeepsTheWrittenName) {
    const test::TemporaryFolder folder;
    const fs::path top = fs::canonical(folder.path());
    fs::create_directories(top / "v1");
    fs::create_directories(top / "v2");
    fs::create_directory_symlink(top / "v1", top / "current");
    const auto before = hub_identities((top / "current").string(), UserConfig{});
    fs::remove(top / "current");
    fs::create_directory_symlink(top / "v2", top / "current");
    const auto after = hub_identities((top / "current").string(), UserConfig{});
    EXPECT_EQ(before.front(), "file:" + (top / "v1").string());
    EXPECT_EQ(after.front(), "file:" + (top / "v2").string());
    EXPECT_EQ(before.back(), after.back());
}

TEST(HubIdentity, ReplacingAnEndpointKeepsTheAddress) {
    const std::string hub = "http://git.acme.com/acme/models/main";
    UserConfig replaced;
    replaced.endpoints.github_raw = "http://git.acme.com";
    EXPECT_EQ(hub_identities(hub, UserConfig{}).back(), hub_identities(hub, replaced).back());
}

TEST(HubIdentity, OfAFolderOnGitHubHasTheFolder) {
    for (const char* hub : {"https://raw.githubusercontent.com/acme/models/main/zoo",
                            "https://raw.githubusercontent.com/Acme/models/v2/zoo/",
                            "https://raw.githubusercontent.com/acme/models/main//zoo//",
                            "https://raw.githubusercontent.com/acme/models/main/./zoo",
                            "https://raw.githubusercontent.com/acme/models/main/x/%2e%2e/zoo/%2e",
                            "https://raw.githubusercontent.com/acme/models/main%2fzoo",
                            "https://raw.githubusercontent.com/acme/models/main/ZOO",
                            "https://raw.githubusercontent.com/acme/models/main/%7Aoo",
                            "https://raw.githubusercontent.com/acme/models/refs/heads/main/zoo",
                            "https://raw.githubusercontent.com/acme/models/refs/tags/v1/zoo",
                            "https://media.githubusercontent.com/media/acme/models/main/zoo",
                            "https://github.com/acme/models/raw/main/zoo",
                            "https://github.com/acme/models/raw/refs/heads/main/zoo",
                            "https://github.com/acme/models.git/tree/main/zoo"}) {
        EXPECT_EQ(identity(hub), "github.com/acme/models//zoo") << hub;
    }
    EXPECT_EQ(identity("https://raw.githubusercontent.com/acme/models/main/zoo/b"),
              "github.com/acme/models//zoo/b");
    EXPECT_EQ(identity("https://models.acme.com/github.com/acme/models//zoo"),
              "models.acme.com/github.com/acme/models/zoo");
}

TEST(HubIdentity, EachReadingOfAnAddressIsKnown) {
    const auto readings = [](const std::string& hub) {
        std::string text;
        const auto spec = std::get<HubSpec>(parse_hub_spec(hub));
        for (const GitHubPlace& place : github_places(spec, Endpoints())) {
            text += place.ref + "|" + place.subfolder + " ";
        }
        return text;
    };
    const std::string raw = "https://raw.githubusercontent.com/acme/models";
    EXPECT_EQ(readings(raw + "/main"), "main| ");
    EXPECT_EQ(readings(raw + "/Feature/X/zoo"), "Feature|X/zoo Feature/X|zoo Feature/X/zoo| ");
    EXPECT_EQ(readings(raw + "/refs/tags/v1/zoo"), "refs/tags/v1|zoo refs/tags/v1/zoo| ");
    const std::string id(40, 'a');
    EXPECT_EQ(readings(raw + "/" + id + "/zoo/b"), id + "|zoo/b ");
    EXPECT_EQ(readings("acme/models:main/zoo"), "main/zoo| main|zoo ");
    EXPECT_EQ(readings("acme/models"), "main| ");
    EXPECT_EQ(readings("https://models.acme.com/acme/models/main"), "");
    EXPECT_EQ(readings("https://github.com/acme/models"), "| ");
}

TEST(HubIdentity, APlaceIsReadByItsSpec) {
    const auto spec = spec_of_place({"acme", "models", "topic/one", "zoo b"});
    ASSERT_TRUE(spec);
    EXPECT_EQ(manifest_url(*spec, Endpoints()),
              "https://raw.githubusercontent.com/acme/models/topic/one/zoo%20b/"
              "ONNX_HUB_MANIFEST.json");
    EXPECT_EQ(file_urls(*spec, Endpoints(), "m.onnx").back(),
              "https://raw.githubusercontent.com/acme/models/topic/one/zoo%20b/m.onnx");
    EXPECT_TRUE(is_official(*spec_of_place({"onnx", "models", "main", ""})));
    EXPECT_FALSE(is_official(*spec_of_place({"onnx", "models", "main", "zoo"})));
    EXPECT_FALSE(spec_of_place({"acme", "models", "a?b", ""}));
    EXPECT_FALSE(spec_of_place({"acme", "models", "a/../b", ""}));
    EXPECT_FALSE(spec_of_place({".", "models", "main", ""}));
}

}  // namespace
}  // namespace onnxhub
