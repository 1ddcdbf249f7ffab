// SPDX-License-Identifier: Apache-2.0
// Trust, tokens, mirrors, read-only caches and commits.
#include "hosting/client/hub_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/user_error.h"
#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::HttpServer;
using test::read_file;
using test::ReceivedRequest;
using test::TemporaryFolder;
using test::write_file;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string model_text = "the model";
const std::string commit(40, 'c');

std::string manifest_of(const std::string& path) {
    return R"([{"model": "M", "model_path": ")" + path +
           R"(", "onnx_version": "1.9", "opset_version": 12, "metadata": {"model_sha": ")" +
           to_hex(sha256_of(model_text)) + R"(", "model_bytes": )" +
           std::to_string(model_text.size()) + R"(, "tags": []}}])";
}

class HubClientTest : public testing::Test {
protected:
    HubClientTest() : server([this](const ReceivedRequest& request) { return answer(request); }) {
        variables = {{"HOME", folder.path().string()},
                     {"ONNXHUB_GITHUB_RAW_URL", server.url("/raw")},
                     {"ONNXHUB_GITHUB_MEDIA_URL", server.url("/media")},
                     {"ONNXHUB_GITHUB_API_URL", server.url("/api")},
                     {"HF_ENDPOINT", server.url("/hf")}};
    }

    Answer answer(const ReceivedRequest& request) const {
        if (!wanted_token.empty()) {
            const std::string* token = request.header("authorization");
            if (!token || *token != wanted_token) return {401, "no"};
        }
        if (request.path.ends_with("/ONNX_HUB_MANIFEST.json")) {
            return {200, manifest_of("a/m.onnx"), manifest_headers};
        }
        if (request.path.starts_with("/api/")) return {200, commit};
        if (gone.contains(request.path)) return {404, ""};
        return {200, model_text};
    }

    ClientOptions options(const std::string& hub) {
        ClientOptions options;
        options.hub = hub;
        options.http.max_attempts = 1;
        options.environment = [this](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        return options;
    }

    fs::path load(ClientOptions options) {
        HubClient client(std::move(options));
        const WantedModel wanted = client.resolve(*client.manifest().entries.at(0).entry, false);
        return client.load(wanted, {});
    }

    void configure(const std::string& text) {
        write_file(folder.path() / ".config/onnxhub/config.toml", text);
    }

    /// The Authorization header each path was asked with; "" without one.
    std::map<std::string, std::string> authorizations() const {
        std::map<std::string, std::string> found;
        for (const ReceivedRequest& request : server.requests()) {
            const std::string* header = request.header("authorization");
            found[request.path] = header ? *header : "";
        }
        return found;
    }

    TemporaryFolder folder;
    std::map<std::string, std::string> variables;
    std::set<std::string> gone;
    std::string wanted_token;  ///< "Bearer …"; empty: none is
    std::vector<std::pair<std::string, std::string>> manifest_headers;
    HttpServer server;
};

TEST_F(HubClientTest, OnlyTheOfficialHubIsTrustedUnasked) {
    EXPECT_EQ(read_file(load(options("onnx/models"))), model_text);
    fs::remove_all(folder.path() / ".cache");
    for (const std::string& hub :
         {std::string("onnx-evil/models"), std::string("ONNX/models"),
          std::string("onnx/models:other"), server.url("/web"), std::string("hf://onnxmodelzoo")}) {
        EXPECT_THROW(load(options(hub)), UserError) << hub;
        ClientOptions refusing = options(hub);
        std::vector<std::string> asked;
        refusing.is_trusted = [&](const TrustQuestion& question) {
            asked.push_back(question.hub);
            EXPECT_EQ(question.size_bytes, model_text.size());
            return false;
        };
        EXPECT_THROW(load(std::move(refusing)), UserError) << hub;
        EXPECT_EQ(asked.size(), 1u) << hub;
    }
    ClientOptions accepting = options(server.url("/web"));
    accepting.is_trusted = [](const TrustQuestion&) { return true; };
    EXPECT_EQ(read_file(load(std::move(accepting))), model_text);
}

TEST_F(HubClientTest, TheConfigurationNamesHubsAndTrusts) {
    configure("trusted = [\"team/models\"]\n[hubs.company]\nhub = \"" + server.url("/web") +
              "\"\ntrusted = true\n");
    EXPECT_EQ(read_file(load(options("company"))), model_text);
    fs::remove_all(folder.path() / ".cache");
    EXPECT_EQ(read_file(load(options("team/models:main"))), model_text);
    fs::remove_all(folder.path() / ".cache");
    EXPECT_THROW(load(options("team/models:other")), UserError);
    try {
        load(options("compny"));
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("or one of your own: company"));
    }
}

