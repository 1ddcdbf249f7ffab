// SPDX-License-Identifier: Apache-2.0
// `onnxhub lock` and `load --locked`: updates of one file, and hubs with and without commits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/digest.h"
#include "tests/support/http_server.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

struct Model {
    std::string name;
    int opset = 12;
    std::string bytes;
};

Json manifest_of(const std::vector<Model>& models) {
    Json entries = Json::array();
    for (const Model& model : models) {
        const std::string path = "a/" + model.name + "-" + std::to_string(model.opset) + ".onnx";
        entries.push_back({{"model", model.name},
                           {"model_path", path},
                           {"onnx_version", "1.9"},
                           {"opset_version", model.opset},
                           {"metadata",
                            {{"model_sha", to_hex(sha256_of(model.bytes))},
                             {"model_bytes", model.bytes.size()},
                             {"tags", Json::array()}}}});
    }
    return entries;
}

/// A web hub at /hub. It requires the token if one is set.
class LockCommand : public testing::Test {
protected:
    LockCommand() : server([this](const ReceivedRequest& request) { return answer(request); }) {}

    Answer answer(const ReceivedRequest& request) {
        if (!token.empty()) {
            const std::string* given = request.header("authorization");
            if (!given || *given != "Bearer " + token) return {401, "no"};
        }
        if (request.path == "/hub/ONNX_HUB_MANIFEST.json") return {200, manifest_of(models).dump()};
        for (const Model& model : models) {
            const std::string file =
                "/hub/a/" + model.name + "-" + std::to_string(model.opset) + ".onnx";
            if (request.path == file) return {200, model.bytes};
        }
        return {404, "no"};
    }

