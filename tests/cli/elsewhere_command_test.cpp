// SPDX-License-Identifier: Apache-2.0
// list, info, lock, load and cache with a model whose bytes are on another server than the hub.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/digest.h"
#include "base/user_error.h"
#include "hosting/client/onnx_hub.h"
#include "http/http_client.h"
#include "tests/support/environment_variable.h"
#include "tests/support/http_server.h"
#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ElsewhereCommands : public testing::Test {
protected:
    ElsewhereCommands()
        : server([](const ReceivedRequest&) {
              return Answer{200, small_model()};
          }) {
        const Json metadata = {{"tags", {"vision"}},
                               {"model_sha", to_hex(sha256_of(small_model()))},
                               {"sources", {server.url("/m.onnx?download=1")}},
                               {"license", "MIT"},
                               {"author", "R\u00e9my"},
                               {"task", "Image Classification"},
                               {"description", "Names what a \x1b[31mpicture\nshows."},
                               {"parameters", 25557032}};
        const Json entry = {{"model", "ResNet"},
                            {"model_path", "a/m.onnx"},
                            {"onnx_version", "1.9"},
                            {"opset_version", 13},
                            {"metadata", metadata}};
        write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", Json::array({entry}).dump());
        write_file(folder.path() / "config.toml",
                   "[network]\nallow = [\"127.0.0.1:" + std::to_string(server.port()) + "\"]\n");
    }

    ProgramResult onnxhub(std::vector<std::string> arguments) {
        return run_onnxhub(std::move(arguments), folder.path());
    }

    TemporaryFolder folder;
    EnvironmentVariable config{"ONNXHUB_CONFIG", folder.path() / "config.toml"};
    EnvironmentVariable state{"XDG_STATE_HOME", folder.path() / "state"};
    HttpServer server;
};

TEST_F(ElsewhereCommands, InfoShowsWhatIsKnownAboutTheModel) {
    const ProgramResult info = onnxhub({"info", "resnet", "--hub", "./hub"});
    EXPECT_EQ(info.status, 0) << info.err;
    EXPECT_THAT(info.out,
                AllOf(HasSubstr("  license    MIT\n"), HasSubstr("  author     R\u00e9my"),
                      HasSubstr("  task       Image Classification\n"),
                      HasSubstr("  parameters 25,557,032\n"),
                      HasSubstr("  source     " + server.url("/m.onnx?download=1\n"))));
    EXPECT_THAT(info.out, HasSubstr("  about      Names what a \\x1b[31mpicture\\x0ashows.\n"));
    const ProgramResult json = onnxhub({"info", "ResNet", "--hub", "./hub", "--json"});
    EXPECT_EQ(Json::parse(json.out).at("metadata").at("license"), "MIT");
    const ProgramResult list = onnxhub({"list", "--hub", "./hub", "--format", "json"});
    EXPECT_EQ(Json::parse(list.out).at(0).at("metadata").at("sources").at(0),
              server.url("/m.onnx?download=1"));
    EXPECT_THAT(onnxhub({"list", "--hub", "./hub"}).out, HasSubstr("  ?  vision"));
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(ElsewhereCommands, LoadAsksForTrustAndReportsTheSource) {
    const std::vector<std::string> hub = {"--hub", "./hub", "--cache", "cache"};
    const auto load = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"load", "ResNet"});
        more.insert(more.end(), hub.begin(), hub.end());
        return onnxhub(more);
    };
    const ProgramResult refused = load({});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("about to download a file of unknown size from ./hub, which "
                                       "is not the official hub and names 127.0.0.1"));
    EXPECT_THAT(server.requests(), IsEmpty());
    const ProgramResult offline = load({"--offline"});
    EXPECT_EQ(offline.status, 2);
    EXPECT_THAT(offline.err, HasSubstr("is not in the cache; leave out --offline"));

    const ProgramResult loaded = load({"--trust", "--json"});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
    EXPECT_THAT(loaded.err, Not(HasSubstr("does not exist")));
    std::istringstream lines(loaded.out);
    std::string line;
    Json file = Json::object();
    while (std::getline(lines, line) && file.value("event", "") != "file") file = Json::parse(line);
    ASSERT_EQ(file.value("event", ""), "file") << loaded.out;
    EXPECT_EQ(file.at("bytes"), small_model().size());
    EXPECT_EQ(file.at("source"), server.url("/m.onnx"));
    EXPECT_EQ(read_file(fs::path(folder.path() / file.at("path").get<std::string>())),
              small_model());
    EXPECT_EQ(load({"--offline"}).status, 0);
    EXPECT_THAT(server.requests(), SizeIs(1));
    const ProgramResult verified = onnxhub({"cache", "verify", "--cache", "cache"});
    EXPECT_EQ(verified.status, 0) << verified.err;
    const ProgramResult copied = load({"--output", "copy.onnx"});
    EXPECT_EQ(copied.status, 0) << copied.err;
    EXPECT_EQ(read_file(folder.path() / "copy.onnx"), small_model());
}

