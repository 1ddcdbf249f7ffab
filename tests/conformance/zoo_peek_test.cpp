// SPDX-License-Identifier: Apache-2.0
// The official zoo from a bare clone without a single model: graphs come from a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "repository/lfs_pointer.h"
#include "tests/support/environment_variable.h"
#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/range_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* zoo_tag = "zoo-69c5d375";
/// A model of exactly `size_bytes`, most of it a description behind the graph.
std::string model_of_size(const std::string& input, std::uint64_t size_bytes) {
    const std::string model = ModelBuilder()
                                  .input(input, {1, 3, 224, 224})
                                  .node("Relu", {input}, {"y"})
                                  .output("y", {1, 3, 224, 224})
                                  .bytes();
    std::uint64_t length = size_bytes - model.size() - 1 - 4;  // of a varint of four bytes
    std::string field = "\x32";
    for (int i = 0; i < 4; ++i) {
        field += static_cast<char>((length & 0x7f) | (i < 3 ? 0x80 : 0));
        length >>= 7;
    }
    return model + field + std::string(size_bytes - model.size() - field.size(), ' ');
}

class ZooPeek : public testing::Test {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        const std::string bundle = fs::path(corpus) / "zoo/zoo.bundle";
        ASSERT_EQ(git({"clone", "-q", "--bare", bundle, "."}).status, 0);
        git({"config", "lfs.url", server_.lfs_url()});
        write_file(settings_.path() / "config.toml",
                   "[network]\nallow = [\"" + server_.host() + "\"]\n");
    }

    ProgramResult git(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "git");
        return run_command(arguments, folder_.path());
    }

    /// Puts a model of the right size behind the pointer of this file.
    void serve(const std::string& file) {
        const std::string path = "vision/body_analysis/age_gender/models/" + file;
        const auto parsed = parse_lfs_pointer(git({"show", std::string(zoo_tag) + ":" + path}).out);
        ASSERT_TRUE(std::holds_alternative<LfsPointer>(parsed)) << path;
        const auto& pointer = std::get<LfsPointer>(parsed);
        server_.add_object(pointer.oid, model_of_size("of_" + file, pointer.size_bytes));
    }

    TemporaryFolder folder_;
    TemporaryFolder settings_;
    EnvironmentVariable config_{"ONNXHUB_CONFIG", settings_.path() / "config.toml"};
    EnvironmentVariable state_{"XDG_STATE_HOME", settings_.path() / "state"};
    RangeServer server_;
};

TEST_F(ZooPeek, EntriesAreCompleteForWhatTheServerHasAndTheOthersAreReported) {
    for (const char* file : {"age_googlenet.onnx", "gender_googlenet.onnx"}) serve(file);
    const ProgramResult result =
        run_onnxhub({"generate", "--rev", zoo_tag, "--peek"}, folder_.path());
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, AllOf(HasSubstr("graphs read from servers: 2 models"),
                                  HasSubstr("(and of 24 other models) was not read: the Git LFS "
                                            "server does not have the object"),
                                  HasSubstr("2 peeked, 162 carried, 25 missing")));
    EXPECT_EQ(server_.count("/lfs/"), 1U);
    EXPECT_LT(server_.range_bytes(), 2U * 64 * 1024);
    std::size_t complete = 0, peeked = 0;
    const Json manifest = Json::parse(result.out);
    EXPECT_EQ(manifest.size(), 189U);
    for (const Json& entry : manifest) {
        const Json& metadata = entry.at("metadata");
        if (!metadata.contains("io_ports")) continue;
        ++complete;
        const std::string input = metadata["io_ports"]["inputs"][0]["name"];
        peeked += input.starts_with("of_");
    }
    EXPECT_EQ(complete, 164U);
    EXPECT_EQ(peeked, 2U);
}

TEST_F(ZooPeek, AllPointersAreAskedAboutInTwoRequests) {
    serve("age_googlenet.onnx");
    const ProgramResult result =
        run_onnxhub({"validate", "--rev", zoo_tag, "--peek"}, folder_.path());
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(server_.count("/lfs/"), 2U) << "for 189 models";
    EXPECT_THAT(result.err, HasSubstr("graphs read from servers: 1 model"));
    EXPECT_THAT(result.err, HasSubstr("were not read, so they were not checked"));
}

}  // namespace
}  // namespace onnxhub::test
