// SPDX-License-Identifier: Apache-2.0
// `onnxhub load`, from folders and over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "base/digest.h"
#include "tests/support/http_server.h"
#include "tests/support/hub_files.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// The healthy hub behind GitHub's and Hugging Face's addresses, and at a plain one.
class LoadCommand : public testing::Test {
protected:
    LoadCommand() : server([this](const ReceivedRequest& request) { return answer(request); }) {
        for (const std::string& object : hub.objects) objects[to_hex(sha256_of(object))] = object;
        for (const ManifestEntry& present : hub.document().entries) {
            const Entry& entry = *present.entry;
            add(entry.model_path, entry.content);
            if (entry.archive_path) add(*entry.archive_path, entry.archive);
            for (const ExternalDataFile& file : entry.external_data) {
                add(file.path, {file.sha, file.size_bytes});
            }
        }
    }

    void add(const std::string& path, const StatedContent& content) {
        const std::string& bytes = objects.at(to_hex(*content.sha));
        pages["/plain/" + path] = bytes;
        const std::string file = fs::path(path).filename();
        pages["/hf/onnxmodelzoo/" + fs::path(path).stem().string() + "/resolve/main/" + file] =
            bytes;
    }

    Answer answer(const ReceivedRequest& request) {
        if (request.path.ends_with(std::string("/") + manifest_path)) return {200, hub.manifest()};
        if (request.path.starts_with("/api/")) return {200, std::string(40, 'c')};
        const auto found = pages.find(request.path);
        if (found == pages.end()) return {404, "no"};
        Answer answer{200, found->second};
        answer.pause = pause;
        answer.piece_bytes = pause.count() > 0 ? 256 : 0;
        return answer;
    }

    ProgramResult load(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--cache", (folder.path() / "cache").string()});
        return run("load", arguments);
    }

