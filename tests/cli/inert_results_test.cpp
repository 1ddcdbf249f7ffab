// SPDX-License-Identifier: Apache-2.0
// Results that quote a hub or a model: list, info, inspect, cache, load. Names that contain
// commands for a terminal or a workflow runner must be escaped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/digest.h"
#include "cli/command.h"
#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> hostile_result_names{"##[error]forged",
                                                    "::error::forged",
                                                    "  ::warning::forged",
                                                    "\x1b]0;forged\x07",
                                                    "a\n::error::b",
                                                    "\xe2\x80\xae"
                                                    "forged"};

class InertResults : public testing::Test {
protected:
    /// A hub whose names are hostile and whose model can be loaded.
    void SetUp() override {
        Json entries = Json::array();
        for (const std::string& name : hostile_result_names) {
            entries.push_back({{"model", name},
                               {"model_path", "##[error]x/model.onnx"},
                               {"onnx_version", name},
                               {"opset_version", 13},
                               {"metadata",
                                {{"tags", {name}},
                                 {"model_sha", to_hex(sha256_of(small_model()))},
                                 {"model_bytes", small_model().size()}}}});
        }
        write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", entries.dump());
        write_file(folder.path() / "hub/##[error]x/model.onnx", small_model());
    }

    ProgramResult onnxhub(std::vector<std::string> arguments) {
        return run_onnxhub(std::move(arguments), folder.path());
    }

    /// Returns the command's result. It must not be empty and must not contain commands.
    std::string escaped_output(const std::vector<std::string>& arguments) {
        const ProgramResult result = onnxhub(arguments);
        EXPECT_EQ(result.status, 0) << arguments[0] << ": " << result.err;
        EXPECT_THAT(result.out, Not(IsEmpty())) << arguments[0];
        for (const std::string& text : {result.out, result.err}) {
            EXPECT_THAT(text, Not(HasSubstr("##["))) << arguments[0];
            EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << arguments[0];
            EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae"))) << arguments[0];
            std::istringstream lines(text);
            for (std::string line; std::getline(lines, line);) {
                line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
                EXPECT_THAT(line, Not(StartsWith("::"))) << arguments[0];
            }
        }
        return result.out;
    }

    TemporaryFolder folder;
    const std::vector<std::string> hub = {"--hub", "./hub", "--cache", "cache"};
};

TEST_F(InertResults, ListsAndFactsOfAHub) {
    EXPECT_THAT(escaped_output({"list", "--hub", "./hub"}), HasSubstr("forged"));
    const Json list = Json::parse(escaped_output({"list", "--hub", "./hub", "--format", "json"}));
    EXPECT_EQ(list.at(0).at("model"), hostile_result_names[0]);
    for (const std::string& name : hostile_result_names) {
        escaped_output({"info", name, "--hub", "./hub"});
        EXPECT_EQ(
            Json::parse(escaped_output({"info", name, "--hub", "./hub", "--json"})).at("model"),
            name);
    }
}

TEST_F(InertResults, LoadedFilesAndTheCache) {
    const auto with_hub = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), hub.begin(), hub.end());
        return arguments;
    };
    escaped_output(with_hub({"load", hostile_result_names[0]}));
    escaped_output(with_hub({"load", hostile_result_names[1], "--json"}));
    escaped_output(with_hub({"lock", hostile_result_names[0], "-o", "-"}));
    escaped_output({"cache", "list", "--cache", "cache"});
    escaped_output({"cache", "list", "--format", "json", "--cache", "cache"});
    escaped_output({"cache", "prune", "--max-size", "0", "--cache", "cache"});
}

TEST_F(InertResults, WhatIsInsideAModel) {
    ModelBuilder model;
    for (const std::string& name : hostile_result_names) {
        model.input(name, {name, 4}).node("##[error]Op", {name}, {name + "y"}, "::domain");
        model.output(name + "y", {1, 4});
    }
    model.proto().set_producer_name("##[error]producer");
    model.proto().mutable_graph()->set_name("::error::graph");
    write_file(folder.path() / "::error::m.onnx", model.bytes());
    EXPECT_THAT(escaped_output({"inspect", "::error::m.onnx"}), HasSubstr("producer"));
    EXPECT_THAT(escaped_output({"inspect", "::error::m.onnx", "--ports"}), HasSubstr("forged"));
    const Json facts = Json::parse(escaped_output({"inspect", "::error::m.onnx", "--json"}));
    EXPECT_EQ(facts.at("producer_name"), "##[error]producer");
}

TEST_F(InertResults, EveryErrorIsOneLineOfText) {
    std::ostringstream err;
    print_error(err, "broken \x1b[31m##[error]\n::error::name");
    EXPECT_EQ(err.str(), "onnxhub: error: broken \\x1b[31m#\\x23[error]\\x0a::error::name\n");
    EXPECT_EQ(escaped_line(escaped_line(err.str())), escaped_line(err.str()));
}

}  // namespace
}  // namespace onnxhub::test
