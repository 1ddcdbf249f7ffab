// SPDX-License-Identifier: Apache-2.0
// Comparison with ONNX's Python client (onnx.hub): the same results, a shared cache.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <variant>

#include "base/digest.h"
#include "hosting/client/model_query.h"
#include "tests/support/archive_builder.h"
#include "tests/support/http_server.h"
#include "tests/support/hub_files.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

const std::string python = "/usr/bin/python3";  // the one Debian's python3-onnx belongs to

std::string trimmed(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

class PythonClient : public testing::Test {
protected:
    void SetUp() override {
        if (run_command({python, "-c", "import onnx.hub"}, folder.path()).status != 0) {
            GTEST_SKIP() << "no " << python << " with the module onnx.hub";
        }
    }

    json ask_python(std::vector<std::string> arguments) {
        std::vector<std::string> command{"env",
                                         "ONNX_HOME=" + home(),
                                         "no_proxy=127.0.0.1",
                                         python,
                                         "-B",
                                         ONNXHUB_SOURCE "/tests/interop/python_client.py"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const ProgramResult result = run_command(command, folder.path());
        EXPECT_EQ(result.status, 0) << result.err;
        return json::parse(result.out, nullptr, false);
    }

    std::string home() const { return (folder.path() / "home").string(); }

    TemporaryFolder folder;
};

std::vector<std::string> paths(const std::vector<const ManifestEntry*>& models) {
    std::vector<std::string> found;
    for (const ManifestEntry* model : models) found.push_back(model->entry->model_path);
    return found;
}

std::vector<std::string> listed(const ManifestDocument& document,
                                const std::optional<std::string>& model,
                                const std::vector<std::string>& tags) {
    ModelFilter filter;
    filter.model = model;
    filter.tags = tags;
    return paths(list_models(document, filter));
}

/// The path, or null.
json chosen(const ManifestDocument& document, const std::string& model,
            std::optional<std::int64_t> opset) {
    const auto found = get_model_info(document, model, {opset, {}, {}});
    const auto* entry = std::get_if<const ManifestEntry*>(&found);
    return entry ? json((*entry)->entry->model_path) : json(nullptr);
}

/// Compares every answer; gives how many there were.
std::size_t compare(const ManifestDocument& document, const json& answers) {
    std::size_t count = 1;
    EXPECT_EQ(json(listed(document, {}, {})), answers["all"]);
    for (const auto& [name, expected] : answers["by_name"].items()) {
        EXPECT_EQ(json(listed(document, name, {})), expected) << name;
        ++count;
    }
    for (const auto& [tag, expected] : answers["by_tag"].items()) {
        EXPECT_EQ(json(listed(document, {}, {tag})), expected) << tag;
        ++count;
    }
    for (const auto& [name, by_tag] : answers["by_name_and_tag"].items()) {
        for (const auto& [tag, expected] : by_tag.items()) {
            EXPECT_EQ(json(listed(document, name, {tag})), expected) << name << ", " << tag;
            ++count;
        }
    }
    for (const auto& [name, by_opset] : answers["info"].items()) {
        for (const auto& [opset, expected] : by_opset.items()) {
            EXPECT_EQ(chosen(document, name, std::stoll(opset)), expected) << name << opset;
            ++count;
        }
        EXPECT_EQ(chosen(document, name, {}), answers["largest"][name]) << name;
        ++count;
    }
    return count;
}

ManifestDocument parse(const std::string& text) {
    return std::get<ManifestDocument>(parse_manifest(text));
}

TEST_F(PythonClient, AnswersEveryQuestionAboutTheZooAlike) {
    const char* corpus = std::getenv("ONNXHUB_CORPUS");
    if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS names no corpus";
    ASSERT_EQ(run_command({"git", "clone", "-q", "--bare", std::string(corpus) + "/zoo/zoo.bundle",
                           "zoo.git"},
                          folder.path())
                  .status,
              0);
    for (const char* revision : {"zoo-69c5d375", "zoo-b1eeaa1a"}) {
        const std::string text = run_command({"git", "-C", "zoo.git", "show",
                                              std::string(revision) + ":ONNX_HUB_MANIFEST.json"},
                                             folder.path())
                                     .out;
        write_file(folder.path() / "manifest.json", text);
        const std::size_t count = compare(parse(text), ask_python({"queries", "manifest.json"}));
        EXPECT_GT(count, 5000u) << revision;
    }
}

std::string entry(const std::string& model, const std::string& path, int opset,
                  const std::string& tags) {
    return R"({"model": ")" + model + R"(", "model_path": ")" + path +
           R"(", "onnx_version": "1.8", "opset_version": )" + std::to_string(opset) +
           R"(, "metadata": {"tags": [)" + tags + R"(], "model_sha": ")" + std::string(64, 'a') +
           R"(", "model_bytes": 1}})";
}

