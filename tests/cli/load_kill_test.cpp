// SPDX-License-Identifier: Apache-2.0
// `onnxhub load`, killed at random moments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <random>

#include "base/digest.h"
#include "tests/support/http_server.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

std::string make_model() {
    std::string bytes(1 << 18, '\0');
    std::minstd_rand random(7);
    for (char& c : bytes) c = static_cast<char>(random() >> 8);
    return bytes;
}

std::string kill_manifest(const std::string& model) {
    return R"([{"model": "M", "model_path": "a/m.onnx", "onnx_version": "1.9", )"
           R"("opset_version": 12, "metadata": {"model_sha": ")" +
           to_hex(sha256_of(model)) + R"(", "model_bytes": )" + std::to_string(model.size()) +
           R"(, "tags": []}}])";
}

/// Sends the file in about 80 ms and supports ranges.
Answer answer(const ReceivedRequest& request, const std::string& model) {
    if (request.path.ends_with(".json")) return {200, kill_manifest(model)};
    Answer answer{200, model, {{"ETag", "\"v\""}}};
    answer.piece_bytes = 32 * 1024;
    answer.pause = std::chrono::milliseconds(1);
    if (const std::string* range = request.header("range")) {
        std::size_t start = 0;
        std::from_chars(range->data() + 6, range->data() + range->size(), start);
        answer.status = 206;
        answer.body = model.substr(start);
        answer.headers.emplace_back("Content-Range", "bytes " + std::to_string(start) + "-" +
                                                         std::to_string(model.size() - 1) + "/" +
                                                         std::to_string(model.size()));
    }
    return answer;
}

TEST(LoadKilled, TwoHundredTimesLeavesNoWrongFileAndTheNextRunCompletes) {
    const std::string model = make_model();
    HttpServer server([&](const ReceivedRequest& request) { return answer(request, model); });
    TemporaryFolder folder;
    const fs::path path = folder.path() / "cache/a" / (to_hex(sha256_of(model)) + "_m.onnx");
    const std::vector<std::string> load{onnxhub_program(),  "load",    "M",       "--hub",
                                        server.url("/hub"), "--trust", "--cache", "cache"};
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(run_command(load, folder.path()).status, 0);
    const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
    fs::remove(path);
    std::minstd_rand random(42);
    int finished = 0, resumed = 0;
    for (int i = 0; i < 200; ++i) {
        const double part = 0.2 + 0.9 * static_cast<double>(random() % 1000) / 1000;
        std::vector<std::string> command{"timeout", "-s", "KILL",
                                         std::to_string(whole.count() * part)};
        command.insert(command.end(), load.begin(), load.end());
        run_command(command, folder.path());
        if (!fs::exists(path)) continue;
        ASSERT_EQ(read_file(path), model) << "after kill " << i;
        fs::remove(path);
        ++finished;
    }
    for (const ReceivedRequest& request : server.requests())
        resumed += request.header("range") != nullptr;
    const ProgramResult last = run_command(load, folder.path());
    EXPECT_EQ(last.status, 0) << last.err;
    EXPECT_EQ(read_file(path), model);
    for (const auto& file : fs::directory_iterator(path.parent_path())) {
        EXPECT_EQ(file.path(), path) << "left behind";
    }
    RecordProperty("finished_before_the_kill", finished);
    EXPECT_GT(resumed, 0) << "no kill came in the middle of a transfer";
    EXPECT_LT(finished, 200);
}

}  // namespace
}  // namespace onnxhub::test