TEST_F(HubClientTest, TokensGoToTheServersTheyAreFor) {
    variables.insert({{"GH_TOKEN", "public"},
                      {"GH_ENTERPRISE_TOKEN", "enterprise"},
                      {"HF_TOKEN", "face"},
                      {"ONNXHUB_TOKEN", "web"}});
    configure("trusted = [\"team/models\"]\nmirrors = [\"hf://team\", \"" + server.url("/web") +
              "\"]");
    gone = {"/media/team/models/main/a/m.onnx", "/raw/team/models/main/a/m.onnx",
            "/hf/team/m/resolve/main/m.onnx"};
    load(options("team/models"));
    auto seen = authorizations();
    EXPECT_EQ(seen.at("/raw/team/models/main/ONNX_HUB_MANIFEST.json"), "Bearer enterprise");
    EXPECT_EQ(seen.at("/media/team/models/main/a/m.onnx"), "Bearer enterprise");
    EXPECT_EQ(seen.at("/hf/team/m/resolve/main/m.onnx"), "Bearer face");
    EXPECT_EQ(seen.at("/web/a/m.onnx"), "");  // a mirror is not the hub

    fs::remove_all(folder.path() / ".cache");
    configure("[hubs.web]\nhub = \"" + server.url("/web") + "\"\ntrusted = true\n");
    load(options("web"));
    EXPECT_EQ(authorizations().at("/web/a/m.onnx"), "Bearer web");
    fs::remove_all(folder.path() / ".cache");
    variables["OURS"] = "own";
    configure("[hubs.web]\nhub = \"" + server.url("/web") +
              "\"\ntrusted = true\ntoken_variable = \"OURS\"\n");
    load(options("web"));
    EXPECT_EQ(authorizations().at("/web/a/m.onnx"), "Bearer own");
}

TEST_F(HubClientTest, TheOfficialHubGetsNoGitHubToken) {
    variables.insert({{"GH_TOKEN", "public"}, {"GH_ENTERPRISE_TOKEN", "enterprise"}});
    load(options("onnx/models"));
    for (const auto& [path, authorization] : authorizations()) EXPECT_EQ(authorization, "") << path;
}

TEST_F(HubClientTest, ReadOnlyCachesAreLookedInto) {
    const fs::path shared = folder.path() / "shared";
    const fs::path file = shared / "a" / (to_hex(sha256_of(model_text)) + "_m.onnx");
    write_file(file, model_text);
    configure("caches = [\"" + (folder.path() / "none").string() + "\", \"" + shared.string() +
              "\"]");
    EXPECT_EQ(load(options("onnx/models")), file);
    EXPECT_FALSE(fs::exists(folder.path() / ".cache/onnx/hub/a"));
    EXPECT_FALSE(fs::exists(shared / ".onnxhub"));
}

TEST_F(HubClientTest, AMirrorOnThisDiskNeedsNoNetwork) {
    write_file(folder.path() / "mirror/a/m.onnx", model_text);
    ClientOptions with_mirror = options("team/models");
    std::string reported;
    with_mirror.report = [&](const std::string& text) { reported += text; };
    with_mirror.mirrors = {(folder.path() / "gone").string(), (folder.path() / "mirror").string()};
    EXPECT_EQ(read_file(load(std::move(with_mirror))), model_text);
    EXPECT_FALSE(authorizations().contains("/media/team/models/main/a/m.onnx"));
    EXPECT_THAT(reported, HasSubstr("mirror skipped: "));
}

TEST_F(HubClientTest, APinnedHubIsReadAtItsCommit) {
    HubClient client(options("team/models:v1"));
    EXPECT_EQ(client.pin(), commit);
    const WantedModel wanted = client.resolve(*client.manifest().entries.at(0).entry, false);
    EXPECT_EQ(wanted.files[0].urls[0], server.url("/media/team/models/" + commit + "/a/m.onnx"));
    EXPECT_EQ(HubClient(options("team/models:" + commit)).pin(), commit);
    EXPECT_EQ(HubClient(options(server.url("/web"))).pin(), std::nullopt);
    EXPECT_EQ(HubClient(options("hf://team")).pin(), std::nullopt);
    EXPECT_EQ(*server.requests()[0].header("accept"), "application/vnd.github.sha");
}

