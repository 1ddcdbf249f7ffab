// SPDX-License-Identifier: Apache-2.0
// Commands that read a hub of many models: their memory does not grow with the manifest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/utc_time.h"
#include "tests/support/http_server.h"
#include "tests/support/numbered_models.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signed_hub.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__)
constexpr long most_memory_kib = 512 * 1024;  // freed memory is kept for a while
constexpr int model_count = 10'000;
#else
constexpr long most_memory_kib = 64 * 1024;
constexpr int model_count = 20'000;
#endif

/// Runs a command and prints its peak resident memory on the last line of standard error, in KiB.
constexpr const char* measure =
    "import resource, subprocess, sys\n"
    "status = subprocess.run(sys.argv[1:]).returncode\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
    "sys.exit(status)\n";

/// Some 20 MB, which take more than 100 MiB of memory as a whole.
std::string large_manifest() {
    return manifest_of_models(model_count, [](int i, Entry& entry) {
        entry.tags = {i % 2 == 0 ? "vision" : "text"};
        entry.io_ports = IoPorts{{{"input", {std::int64_t{1}, std::int64_t{3}}, "tensor(float)"}},
                                 {{"output", {std::int64_t{1}}, "tensor(float)"}}};
    });
}

class LargeHub : public testing::Test {
protected:
    static void SetUpTestSuite() { manifest_ = new std::string(large_manifest()); }
    static void TearDownTestSuite() {
        delete manifest_;
        manifest_ = nullptr;
    }

    LargeHub() { write_file(hub() / "ONNX_HUB_MANIFEST.json", *manifest_); }

    std::filesystem::path hub() const { return folder.path() / "hub"; }

    ProgramResult run(std::vector<std::string> arguments) {
        std::vector<std::string> command{"env",
                                         "HOME=" + folder.path().string(),
                                         "XDG_STATE_HOME=",
                                         "XDG_CACHE_HOME=",
                                         "XDG_CONFIG_HOME=",
                                         "ONNX_HOME=",
                                         "python3",
                                         "-c",
                                         measure,
                                         onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        ProgramResult result = run_command(command, folder.path());
        EXPECT_EQ(result.status, 0) << result.err;
        const std::size_t line = result.err.rfind('\n', result.err.size() - 2);
        EXPECT_LT(std::atol(result.err.c_str() + line + 1), most_memory_kib) << arguments[0];
        return result;
    }

    static const std::string* manifest_;
    TemporaryFolder folder;
};

const std::string* LargeHub::manifest_ = nullptr;

TEST_F(LargeHub, IsListedInBoundedMemory) {
    const std::string all = std::to_string(model_count);
    const ProgramResult table = run({"list", "--hub", "./hub"});
    EXPECT_EQ(std::ranges::count(table.out, '\n'), model_count + 1);
    EXPECT_THAT(table.err, HasSubstr(all + " of " + all + " models"));
    EXPECT_TRUE(run({"list", "--hub", "./hub", "--json"}).out == *manifest_ + "\n");
    const ProgramResult tag = run({"list", "--hub", "./hub", "--tag", "vision", "--limit", "2"});
    EXPECT_THAT(tag.out, HasSubstr("model-1 "));
    EXPECT_THAT(tag.err, HasSubstr(std::to_string(model_count / 2) + " models match"));
    EXPECT_THAT(run({"list", "--hub", "./hub", "--tag", "visoin"}).err,
                HasSubstr("did you mean vision?"));
}

TEST_F(LargeHub, IsAskedForOneModelInBoundedMemory) {
    EXPECT_THAT(run({"info", "model-4999", "--hub", "./hub"}).out, HasSubstr("m/9999.onnx"));
    EXPECT_THAT(run({"search", "model-4999", "--hub", "./hub"}).out, HasSubstr("model-4999"));
    write_file(hub() / "m/9999.onnx", "the model");
    write_file(hub() / "m/1.onnx", "the model");
    EXPECT_THAT(run({"load", "model-4999", "model-0", "--hub", "./hub", "--trust"}).out,
                HasSubstr("9999.onnx\n"));
}

/// Root, statement and the key of the root.
std::map<std::string, std::string> signing_files(const std::string& manifest) {
    HubStatement statement = sample_statement_of_hub();
    statement.manifest = sha256_of(manifest);
    statement.issued = seconds_since_1970() - seconds_of_a_day;
    statement.expires = statement.issued + 2 * seconds_of_a_day;
    return {{root_path(1), sign_root(sample_root(), pool_keys({0}))},
            {std::string(hub_statement_name), sign_statement(statement, pool_keys({1}))}};
}

TEST_F(LargeHub, ThatIsPinnedIsReadInBoundedMemory) {
    const auto files = signing_files(*manifest_);
    for (const auto& [path, text] : files) write_file(hub() / path, text);
    write_file(folder.path() / "acme.pub", pool_key(0).public_key().pem());
    HttpServer server([&](const ReceivedRequest& request) -> Answer {
        const std::string path = request.path.substr(std::string("/hub/").size());
        if (path == "ONNX_HUB_MANIFEST.json") return {200, *manifest_};
        const auto found = files.find(path);
        return found == files.end() ? Answer{404, ""} : Answer{200, found->second};
    });
    const std::string all = std::to_string(model_count);
    for (const std::string& place : {std::string("./hub"), server.url("/hub")}) {
        SCOPED_TRACE(place);
        run({"trust", "add", place, "--key", "acme.pub"});
        EXPECT_THAT(run({"info", "model-4999", "--hub", place}).out, HasSubstr("m/9999.onnx"));
        EXPECT_THAT(run({"list", "--hub", place}).err, HasSubstr(all + " of " + all + " models"));
    }
}

TEST_F(LargeHub, OnTheWebIsReadInBoundedMemory) {
    int status = 200;
    HttpServer server([&](const ReceivedRequest& request) -> Answer {
        if (request.path.ends_with(".onnx")) return {200, "the model"};
        if (!request.path.ends_with("/ONNX_HUB_MANIFEST.json")) return {404, ""};
        if (request.header("if-none-match")) return {304, ""};
        return {status, *manifest_, {{"ETag", "\"one\""}}};
    });
    const std::string url = server.url("/hub");
    const std::string wanted = run({"info", "model-4999", "--hub", url}).out;
    EXPECT_THAT(wanted, HasSubstr("m/9999.onnx"));
    EXPECT_EQ(run({"info", "model-4999", "--hub", url}).out, wanted) << "not modified";
    EXPECT_EQ(run({"info", "model-4999", "--hub", url, "--offline"}).out, wanted);
    EXPECT_TRUE(run({"list", "--json", "--hub", url}).out == *manifest_ + "\n");
    EXPECT_THAT(run({"load", "model-4999", "--hub", url, "--trust"}).out, HasSubstr("9999.onnx\n"));
}

}  // namespace
}  // namespace onnxhub::test