TEST_F(PythonClient, AnswersHardCasesAlike) {
    const std::string text = "[" + entry("Net", "a.onnx", 7, R"("Vision", "old")") + "," +
                             entry("Net", "b.onnx", 12, R"("vision")") + "," +
                             entry("NET", "c.onnx", 9, R"("VISION", "x")") + "," +
                             entry("Net 2", "d d.onnx", 9, "") + "]";
    write_file(folder.path() / "manifest.json", text);
    compare(parse(text), ask_python({"queries", "manifest.json"}));
}

/// Two files under one name and opset: Python takes the first, which its user can't know. Here that
/// is an error which names both.
TEST_F(PythonClient, TakesTheFirstOfSeveralWhereOursSaysThatItIsAmbiguous) {
    const std::string text =
        "[" + entry("Net", "a.onnx", 7, "") + "," + entry("Net", "b.onnx", 7, "") + "]";
    write_file(folder.path() / "manifest.json", text);
    const json answers = ask_python({"queries", "manifest.json"});
    EXPECT_EQ(answers["largest"]["Net"], "a.onnx");
    const auto found = get_model_info(parse(text), "Net", {{}, {}, {}});
    EXPECT_THAT(std::get<ModelNotFound>(found).hint, HasSubstr("a.onnx, b.onnx"));
}

/// The healthy hub behind GitHub's addresses.
class SharedCache : public PythonClient {
protected:
    SharedCache() : server([this](const ReceivedRequest& request) { return answer(request); }) {
        std::map<std::string, std::string> objects;
        for (const std::string& object : hub.objects) objects[to_hex(sha256_of(object))] = object;
        const auto add = [&](const std::string& path, const StatedContent& content) {
            pages["/media/onnx/models/main/" + path] = objects.at(to_hex(*content.sha));
        };
        for (const ManifestEntry& present : hub.document().entries) {
            add(present.entry->model_path, present.entry->content);
            if (present.entry->archive_path) {
                add(*present.entry->archive_path, present.entry->archive);
            }
        }
    }

    Answer answer(const ReceivedRequest& request) {
        if (request.path == "/raw/onnx/models/main/ONNX_HUB_MANIFEST.json") {
            return {200, hub.manifest()};
        }
        const auto found = pages.find(request.path);
        return found == pages.end() ? Answer{404, "no"} : Answer{200, found->second};
    }