TEST_F(HubClientTest, AWebServerThatNamesItsCommitIsPinnedToIt) {
    manifest_headers = {{"Onnx-Hub-Commit", commit}};
    HubClient client(options(server.url("/web")));
    EXPECT_EQ(client.pin(), commit);
    const WantedModel wanted = client.resolve(*client.manifest().entries.at(0).entry, false);
    EXPECT_THAT(wanted.files[0].urls,
                testing::ElementsAre(server.url("/web/hub/at/" + commit + "/a/m.onnx"),
                                     server.url("/web/a/m.onnx")));
    EXPECT_EQ(client.name(), server.url("/web"));
    manifest_headers = {{"Onnx-Hub-Commit", "../../x"}};
    EXPECT_EQ(HubClient(options(server.url("/web"))).pin(), std::nullopt);
}

TEST_F(HubClientTest, ReplacedAddressesOfGitHubNeverLeadToItsApi) {
    variables.erase("ONNXHUB_GITHUB_API_URL");
    // Connections to other servers than the test's go through this proxy, which records them.
    std::vector<std::string> other_servers;
    HttpServer proxy([&](const ReceivedRequest& request) {
        other_servers.push_back(request.path);
        return Answer{200, commit};
    });
    setenv("https_proxy", proxy.url("").c_str(), 1);
    HubClient client(options("team/models:v1"));
    EXPECT_EQ(client.pin(), std::nullopt);
    manifest_headers = {{"Onnx-Hub-Commit", commit}};
    HubClient served(options("team/models:v1"));
    EXPECT_EQ(served.pin(), commit);
    unsetenv("https_proxy");
    EXPECT_THAT(proxy.requests(), IsEmpty());
    const WantedModel wanted = served.resolve(*served.manifest().entries.at(0).entry, false);
    EXPECT_EQ(wanted.files[0].urls[0], server.url("/media/team/models/" + commit + "/a/m.onnx"));
}

TEST_F(HubClientTest, OfflineNoCommitIsAskedFor) {
    HubClient(options("team/models")).manifest();
    const auto asked = server.requests().size();
    ClientOptions offline = options("team/models");
    offline.is_offline = true;
    EXPECT_EQ(HubClient(offline).pin(), std::nullopt);
    EXPECT_EQ(server.requests().size(), asked);
}

TEST_F(HubClientTest, ALockedCommitOfAWebHubIsTriedFirst) {
    manifest_headers = {{"Onnx-Hub-Commit", commit}};
    HubClient client(options(server.url("/web")));
    WantedModel locked{"M", 12, {}, false};
    const std::string pinned = server.url("/web/hub/at/" + commit + "/a/m.onnx");
    locked.files.push_back(
        {{"a/m.onnx", sha256_of(model_text), model_text.size(), true}, {}, {pinned}});
    const WantedFile file = client.resolve(locked, commit).files[0];
    EXPECT_THAT(file.urls, testing::ElementsAre(pinned, server.url("/web/a/m.onnx")));
    EXPECT_THAT(file.locked_urls, IsEmpty());
    EXPECT_THAT(client.resolve(locked).files[0].urls,
                testing::ElementsAre(server.url("/web/a/m.onnx")));
}

TEST_F(HubClientTest, NamesOfHubsHoldNoPasswords) {
    std::string spec = server.url("/web/");
    spec.insert(std::string("http://").size(), "user:secret@");
    EXPECT_EQ(HubClient(options(spec)).name(), server.url("/web"));
    configure("[hubs.company]\nhub = \"" + spec + "\"\n");
    HubClient named(options("company"));
    EXPECT_EQ(named.name(), server.url("/web"));
    EXPECT_EQ(named.hub_name(), "company");
}

