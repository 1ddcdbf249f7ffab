// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/user_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::TemporaryFolder;
using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class UserConfigTest : public testing::Test {
protected:
    UserConfig read(const std::string& text) {
        write_file(folder.path() / "onnxhub/config.toml", text);
        return read_user_config(environment());
    }

    std::string error(const std::string& text) {
        try {
            read(text);
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    Environment environment() {
        return [this](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
    }

    TemporaryFolder folder;
    std::map<std::string, std::string> variables{{"XDG_CONFIG_HOME", folder.path().string()}};
};

TEST_F(UserConfigTest, NamesHubsMirrorsTrustCachesAndEndpoints) {
    const UserConfig config = read(R"(
trusted = ["team/models:main"]
mirrors = ["https://mirror.example/onnx"]
caches = ["/shared/onnx"]
[endpoints]
github_raw = "https://raw.ghe.example/"
[hubs.company]
hub = "https://hub.example"
mirrors = ["hf://company"]
token_variable = "COMPANY_TOKEN"
trusted = true
)");
    EXPECT_THAT(config.trusted, ElementsAre("team/models:main"));
    EXPECT_THAT(config.mirrors, ElementsAre("https://mirror.example/onnx"));
    EXPECT_THAT(config.caches, ElementsAre("/shared/onnx"));
    EXPECT_EQ(config.endpoints.github_raw, "https://raw.ghe.example");
    EXPECT_EQ(config.endpoints.hugging_face, "https://huggingface.co");
    const NamedHub& hub = config.hubs.at("company");
    EXPECT_EQ(hub.spec, "https://hub.example");
    EXPECT_THAT(hub.mirrors, ElementsAre("hf://company"));
    EXPECT_EQ(hub.token_variable, "COMPANY_TOKEN");
    EXPECT_TRUE(hub.is_trusted);
}

TEST_F(UserConfigTest, NamesOwnersOfSharedCachesByNameOrNumber) {
    EXPECT_THAT(read("trusted_cache_owners = [\"root\", 54321, \"54322\"]").trusted_cache_owners,
                ElementsAre(0u, 54321u, 54322u));
    EXPECT_THAT(error("\ntrusted_cache_owners = [\"no such user\"]"),
                HasSubstr("config.toml:2: \"no such user\" is not a user"));
    EXPECT_THAT(error("trusted_cache_owners = 7"), HasSubstr("is not a list"));
    EXPECT_THAT(error("trusted_cache_owners = [-1]"), HasSubstr("\"-1\" is not a user"));
}

TEST_F(UserConfigTest, NeedNotExistUnlessItIsNamed) {
    EXPECT_THAT(read_user_config(environment()).hubs, IsEmpty());
    variables["ONNXHUB_CONFIG"] = (folder.path() / "none.toml").string();
    EXPECT_THROW(read_user_config(environment()), UserError);
    variables = {};
    EXPECT_THAT(read_user_config(environment()).hubs, IsEmpty());
}

TEST_F(UserConfigTest, IsFoundInTheHomeFolder) {
    write_file(folder.path() / ".config/onnxhub/config.toml", "mirrors = [\"hf://x\"]");
    variables = {{"HOME", folder.path().string()}};
    EXPECT_THAT(read_user_config(environment()).mirrors, ElementsAre("hf://x"));
}

TEST_F(UserConfigTest, TheEnvironmentGoesBeforeTheFile) {
    variables["HF_ENDPOINT"] = "https://other.example/";
    EXPECT_EQ(read("[endpoints]\nhugging_face = \"https://file.example\"").endpoints.hugging_face,
              "https://other.example");
}

TEST_F(UserConfigTest, NamesHostsThatHubsMayLeadTo) {
    const UserConfig config = read(R"(
mirrors = ["http://mirror.corp/onnx", "hf://company"]
[network]
allow = ["storage.corp", "10.0.0.7:9000"]
[endpoints]
github_raw = "http://ghe.corp:8080/raw"
[hubs.company]
hub = "http://hub.corp/models"
mirrors = ["http://[fd00::1]:8000"]
[hubs.team]
hub = "team/models"
)");
    EXPECT_THAT(config.allowed_hosts, ElementsAre(AllowedHost{"storage.corp", std::nullopt},
                                                  AllowedHost{"10.0.0.7", 9000}));
    const AddressPolicy policy = address_policy_of(config);
    for (const char* url :
         {"http://storage.corp:1/m", "http://10.0.0.7:9000/m", "http://mirror.corp/x",
          "http://hub.corp/x", "http://[fd00::1]:8000/", "http://ghe.corp:8080/"}) {
        EXPECT_TRUE(policy.is_named(url)) << url;
    }
    for (const char* url :
         {"http://10.0.0.7/m", "http://hub.corp:81/", "https://hub.corp/", "http://other.corp/"}) {
        EXPECT_FALSE(policy.is_named(url)) << url;
    }
    EXPECT_THAT(error("[network]\nallow = [\"https://x.corp\"]"),
                HasSubstr("config.toml:2: \"https://x.corp\" is not a host; write \"host\""));
    EXPECT_THAT(error("[network]\nallowed = []"), HasSubstr("the key \"allowed\" is unknown"));
    EXPECT_THAT(error("network = 1"), HasSubstr("is not a table"));
}

TEST_F(UserConfigTest, MistakesAreToldWithTheirLine) {
    EXPECT_THAT(error("\ntrust = [\"a/b\"]"),
                AllOf(HasSubstr("config.toml:2: the key \"trust\" is unknown"),
                      HasSubstr("there are trusted, mirrors")));
    EXPECT_THAT(error("mirrors = \"hf://x\""), HasSubstr("is not a list"));
    EXPECT_THAT(error("mirrors = [1]"), HasSubstr("is not a string"));
    EXPECT_THAT(error("mirrors = [\"ftp://x\"]"), HasSubstr("config.toml:1: \"ftp://x\""));
    EXPECT_THAT(error("hubs = 1"), HasSubstr("is not a table"));
    EXPECT_THAT(error("[hubs.x]\ntrusted = true"), HasSubstr("lacks the key \"hub\""));
    EXPECT_THAT(error("[hubs.x]\nhub = \"a/b\"\ntrusted = 1"), HasSubstr("not true or false"));
    EXPECT_THAT(error("[hubs.\"a/b\"]\nhub = \"a/b\""), HasSubstr("contains '/' or ':'"));
    EXPECT_THAT(error("[hubs.x]\nhub = \"nonsense\""), HasSubstr("is not a hub"));
    EXPECT_THAT(error("a = ["), HasSubstr("config.toml:1: "));
}

}  // namespace
}  // namespace onnxhub