    ProgramResult load(std::vector<std::string> arguments) {
        std::vector<std::string> command{"env",
                                         "ONNX_HOME=" + home(),
                                         "ONNXHUB_GITHUB_RAW_URL=" + server.url("/raw"),
                                         "ONNXHUB_GITHUB_MEDIA_URL=" + server.url("/media"),
                                         "HF_ENDPOINT=" + server.url("/none"),
                                         "no_proxy=127.0.0.1",
                                         onnxhub_program(),
                                         "load"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    json python_load(const std::string& action, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {action, server.url("/raw"), server.url("/media")});
        return ask_python(arguments);
    }

    /// Requests for files of the hub so far, the manifest not counted.
    std::size_t downloads() const {
        const auto requests = server.requests();
        return static_cast<std::size_t>(std::ranges::count_if(
            requests,
            [](const ReceivedRequest& request) { return request.path.starts_with("/media/"); }));
    }

    HubFiles hub = healthy_hub();
    std::map<std::string, std::string> pages;
    HttpServer server;
};

TEST_F(SharedCache, WhatPythonLoadedIsAHit) {
    EXPECT_THAT(python_load("load", {"mnist"})["said"].get<std::string>(),
                StartsWith("Downloading mnist"));
    EXPECT_EQ(downloads(), 1u);
    const ProgramResult ours = load({"mnist"});
    ASSERT_EQ(ours.status, 0) << ours.err;
    EXPECT_EQ(downloads(), 1u);
    EXPECT_THAT(ours.out, StartsWith(home() + "/hub/vision/digits/model/"));
}

TEST_F(SharedCache, WhatWeLoadedIsAHitForPython) {
    for (const char* opset : {"8", "12"}) {
        const ProgramResult ours = load({"MNIST", "--opset", opset});
        ASSERT_EQ(ours.status, 0) << ours.err;
        const std::size_t before = downloads();
        const json answer = python_load("load", {"MNIST", opset});
        EXPECT_EQ(answer["said"], "Using cached MNIST model from " + trimmed(ours.out) + "\n");
        EXPECT_EQ(downloads(), before);
    }
}

/// Relative paths and contents of the files below.
std::map<std::string, std::string> files_below(const fs::path& top) {
    std::map<std::string, std::string> files;
    for (const auto& file : fs::recursive_directory_iterator(top)) {
        if (file.is_regular_file()) {
            files[fs::relative(file.path(), top).string()] = read_file(file.path());
        }
    }
    return files;
}

TEST_F(SharedCache, TestDataIsSharedBothWays) {
    const json answer = python_load("test_data", {"MNIST"});
    const std::string path = answer.value("path", "");
    ASSERT_FALSE(path.empty()) << answer.dump();
    const auto files = files_below(path);
    const ProgramResult ours = load({"MNIST", "--with-test-data"});
    ASSERT_EQ(ours.status, 0) << ours.err;
    EXPECT_EQ(trimmed(ours.out), path);
    EXPECT_EQ(downloads(), 1u);

    fs::remove_all(home());
    EXPECT_EQ(trimmed(load({"MNIST", "--with-test-data"}).out), path);
    EXPECT_EQ(files_below(path), files);
    EXPECT_EQ(downloads(), 2u);
    EXPECT_EQ(python_load("test_data", {"MNIST"})["path"], path);
    EXPECT_EQ(downloads(), 2u);
}

/// A hub made by init and add, served by serve: only the base URL is another.
TEST_F(PythonClient, LoadsFromAHubThatWeServe) {
    write_file(folder.path() / "td/test_data_set_0/input_0.pb", tensor_bytes(1, {1, 4}, 16, "x"));
    write_file(folder.path() / "td/test_data_set_0/output_0.pb", tensor_bytes(1, {1, 4}, 16, "y"));
    write_file(
        folder.path() / "tiny.onnx",
        ModelBuilder().input("x", {1, 4}).node("Relu", {"x"}, {"y"}).output("y", {1, 4}).bytes());
    const std::vector<std::vector<std::string>> commands = {
        {"init", "hub"},
        {"add", "tiny.onnx", "--hub-dir", "hub", "--class", "a/b", "--test-data", "td"}};
    for (const auto& command : commands) {
        const ProgramResult result = run_onnxhub(command, folder.path());
        ASSERT_EQ(result.status, 0) << result.err;
    }
    // GitHub's layout names a branch, and what is on it is what was committed.
    for (const char* command :
         {"git -C hub add -A",
          "git -C hub -c user.name=T -c user.email=t@example.org commit -qm M"}) {
        const ProgramResult result = run_command({"bash", "-c", command}, folder.path());
        ASSERT_EQ(result.status, 0) << result.err;
    }
    RunningServer server(folder.path() / "hub", folder.path());
    const std::string media = server.url() + "/media";
    EXPECT_EQ(ask_python({"load", server.url(), media, "tiny"})["inputs"], json({"x"}));
    const fs::path unpacked =
        ask_python({"test_data", server.url(), media, "tiny"}).value("path", "");
    EXPECT_EQ(read_file(unpacked / "model.onnx"), read_file(folder.path() / "tiny.onnx"));
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(SharedCache, AnAlteredFileIsRefusedByBoth) {
    const std::string path = trimmed(load({"MNIST"}).out);
    write_file(path, "altered");
    EXPECT_THAT(python_load("load", {"MNIST"}).value("error", ""), HasSubstr("SHA256"));
    const ProgramResult ours = load({"MNIST"});
    EXPECT_EQ(ours.status, 2);
    EXPECT_THAT(ours.err, HasSubstr("--force-reload"));
}

}  // namespace
}  // namespace onnxhub::test