TEST_F(ElsewhereCommands, ValidateJudgesUrlsByTheUsersConfiguration) {
    const std::vector<std::string> validate = {"validate", "hub", "--schema-only"};
    EXPECT_THAT(onnxhub(validate).out, Not(HasSubstr("source-url-invalid")));
    write_file(folder.path() / "config.toml", "");
    const ProgramResult refused = onnxhub(validate);
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.out, AllOf(HasSubstr("error[source-url-invalid]"),
                                   HasSubstr("metadata.sources[0] of a/m.onnx is not https")));
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(ElsewhereCommands, ValidateRemoteAsksWhetherTheServerHasTheModel) {
    const std::vector<std::string> validate = {"validate", "hub", "--remote", "--select", "remote"};
    const ProgramResult valid = onnxhub(validate);
    EXPECT_EQ(valid.status, 0) << valid.out << valid.err;
    ASSERT_THAT(server.requests(), SizeIs(1));
    EXPECT_EQ(*server.requests()[0].header("range"), "bytes=0-0");
    std::string manifest = read_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json");
    const std::string sha = "\"model_sha\"";
    manifest.insert(manifest.find(sha), "\"model_bytes\":1,");
    write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", manifest);
    const ProgramResult other = onnxhub(validate);
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(other.out, AllOf(HasSubstr("error[remote-model-unavailable]"),
                                 HasSubstr("bytes, but the entry says 1")));
}

TEST_F(ElsewhereCommands, LockedModelsAreLoadedFromTheirSources) {
    ASSERT_EQ(onnxhub({"lock", "ResNet", "--hub", "./hub"}).status, 0);
    const Json lock = Json::parse(read_file(folder.path() / "onnxhub.lock"));
    const Json& file = lock.at("models").at(0).at("files").at(0);
    EXPECT_EQ(file.at("elsewhere"), Json::array({server.url("/m.onnx?download=1")}));
    EXPECT_EQ(file.at("bytes"), nullptr);
    const ProgramResult loaded =
        onnxhub({"load", "--locked", "--trust", "--cache", "cache", "--json"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    ASSERT_THAT(server.requests(), SizeIs(1));
    EXPECT_EQ(*server.requests()[0].parameter("download"), "1");
}

TEST_F(ElsewhereCommands, ExportKeepsTheEntryAndCountsIt) {
    const ProgramResult exported = onnxhub({"export", "hub", "--to", "site"});
    EXPECT_EQ(exported.status, 0) << exported.err;
    EXPECT_THAT(exported.err, AllOf(HasSubstr("0 files, 0 bytes"),
                                    HasSubstr("1 model without a file: the manifest names other "
                                              "servers for it")));
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(ElsewhereCommands, BundlesFetchItWhenAsked) {
    const ProgramResult without = onnxhub({"bundle", "create", "--from", "hub", "--to", "b.tar"});
    EXPECT_EQ(without.status, 2);
    EXPECT_THAT(without.err, HasSubstr("only other servers have it; use --fetch to download it"));
    const ProgramResult sizeless =
        onnxhub({"bundle", "create", "--from", "hub", "--to", "b.tar", "--fetch"});
    EXPECT_EQ(sizeless.status, 2);
    EXPECT_THAT(sizeless.err, HasSubstr("the manifest has no size for it"));
    EXPECT_THAT(server.requests(), IsEmpty());

    Json manifest = Json::parse(read_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json"));
    manifest[0]["metadata"]["model_bytes"] = small_model().size();
    write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", manifest.dump());
    setenv("ONNX_HOME", (folder.path() / "home").c_str(), 1);
    const ProgramResult fetched =
        onnxhub({"bundle", "create", "--from", "hub", "--to", "b.tar", "--fetch"});
    unsetenv("ONNX_HOME");
    ASSERT_EQ(fetched.status, 0) << fetched.err;
    EXPECT_THAT(fetched.err, AllOf(HasSubstr("SHA-256 verified"), HasSubstr("bundled: 1 model")));
    EXPECT_EQ(onnxhub({"bundle", "import", "b.tar", "--to", "there"}).status, 0);
    EXPECT_EQ(read_file(folder.path() / "there/a/m.onnx"), small_model());
    // Behind the air gap, the copy of the hub is enough.
    setenv("ONNXHUB_CONFIG", "/dev/null", 1);
    EXPECT_EQ(onnxhub({"load", "ResNet", "--hub", "./there", "--cache", "cache"}).status, 0);
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(ElsewhereCommands, ServeHasTheManifestButNotTheFile) {
    const RunningServer hub(folder.path() / "hub", folder.path(), {"--untracked"});
    ASSERT_FALSE(hub.url().empty());
    HttpClient client;
    const auto get = [&](const std::string& path) {
        return std::get<HttpResponse>(client.send({.url = hub.url() + path}));
    };
    EXPECT_EQ(get("/ONNX_HUB_MANIFEST.json").body,
              read_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json"));
    EXPECT_EQ(get("/a/m.onnx").head.status, 404);
    const std::string page = get("/").body;
    const std::size_t at = page.find("catalog/facts-");
    ASSERT_NE(at, page.npos);
    const std::string facts = page.substr(at, page.find('"', at) - at);
    EXPECT_EQ(get("/" + facts).body, R"({"a":{"elsewhere":["m.onnx"]}})");
    const ProgramResult loaded =
        onnxhub({"load", "ResNet", "--hub", hub.url(), "--trust", "--cache", "cache"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(ElsewhereCommands, TheLibraryLoadsThemToo) {
    set_dir(folder.path() / "cache");
    HubCall call;
    call.repo = (folder.path() / "hub").string();
    EXPECT_THROW(load("ResNet", call), UserError);
    call.trust = true;
    EXPECT_EQ(load("ResNet", call), small_model());
    EXPECT_EQ(get_model_info("ResNet", call).about->license, "MIT");
}

}  // namespace
}  // namespace onnxhub::test