    ProgramResult run(const std::string& subcommand, std::vector<std::string> arguments) {
        std::vector<std::string> command = environment();
        command.push_back(onnxhub_program());
        command.push_back(subcommand);
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    std::vector<std::string> environment() {
        return {"env",
                "HOME=" + folder.path().string(),
                "ONNXHUB_GITHUB_RAW_URL=" + server.url("/raw"),
                "ONNXHUB_GITHUB_MEDIA_URL=" + server.url("/media"),
                "ONNXHUB_GITHUB_API_URL=" + server.url("/api"),
                "HF_ENDPOINT=" + server.url("/hf"),
                "no_proxy=127.0.0.1"};
    }

    bool is_cached(const std::string& path) {
        return objects.contains(to_hex(sha256_of(read_file(path))));
    }

    HubFiles hub = healthy_hub();
    std::map<std::string, std::string> objects;
    std::map<std::string, std::string> pages;
    std::chrono::milliseconds pause{0};  ///< before each 256 bytes
    TemporaryFolder folder;
    HttpServer server;
};

TEST_F(LoadCommand, TheOfficialHubFallsThroughToHuggingFace) {
    const ProgramResult result = load({"MNIST"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("_mnist-12.onnx\n"));
    const std::string path = result.out.substr(0, result.out.size() - 1);
    EXPECT_TRUE(objects.contains(to_hex(sha256_of(read_file(path)))));
    EXPECT_THAT(result.err, HasSubstr("/media/onnx/models/main/vision/digits/model/mnist-12.onnx "
                                      "answers with status 404"));
    EXPECT_THAT(result.err, HasSubstr("SHA-256 verified"));
}

TEST_F(LoadCommand, OtherHubsNeedTrustBeforeADownloadAndNotForAHit) {
    const std::string spec = server.url("/plain");
    const ProgramResult refused = load({"MNIST", "--hub", spec, "-q"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("use --trust if you trust it"));
    EXPECT_THAT(server.requests(),
                Not(Contains(Field(&ReceivedRequest::path, HasSubstr(".onnx")))));
    EXPECT_EQ(load({"MNIST", "--hub", spec, "--trust"}).status, 0);
    EXPECT_EQ(load({"MNIST", "--hub", spec}).status, 0);
    EXPECT_EQ(load({"MNIST", "--hub", spec, "--offline"}).status, 0);
}

TEST_F(LoadCommand, AMirrorStandsInAndTheHashDecides) {
    const ProgramResult lost = load({"MNIST", "--hub", "evil/models", "--trust"});
    EXPECT_EQ(lost.status, 2);
    EXPECT_THAT(lost.err, HasSubstr("no source has it"));
    const ProgramResult found =
        load({"MNIST", "--hub", "evil/models", "--trust", "--mirror", server.url("/plain")});
    EXPECT_EQ(found.status, 0) << found.err;
}

TEST_F(LoadCommand, WeightsBesideAModelComeWithItUnderTheirNames) {
    const ProgramResult result = load({"Large", "--hub", server.url("/plain"), "--trust"});
    ASSERT_EQ(result.status, 0) << result.err;
    const fs::path model = result.out.substr(0, result.out.size() - 1);
    EXPECT_THAT(model.string(), MatchesRegex(".*/cache/text/large/[0-9a-f]*_large/large.onnx"));
    EXPECT_EQ(read_file(model.parent_path() / "large.data"), std::string(4096, 'w'));
}

TEST_F(LoadCommand, TestDataIsUnpackedBesideItsArchive) {
    const std::string spec = server.url("/plain");
    const ProgramResult result = load({"MNIST", "--hub", spec, "--trust", "--with-test-data"});
    ASSERT_EQ(result.status, 0) << result.err;
    const fs::path unpacked = result.out.substr(0, result.out.size() - 1);
    EXPECT_THAT(unpacked.parent_path().string(), HasSubstr("_mnist-12"));
    EXPECT_TRUE(fs::exists(unpacked.parent_path().string() + ".tar.gz"));
    EXPECT_TRUE(fs::exists(unpacked / "test_data_set_0"));
    EXPECT_THAT(load({"Large", "--hub", spec, "--trust", "--with-test-data"}).err,
                HasSubstr("has no test data"));
}

TEST_F(LoadCommand, OutputIsACopyWithItsWeights) {
    const std::string spec = server.url("/plain");
    const ProgramResult copied =
        load({"MNIST", "--hub", spec, "--trust", "--max-opset", "9", "--output", "m.onnx"});
    EXPECT_EQ(copied.out, "m.onnx\n");
    EXPECT_TRUE(is_cached(folder.path() / "m.onnx"));
    EXPECT_EQ(load({"Large", "--hub", spec, "--trust", "--output", "out/l.onnx"}).status, 0);
    EXPECT_EQ(read_file(folder.path() / "out/large.data"), std::string(4096, 'w'));
    EXPECT_EQ(load({"MNIST", "Large", "--hub", spec, "--output", "x"}).status, 2);
}

TEST_F(LoadCommand, OtherVersionsAreNamedUnlessOneIsChosen) {
    const std::string spec = server.url("/plain");
    const ProgramResult newest = load({"MNIST", "--hub", spec, "--trust"});
    EXPECT_THAT(newest.err, HasSubstr("MNIST: opset 12; the hub also has opset 8"));
    EXPECT_THAT(load({"MNIST@12", "--hub", spec, "--trust"}).err, Not(HasSubstr("also has")));
    EXPECT_THAT(load({"MNIST", "--opset", "12", "--hub", spec, "--trust"}).err,
                Not(HasSubstr("also has")));
    EXPECT_THAT(load({"Large", "--hub", spec, "--trust"}).err, Not(HasSubstr("also has")));
}

TEST_F(LoadCommand, CachedModelsAreListedAndRemovedByName) {
    const std::string spec = server.url("/plain");
    for (const char* name : {"MNIST", "MNIST@8", "Large"}) {
        ASSERT_EQ(load({name, "--hub", spec, "--trust"}).status, 0);
    }
    ASSERT_EQ(load({"MNIST", "--hub", spec, "--trust", "--with-test-data"}).status, 0);
    const auto cache = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "cache");
        arguments.insert(arguments.end(), {"--cache", (folder.path() / "cache").string()});
        return run_onnxhub(arguments, folder.path());
    };
    const std::string list = cache({"list"}).out;
    EXPECT_THAT(list, testing::ContainsRegex(
                          "  20[0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]  .*  MNIST@8 +"
                          " vision/digits/model/[0-9a-f]*…_mnist-8.onnx\n"));
    EXPECT_THAT(list, Not(HasSubstr((folder.path() / "cache").string())));
    EXPECT_THAT(cache({"list", "--verbose"}).out, HasSubstr((folder.path() / "cache").string()));
    EXPECT_THAT(cache({"list", "--json"}).out, HasSubstr("\"model\": \"MNIST\""));

    const ProgramResult unknown = cache({"rm", "MNIST", "Lrage"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("the cache has no model \"Lrage\"; did you mean Large?"));
    EXPECT_EQ(cache({"list"}).out, list) << "nothing is removed when a name is unknown";
    EXPECT_THAT(cache({"rm", "MNIST@7"}).err, HasSubstr("did you mean MNIST@8?"));
    EXPECT_THAT(cache({"rm", "mnist", "--dry-run"}).err, HasSubstr("would remove 3 files, "));
    EXPECT_EQ(cache({"list"}).out, list);

    const ProgramResult one = cache({"rm", "MNIST@8"});
    EXPECT_EQ(one.status, 0) << one.err;
    EXPECT_THAT(one.err, HasSubstr("removed 1 file, 1"));
    EXPECT_THAT(cache({"rm", "MNIST", "large"}).err, HasSubstr("removed 3 files, "));
    EXPECT_EQ(cache({"list", "--json"}).out.find("\"path\""), std::string::npos);
    for (const auto& file : fs::recursive_directory_iterator(folder.path() / "cache")) {
        EXPECT_TRUE(file.is_directory()) << file.path();
    }
}

TEST_F(LoadCommand, AnOutputFolderTakesSeveralModels) {
    const std::string spec = server.url("/plain");
    const ProgramResult both =
        load({"MNIST", "Large", "--hub", spec, "--trust", "--output", "models/"});
    ASSERT_EQ(both.status, 0) << both.err;
    EXPECT_EQ(both.out, "models/mnist-12.onnx\nmodels/large/large.onnx\n");
    EXPECT_TRUE(fs::is_regular_file(folder.path() / "models/mnist-12.onnx"));
    EXPECT_EQ(read_file(folder.path() / "models/large/large.data"), std::string(4096, 'w'));
    // An existing directory needs no '/'. Models of an earlier run are replaced.
    const ProgramResult again =
        load({"MNIST@8", "Large", "--hub", spec, "--trust", "--output", "models"});
    EXPECT_EQ(again.out, "models/mnist-8.onnx\nmodels/large/large.onnx\n") << again.err;
    const ProgramResult twice =
        load({"MNIST", "mnist@12", "--hub", spec, "--trust", "--output", "models"});
    EXPECT_EQ(twice.status, 2);
    EXPECT_THAT(twice.err, HasSubstr("models/mnist-12.onnx: two models have this file name"));
}

TEST_F(LoadCommand, SeveralModelsComeTogetherAndOneThatFailsLeavesTheOthers) {
    const std::string spec = server.url("/plain");
    const ProgramResult both = load({"MNIST", "Large", "--hub", spec, "--trust"});
    ASSERT_EQ(both.status, 0) << both.err;
    EXPECT_THAT(both.out, MatchesRegex(".*_mnist-12.onnx\n.*_large/large.onnx\n"));
    fs::remove_all(folder.path() / "cache");
    pages.erase("/plain/vision/digits/model/mnist-12.onnx");
    const ProgramResult one = load({"MNIST", "Large", "--hub", spec, "--trust"});
    EXPECT_EQ(one.status, 2);
    EXPECT_THAT(one.out, MatchesRegex("[^\n]*_large/large.onnx\n"));
    EXPECT_THAT(one.err, HasSubstr("mnist-12.onnx: no source has it"));
}

TEST_F(LoadCommand, JsonLinesAndNothingElseGoToStandardOutput) {
    const std::string spec = server.url("/plain");
    const ProgramResult result = load({"Large", "--hub", spec, "--trust", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    std::istringstream lines(result.out);
    std::vector<nlohmann::json> events;
    for (std::string line; std::getline(lines, line);)
        events.push_back(nlohmann::json::parse(line));
    ASSERT_EQ(events.size(), 5u);
    EXPECT_EQ(events[0]["event"], "start");
    EXPECT_EQ(events[0]["file"], "text/large/large.onnx");
    EXPECT_EQ(events[1]["event"], "file");
    EXPECT_EQ(events[1]["cached"], false);
    EXPECT_EQ(events[1]["source"], server.url("/plain/text/large/large.onnx"));
    EXPECT_EQ(events[1]["place"], events[0]["place"]);
    EXPECT_EQ((folder.path() / "cache" / events[0]["place"]).string(), events[1]["path"]);
    EXPECT_EQ(events[3]["file"], "text/large/large.data");
    EXPECT_EQ(events[4]["event"], "model");
    EXPECT_EQ(events[4]["path"], events[1]["path"]);
    const ProgramResult refused = load({"MNIST", "--hub", spec, "--json"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_EQ(nlohmann::json::parse(refused.out)["event"], "error");
}

/// The last message on standard error, with --message-format json.
nlohmann::json last_message(const ProgramResult& result) {
    const std::size_t end = result.err.find_last_not_of('\n');
    const std::size_t begin = result.err.rfind('\n', end);
    return nlohmann::json::parse(result.err.substr(begin == std::string::npos ? 0 : begin + 1));
}

TEST_F(LoadCommand, MessagesAreJsonLinesOnRequest) {
    const ProgramResult notes = load({"MNIST", "--message-format", "json"});
    ASSERT_EQ(notes.status, 0) << notes.err;
    std::istringstream lines(notes.err);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        EXPECT_EQ(nlohmann::json::parse(line)["level"], "note");
    }
    EXPECT_GT(count, 0u);
    EXPECT_THAT(notes.out, HasSubstr("_mnist-12.onnx\n"));
    EXPECT_THAT(run("load", {"--message-format=xml", "MNIST"}).err, HasSubstr("text, json"));
}

TEST_F(LoadCommand, EachProblemHasAName) {
    pages["/plain/cut/" + std::string(manifest_path)] = "[";
    const std::string spec = server.url("/plain");
    const std::vector<std::pair<std::string, std::vector<std::string>>> calls = {
        {"model", {"mnits", "--hub", spec}},
        {"opset", {"mnist", "--hub", spec, "--opset", "9"}},
        {"hub", {"mnist", "--hub", "models"}},
        {"manifest", {"mnist", "--hub", "./none"}},
        {"unreachable", {"mnist", "--hub", "http://127.0.0.1:9"}},
        {"untrusted", {"mnist", "--hub", spec}},
        {"untrusted", {"mnist", "--ask"}},
        {"test-data", {"large", "--hub", spec, "--with-test-data"}},
        {"offline", {"mnist", "--hub", spec, "--offline"}},
    };
    for (const auto& [problem, arguments] : calls) {
        std::vector<std::string> command = arguments;
        command.push_back("--message-format=json");
        const ProgramResult result = load(command);
        EXPECT_EQ(result.status, 2) << problem;
        EXPECT_EQ(last_message(result)["problem"], problem) << result.err;
        command.push_back("--json");
        const ProgramResult lines = load(command);
        EXPECT_EQ(nlohmann::json::parse(lines.out)["problem"], problem) << lines.out;
    }
}

TEST_F(LoadCommand, TheAnswerOfTheServerIsPartOfTheProblem) {
    const std::string spec = server.url("/plain");
    pages.clear();
    const auto message =
        last_message(load({"mnist", "--hub", spec, "--trust", "--message-format=json"}));
    EXPECT_EQ(message["problem"], "unreachable");
    EXPECT_EQ(message["http_status"], 404);
}

TEST_F(LoadCommand, FilesMayComeFromAnotherAddressFirst) {
    for (const auto& [path, bytes] : std::map(pages)) {
        if (path.starts_with("/plain/")) pages["/files" + path.substr(6)] = bytes;
    }
    const ProgramResult result = load({"MNIST", "--hub", server.url("/plain"), "--files",
                                       server.url("/files"), "--trust", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(server.url("/files/vision/digits/model/mnist-12.onnx")));
    EXPECT_EQ(
        load({"Large", "--hub", server.url("/plain"), "--files", server.url("/files")}).status,
        2);  // no trust
}

TEST_F(LoadCommand, WaitsForAServerAsLongAsTheEnvironmentSays) {
    std::vector<std::string> command = environment();
    command.insert(command.end(), {"ONNXHUB_TIMEOUT=soon", onnxhub_program(), "list"});
    const ProgramResult result = run_command(command, folder.path());
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("ONNXHUB_TIMEOUT is \"soon\"; set a number of seconds"));
}

/// The events of `load --json`, one per line.
std::vector<nlohmann::json> events_of(const ProgramResult& result) {
    std::istringstream lines(result.out);
    std::vector<nlohmann::json> events;
    for (std::string line; std::getline(lines, line);) {
        events.push_back(nlohmann::json::parse(line));
    }
    return events;
}

TEST_F(LoadCommand, AnUnknownNameDoesNotStopTheOthers) {
    const std::string spec = server.url("/plain");
    const ProgramResult result = load({"nope", "mnist", "--hub", spec, "--trust"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.out, MatchesRegex("[^\n]*_mnist-12.onnx\n"));
    EXPECT_THAT(result.err, HasSubstr("onnxhub: error: ")) << result.err;
    EXPECT_THAT(result.err, HasSubstr("nope"));
    const ProgramResult both = load({"nope", "neither", "--hub", spec, "--trust"});
    EXPECT_EQ(both.out, "");
    EXPECT_THAT(both.err, testing::AllOf(HasSubstr("nope"), HasSubstr("neither")));
}

TEST_F(LoadCommand, EachModelWithoutAPathHasAnErrorEvent) {
    const std::string spec = server.url("/plain");
    const ProgramResult names = load({"nope", "mnist", "--hub", spec, "--trust", "--json"});
    EXPECT_EQ(names.status, 2);
    std::map<std::string, std::string> seen;
    for (const auto& event : events_of(names)) {
        if (event.contains("model")) seen[event["model"]] = event["event"];
    }
    EXPECT_EQ(seen, (std::map<std::string, std::string>{{"nope", "error"}, {"MNIST", "model"}}));

    const auto opset =
        events_of(load({"mnist", "--hub", spec, "--trust", "--opset", "9", "--json"}));
    ASSERT_EQ(opset.size(), 1u);
    EXPECT_EQ(opset[0]["event"], "error");
    EXPECT_EQ(opset[0]["model"], "mnist");
    EXPECT_THAT(opset[0]["message"].get<std::string>(), HasSubstr("it has the opsets 8, 12"));

    const ProgramResult bad_spec =
        load({"mnist", "large", "--hub", server.url("/nothing/here?"), "--json"});
    EXPECT_EQ(bad_spec.status, 2);
    EXPECT_EQ(events_of(bad_spec).size(), 2u);
    const auto unreachable =
        events_of(load({"mnist", "--hub", "http://127.0.0.1:1/", "--json", "--offline"}));
    ASSERT_EQ(unreachable.size(), 1u);
    EXPECT_EQ(unreachable[0]["event"], "error");
    EXPECT_EQ(unreachable[0]["model"], "mnist");

    const auto no_lock = events_of(load({"--locked", "--json"}));
    ASSERT_EQ(no_lock.size(), 1u);
    EXPECT_EQ(no_lock[0]["model"], nullptr);
}

TEST_F(LoadCommand, OptionErrorsNameTheHelpOfTheCommand) {
    const std::pair<std::vector<std::string>, const char*> cases[] = {
        {{"load"},
         "no model is named; name models that `onnxhub list` shows; see `onnxhub load --help`"},
        {{"load", "a", "b", "--output", "o"},
         "--output FILE takes one model; name one, or write DIR/; see `onnxhub load --help`"},
        {{"load", "--lock-file", "x", "a"},
         "--lock-file requires --locked; see `onnxhub load --help`"},
        {{"lock"}, "see `onnxhub lock --help`"},
        {{"lock", "--update", "-o", "-"}, "see `onnxhub lock --help`"},
        {{"cache", "prune", "--nonsense"}, "see `onnxhub cache prune --help`"},
        {{"cache"}, "Usage: onnxhub cache COMMAND [OPTIONS]"},
        {{"serve", "--tls-cert", "x"}, "--tls-cert requires --tls-key; see `onnxhub serve --help`"},
        {{"serve", "--tls-key", "x"}, "--tls-key requires --tls-cert; see `onnxhub serve --help`"},
        {{"serve", "--public", "--token-file", "x"}, "excludes"},
        {{"init", "hub", "--repository", "x"},
         "--repository requires --owner; see `onnxhub init --help`"},
        {{"nonsense"}, "see `onnxhub --help`"},
        {{}, "Usage: onnxhub COMMAND [OPTIONS]"},
    };
    for (const auto& [arguments, expected] : cases) {
        std::vector<std::string> command = {onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const ProgramResult result = run_command(command, folder.path());
        EXPECT_EQ(result.status, 2) << expected;
        EXPECT_EQ(result.out, "");
        EXPECT_THAT(result.err, HasSubstr(expected));
    }
}

TEST_F(LoadCommand, ANameThatIsNotLockedDoesNotStopTheOthers) {
    ASSERT_EQ(run("lock", {"MNIST"}).status, 0);
    const ProgramResult result = load({"Large", "MNIST", "--locked", "--json"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.out, HasSubstr("\"event\":\"model\""));
    EXPECT_THAT(result.err, HasSubstr("onnxhub.lock: has no model \"Large\""));
}

TEST_F(LoadCommand, ASlowTransferTellsEveryTenPercentWhereThereIsNoTerminal) {
    pause = std::chrono::milliseconds(60);
    pages["/plain/text/large/large.data"] = std::string(4096, 'w');
    const ProgramResult result = load({"Large", "--hub", server.url("/plain"), "--trust"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("text/large/large.data: 90 % of 4.0 KiB, "));
    EXPECT_THAT(result.err, HasSubstr("/s, 1 s left"));
}

TEST_F(LoadCommand, ALockFileIsTakenExactlyOrNotAtAll) {
    const ProgramResult locked = run("lock", {"MNIST"});
    ASSERT_EQ(locked.status, 0) << locked.err;
    EXPECT_THAT(locked.err, HasSubstr("onnxhub.lock: 1 model of onnx/models:main at commit cccc"));
    const auto lock = nlohmann::json::parse(read_file(folder.path() / "onnxhub.lock"));
    EXPECT_EQ(lock["commit"], std::string(40, 'c'));
    EXPECT_THAT(lock["models"][0]["files"][0]["sources"][0].get<std::string>(),
                HasSubstr("/media/onnx/models/" + std::string(40, 'c') + "/vision/digits/"));

    const auto manifests = [&] {
        return std::ranges::count_if(server.requests(), [](const ReceivedRequest& request) {
            return request.path.ends_with(manifest_path);
        });
    };
    const auto asked = manifests();
    const ProgramResult loaded = load({"--locked"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    EXPECT_TRUE(is_cached(loaded.out.substr(0, loaded.out.size() - 1)));
    EXPECT_EQ(manifests(), asked) << "no server is asked for the newest";
    EXPECT_EQ(load({"mnist", "--locked"}).status, 0);
    EXPECT_THAT(load({"Large", "--locked"}).err, HasSubstr("onnxhub.lock: has no model \"Large\""));

    fs::remove_all(folder.path() / "cache");
    for (auto& [path, bytes] : pages) bytes += "newer";
    const ProgramResult changed = load({"--locked", "--trust"});
    EXPECT_EQ(changed.status, 2);
    EXPECT_EQ(changed.out, "");
    EXPECT_EQ(load({"--locked", "--opset", "8"}).status, 2);
    EXPECT_EQ(load({}).status, 2);
}

TEST_F(LoadCommand, TheCacheIsListedVerifiedAndPruned) {
    const std::string cache = (folder.path() / "cache").string();
    const ProgramResult loaded = load({"MNIST", "Large", "--hub", server.url("/plain"), "--trust"});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
    const std::string model = loaded.out.substr(0, loaded.out.find('\n'));
    EXPECT_EQ(run("cache", {"dir", "--cache", cache}).out, cache + "\n");
    EXPECT_EQ(run("cache", {"dir"}).out, (folder.path() / ".cache/onnx/hub\n").string());
    const ProgramResult listed = run("cache", {"list", "--cache", cache, "--verbose"});
    EXPECT_THAT(listed.out, HasSubstr(model));
    EXPECT_THAT(listed.out, HasSubstr(server.url("/plain")));
    EXPECT_THAT(listed.out, HasSubstr("_large/large.onnx"));
    EXPECT_THAT(listed.err, HasSubstr("2 files"));
    const auto json =
        nlohmann::json::parse(run("cache", {"list", "--cache", cache, "--format", "json"}).out);
    EXPECT_EQ(json["files"].size(), 2u);

    EXPECT_EQ(run("cache", {"verify", "--cache", cache}).status, 0);
    write_file(model, "altered");
    const ProgramResult bad = run("cache", {"verify", "--cache", cache});
    EXPECT_EQ(bad.status, 1);
    EXPECT_THAT(bad.out, HasSubstr(model + ": the SHA-256 is not"));
    EXPECT_EQ(run("cache", {"verify", "--cache", cache, "--remove"}).status, 0);
    EXPECT_FALSE(fs::exists(model));

    const ProgramResult dry =
        run("cache", {"prune", "--cache", cache, "--max-size", "1KiB", "--dry-run"});
    EXPECT_THAT(dry.err, HasSubstr("would remove"));
    EXPECT_THAT(run("cache", {"list", "--cache", cache}).err, HasSubstr("1 file"));
    EXPECT_EQ(run("cache", {"prune", "--cache", cache, "--older-than", "30d"}).out, "");
    EXPECT_EQ(run("cache", {"prune", "--cache", cache, "--older-than", "30"}).status, 2);
    run("cache", {"prune", "--cache", cache, "--max-size", "0"});
    EXPECT_THAT(run("cache", {"list", "--cache", cache}).err, HasSubstr("0 files"));
}

TEST_F(LoadCommand, SixteenProcessesDownloadAColdModelOnce) {
    pause = std::chrono::milliseconds(5);
    std::vector<ProgramResult> results(16);
    {
        std::vector<std::jthread> processes;
        for (ProgramResult& result : results) {
            processes.emplace_back([&] {
                result = load({"Large", "--hub", server.url("/plain"), "--trust"});
            });
        }
    }
    for (const ProgramResult& result : results) EXPECT_EQ(result.status, 0) << result.err;
    for (const char* path : {"/plain/text/large/large.onnx", "/plain/text/large/large.data"}) {
        EXPECT_EQ(std::ranges::count(server.requests(), path, &ReceivedRequest::path), 1) << path;
    }
}

TEST_F(LoadCommand, AReadOnlyCacheServesHits) {
    const std::string spec = server.url("/plain");
    ASSERT_EQ(load({"MNIST", "--hub", spec, "--trust", "--with-test-data"}).status, 0);
    const auto state = [&] {
        std::map<std::string, fs::file_time_type> times;
        for (const auto& file : fs::recursive_directory_iterator(folder.path() / "cache")) {
            times[file.path()] = fs::last_write_time(file.path());
        }
        return times;
    };
    const auto before = state();
    EXPECT_EQ(load({"MNIST", "--hub", spec, "--offline", "--with-test-data"}).status, 0);
    EXPECT_EQ(state(), before) << "a hit writes nothing";
}

TEST_F(LoadCommand, UnknownModelsAndOpsetsExitWithTwo) {
    EXPECT_EQ(load({"MNISTT"}).status, 2);
    EXPECT_THAT(load({"MNIST", "--opset", "9"}).err, HasSubstr("it has the opsets 8, 12"));
}

}  // namespace
}  // namespace onnxhub::test