    ProgramResult run(std::vector<std::string> arguments) {
        std::vector<std::string> command = {"env", "HOME=" + folder.path().string(),
                                            "no_proxy=127.0.0.1"};
        command.insert(command.end(), environment.begin(), environment.end());
        command.push_back(onnxhub_program());
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    void configure(const std::string& text) {
        write_file(folder.path() / ".config/onnxhub/config.toml", text);
    }

    Json lock() const { return Json::parse(read_file(folder.path() / "onnxhub.lock")); }

    /// "name-opset" of each locked model.
    std::vector<std::string> locked() const {
        std::vector<std::string> names;
        const Json file = lock();
        for (const Json& model : file["models"]) {
            names.push_back(model["model"].get<std::string>() + "-" +
                            std::to_string(model["opset_version"].get<int>()));
        }
        return names;
    }

    std::vector<Model> models = {{"one", 12, "1"}, {"two", 12, "2"}, {"two", 8, "2old"}};
    std::string token;
    std::vector<std::string> environment;
    TemporaryFolder folder;
    HttpServer server;
};

TEST_F(LockCommand, AVersionByNameAndOpsetStaysWhenAllAreUpdated) {
    ASSERT_EQ(run({"lock", "one", "two@8", "--hub", server.url("/hub")}).status, 0);
    EXPECT_THAT(locked(), ElementsAre("one-12", "two-8"));
    const ProgramResult updated = run({"lock", "--update"});
    EXPECT_EQ(updated.status, 0) << updated.err;
    EXPECT_THAT(locked(), ElementsAre("one-12", "two-8"));
    const ProgramResult loaded = run({"load", "--locked", "two@8", "--trust", "--cache", "cache"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    EXPECT_EQ(run({"lock", "--remove", "two@12"}).status, 2);
    EXPECT_EQ(run({"lock", "--remove", "TWO@8"}).status, 0);
    EXPECT_THAT(locked(), ElementsAre("one-12"));
}

TEST_F(LockCommand, AnErrorListsTenModels) {
    for (int i = 0; i < 15; ++i) models.push_back({"more" + std::to_string(i), 12, "m"});
    std::vector<std::string> command{"lock", "--hub", server.url("/hub")};
    for (const Model& model : models) command.push_back(model.name);
    ASSERT_EQ(run(command).status, 0);
    const ProgramResult result = run({"lock", "--remove", "nothing"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("it has one, two, more0, more1, more2, more3, more4, more5, "
                                      "more6, more7 and 7 more\n"));
}

TEST_F(LockCommand, AddsToTheFileAndUpdatesTheNamedModels) {
    const std::string hub = server.url("/hub");
    ASSERT_EQ(run({"lock", "one", "--hub", hub}).status, 0);
    const ProgramResult more = run({"lock", "TWO", "--max-opset", "9"});
    ASSERT_EQ(more.status, 0) << more.err;
    EXPECT_THAT(locked(), ElementsAre("one-12", "two-8"));
    models = {{"one", 13, "1new"}, {"two", 12, "2new"}, {"two", 8, "2older"}};
    EXPECT_EQ(run({"lock", "one"}).status, 0);
    EXPECT_THAT(locked(), ElementsAre("one-13", "two-8"));
    const std::string old_sha = to_hex(sha256_of("2old"));
    EXPECT_EQ(lock()["models"][1]["files"][0]["sha256"], old_sha) << "not named, not touched";
    EXPECT_EQ(run({"lock", "two", "two"}).status, 0);
    EXPECT_THAT(locked(), ElementsAre("one-13", "two-12"));
}

TEST_F(LockCommand, UpdateRefreshesAllWithinTheirConstraints) {
    ASSERT_EQ(run({"lock", "one", "--hub", server.url("/hub")}).status, 0);
    ASSERT_EQ(run({"lock", "two", "--max-opset", "9"}).status, 0);
    models = {{"one", 12, "1"}, {"one", 13, "1new"}, {"two", 12, "2"}, {"two", 9, "2new"}};
    const ProgramResult updated = run({"lock", "--update"});
    ASSERT_EQ(updated.status, 0) << updated.err;
    EXPECT_THAT(locked(), ElementsAre("one-13", "two-9"));
    const std::string before = read_file(folder.path() / "onnxhub.lock");
    models = {{"one", 13, "1newer"}};
    const ProgramResult gone = run({"lock", "--update"});
    EXPECT_EQ(gone.status, 2);
    EXPECT_THAT(gone.err, HasSubstr("two"));
    EXPECT_EQ(read_file(folder.path() / "onnxhub.lock"), before);
}

TEST_F(LockCommand, RemoveTakesModelsOutAndAsksNoHub) {
    ASSERT_EQ(run({"lock", "one", "two", "--hub", server.url("/hub")}).status, 0);
    const auto asked = server.requests().size();
    const ProgramResult unknown = run({"lock", "--remove", "three"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("has no model \"three\"; it has one, two"));
    EXPECT_EQ(run({"lock", "--remove", "One"}).status, 0);
    EXPECT_THAT(locked(), ElementsAre("two-12"));
    EXPECT_EQ(run({"lock", "--remove", "two"}).status, 0);
    EXPECT_EQ(server.requests().size(), asked);
    EXPECT_THAT(run({"load", "--locked"}).err, HasSubstr("has no models"));
    fs::remove(folder.path() / "onnxhub.lock");
    EXPECT_THAT(run({"lock", "--remove", "two"}).err, HasSubstr("onnxhub.lock: does not exist"));
    EXPECT_THAT(run({"lock", "--update"}).err, HasSubstr("onnxhub.lock: does not exist"));
    EXPECT_EQ(run({"lock"}).status, 2);
    EXPECT_EQ(run({"lock", "--update", "-o", "-"}).status, 2);
}

TEST_F(LockCommand, KeepsNameTrustAndTokenOfAConfiguredHub) {
    token = "open sesame";
    environment = {"COMPANY_TOKEN=" + token};
    configure("[hubs.company]\nhub = \"" + server.url("/hub") +
              "\"\ntrusted = true\ntoken_variable = \"COMPANY_TOKEN\"\n");
    const ProgramResult locked_now = run({"lock", "one", "--hub", "company"});
    ASSERT_EQ(locked_now.status, 0) << locked_now.err;
    EXPECT_EQ(lock()["hub"], "company");
    EXPECT_EQ(lock()["address"], server.url("/hub"));
    const ProgramResult loaded = run({"load", "--locked"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    EXPECT_EQ(run({"lock", "two"}).status, 0);
    EXPECT_EQ(lock()["hub"], "company");

    // On a machine whose configuration lacks this name, the address is used.
    configure("");
    fs::remove_all(folder.path() / ".cache");
    EXPECT_THAT(run({"load", "--locked"}).err, HasSubstr("use --trust"));
    environment = {"ONNXHUB_TOKEN=" + token};
    EXPECT_EQ(run({"load", "--locked", "--trust"}).status, 0);
}

TEST_F(LockCommand, OneFileIsOfOneHub) {
    ASSERT_EQ(run({"lock", "one", "--hub", server.url("/hub")}).status, 0);
    const std::string before = read_file(folder.path() / "onnxhub.lock");
    const ProgramResult other = run({"lock", "two", "--hub", server.url("/other")});
    EXPECT_EQ(other.status, 2);
    EXPECT_THAT(other.err, HasSubstr("onnxhub.lock: belongs to the hub " + server.url("/hub")));
    EXPECT_EQ(read_file(folder.path() / "onnxhub.lock"), before);
    EXPECT_EQ(run({"lock", "two", "--hub", server.url("/hub/")}).status, 0);
    EXPECT_THAT(locked(), ElementsAre("one-12", "two-12"));
}

TEST_F(LockCommand, AFolderIsRelativeToTheLockFile) {
    write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", manifest_of(models).dump());
    for (const Model& model : models) {
        write_file(
            folder.path() / "hub/a" / (model.name + "-" + std::to_string(model.opset) + ".onnx"),
            model.bytes);
    }
    fs::create_directories(folder.path() / "app/deep");
    const std::string file = "app/onnxhub.lock";
    const ProgramResult made = run({"lock", "one", "--hub", "./hub", "-o", file});
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(Json::parse(read_file(folder.path() / file))["hub"], "../hub");
    // From this directory, from that of the file, and from another one.
    EXPECT_EQ(run({"load", "--locked", "--lock-file", file}).status, 0);
    const auto run_in = [&](const std::string& directory, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {"env", "--chdir=" + (folder.path() / directory).string(),
                          "HOME=" + folder.path().string(), onnxhub_program()});
        return run_command(arguments, folder.path());
    };
    EXPECT_EQ(run_in("app", {"load", "--locked"}).status, 0);
    const ProgramResult deep =
        run_in("app/deep", {"load", "--locked", "--lock-file", "../onnxhub.lock"});
    EXPECT_EQ(deep.status, 0) << deep.err;
    // The same hub in other words.
    EXPECT_EQ(run({"lock", "two", "--hub", (folder.path() / "hub").string(), "-o", file}).status,
              0);
    EXPECT_EQ(run_in("app", {"lock", "--update"}).status, 0);
    EXPECT_EQ(run({"lock", "one", "--hub", "./app", "-o", file}).status, 2);
}

TEST_F(LockCommand, InsideAHubItIsThisHub) {
    write_file(folder.path() / "ONNX_HUB_MANIFEST.json", manifest_of(models).dump());
    for (const Model& model : models) {
        write_file(folder.path() / "a" / (model.name + "-" + std::to_string(model.opset) + ".onnx"),
                   model.bytes);
    }
    const ProgramResult loaded = run({"load", "one"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    EXPECT_THAT(loaded.err, HasSubstr("the hub is this directory; --hub onnx/models is the "
                                      "official one"));
    EXPECT_EQ(run({"lock", "one"}).status, 0);
    EXPECT_EQ(lock()["hub"], ".");
    EXPECT_EQ(run({"load", "--locked"}).status, 0);
}

TEST_F(LockCommand, SuggestedCommandsNameTheHub) {
    const std::string hub = server.url("/hub");
    EXPECT_THAT(run({"load", "unknown", "--hub", hub}).err,
                HasSubstr("`onnxhub list --hub " + hub + "` lists its models"));
    EXPECT_THAT(run({"load", "--hub", hub}).err,
                HasSubstr("`onnxhub list --hub " + hub + "` shows"));
}

TEST_F(LockCommand, APlainWebHubIsMarkedAsNotPinned) {
    const ProgramResult result = run({"lock", "one", "--hub", server.url("/hub")});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("not pinned: the hub names no commit"));
    EXPECT_EQ(lock()["pinned"], false);
    EXPECT_EQ(lock()["commit"], nullptr);
}

TEST_F(LockCommand, AHubBehindServeIsPinnedToItsCommit) {
    RepositoryBuilder repository;
    const std::vector<Model> first = {{"one", 12, "served"}, {"two", 12, "2"}};
    repository.write("ONNX_HUB_MANIFEST.json", manifest_of(first).dump());
    for (const Model& model : first) repository.write("a/" + model.name + "-12.onnx", model.bytes);
    const std::string old_commit = repository.commit("First");
    RunningServer running(repository.path().string() + ":HEAD", folder.path());
    ASSERT_THAT(running.url(), HasSubstr("http://127.0.0.1:"));
    const ProgramResult result = run({"lock", "one", "--hub", running.url()});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr(" at commit " + old_commit));
    EXPECT_EQ(lock()["pinned"], true);
    EXPECT_EQ(lock()["commit"], old_commit);
    EXPECT_THAT(lock()["models"][0]["files"][0]["sources"][0].get<std::string>(),
                HasSubstr("/hub/at/" + old_commit + "/a/one-12.onnx"));
    EXPECT_EQ(run({"load", "--locked", "--trust"}).status, 0);

    const std::vector<Model> second = {{"one", 12, "updated"}, {"two", 12, "2"}};
    const std::string new_commit =
        repository.write("ONNX_HUB_MANIFEST.json", manifest_of(second).dump())
            .write("a/one-12.onnx", "updated")
            .commit("Second");
    ASSERT_EQ(run({"lock", "two"}).status, 0);
    EXPECT_EQ(lock()["commit"], new_commit);
    EXPECT_EQ(lock()["models"][0]["commit"], old_commit) << "not named, not touched";
    EXPECT_FALSE(lock()["models"][1].contains("commit"));
}

}  // namespace
}  // namespace onnxhub::test