TEST_F(HubClientTest, AServerThatWantsCredentialsIsToldWithTheVariableToSet) {
    wanted_token = "Bearer right";
    configure("[hubs.company]\nhub = \"" + server.url("/web") +
              "\"\ntrusted = true\ntoken_variable = \"COMPANY_TOKEN\"\n");
    const auto reason = [&](const std::string& hub) -> std::string {
        try {
            load(options(hub));
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_THAT(reason(server.url("/web")), HasSubstr("set ONNXHUB_TOKEN to a token"));
    EXPECT_THAT(reason("company"), HasSubstr("set COMPANY_TOKEN to a token"));
    EXPECT_THAT(reason("team/models"),
                HasSubstr("set GH_ENTERPRISE_TOKEN or GITHUB_ENTERPRISE_TOKEN to a token"));
    EXPECT_THAT(reason("onnx/models"), testing::Not(HasSubstr("_TOKEN")));
    variables["COMPANY_TOKEN"] = "wrong";
    EXPECT_THAT(reason("company"), HasSubstr("check the token in COMPANY_TOKEN"));
    EXPECT_THAT(reason("company"), testing::Not(HasSubstr("wrong;")));
    variables["COMPANY_TOKEN"] = "right";
    EXPECT_EQ(reason("company"), "");
}

TEST_F(HubClientTest, AFileThatNeedsCredentialsNamesTheVariableToo) {
    WantedModel locked{"M", 12, {}, false};
    locked.files.push_back({{"a/m.onnx", sha256_of(model_text), model_text.size(), true}, {}, {}});
    wanted_token = "Bearer right";
    ClientOptions trusting = options("hf://team");
    trusting.is_trusted = [](const TrustQuestion&) { return true; };
    HubClient client(trusting);
    try {
        client.load(client.resolve(locked), {});
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("answers with status 401 (set HF_TOKEN to a token)"));
    }
}

TEST_F(HubClientTest, TheOfficialHubIsOnHuggingFaceInTwoLayouts) {
    gone = {"/media/onnx/models/main/a/m.onnx", "/raw/onnx/models/main/a/m.onnx",
            "/hf/onnxmodelzoo/m/resolve/main/m.onnx"};
    EXPECT_EQ(read_file(load(options("onnx/models"))), model_text);
    EXPECT_TRUE(authorizations().contains("/hf/onnxmodelzoo/legacy_models/resolve/main/a/m.onnx"));
}

TEST_F(HubClientTest, BeforeTheMoveItsFilesWereNotInValidated) {
    const std::string commit_id(40, 'a');
    gone = {"/media/onnx/models/" + commit_id + "/a/m.onnx",
            "/raw/onnx/models/" + commit_id + "/a/m.onnx", "/hf/onnxmodelzoo/m/resolve/main/m.onnx",
            "/hf/onnxmodelzoo/legacy_models/resolve/main/a/m.onnx"};
    ClientOptions old = options("onnx/models:" + commit_id);
    old.is_trusted = [](const TrustQuestion&) { return true; };
    EXPECT_EQ(read_file(load(old)), model_text);
    EXPECT_TRUE(authorizations().contains(
        "/hf/onnxmodelzoo/legacy_models/resolve/main/validated/a/m.onnx"));
}

TEST_F(HubClientTest, AddressesOfALockFileNeedTrustWhateverTheHubIs) {
    gone = {"/media/onnx/models/main/a/m.onnx", "/raw/onnx/models/main/a/m.onnx",
            "/hf/onnxmodelzoo/m/resolve/main/m.onnx",
            "/hf/onnxmodelzoo/legacy_models/resolve/main/a/m.onnx",
            "/hf/onnxmodelzoo/legacy_models/resolve/main/validated/a/m.onnx"};
    WantedModel locked{"M", 12, {}, false};
    locked.files.push_back({{"a/m.onnx", sha256_of(model_text), model_text.size(), true},
                            {},
                            {server.url("/elsewhere/m.onnx")}});
    ClientOptions refusing = options("onnx/models");
    HubClient client(refusing);
    EXPECT_THROW(client.load(client.resolve(locked), {}), UserError);
    EXPECT_FALSE(authorizations().contains("/elsewhere/m.onnx"));
    refusing.is_trusted = [](const TrustQuestion&) { return true; };
    HubClient trusting(refusing);
    EXPECT_EQ(read_file(trusting.load(trusting.resolve(locked), {})), model_text);
}

TEST_F(HubClientTest, AManifestThatIsNoneIsTold) {
    write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", "[");
    HubClient client(options((folder.path() / "hub").string()));
    try {
        client.manifest();
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("ONNX_HUB_MANIFEST.json:1: "));
    }
}

}  // namespace
}  // namespace onnxhub
