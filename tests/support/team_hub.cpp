// SPDX-License-Identifier: Apache-2.0
#include "tests/support/team_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/archive_builder.h"
#include "tests/support/hub_folder.h"
#include "tests/support/model_builder.h"

namespace onnxhub::test {

namespace fs = std::filesystem;

TeamHub::TeamHub() {
    done({"init", "hub"});
}

ProgramResult TeamHub::onnxhub(std::vector<std::string> arguments) const {
    std::vector<std::string> command{"env", "HOME=" + folder.path().string(), onnxhub_program()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command, folder.path());
}

ProgramResult TeamHub::onnxhub_in(const std::string& subfolder,
                                  std::vector<std::string> arguments) const {
    std::vector<std::string> command{"env", "HOME=" + folder.path().string(), onnxhub_program()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command, hub / subfolder);
}

ProgramResult TeamHub::done(std::vector<std::string> arguments) const {
    const std::string call = testing::PrintToString(arguments);
    ProgramResult result = onnxhub(std::move(arguments));
    EXPECT_EQ(result.status, 0) << call << "\n" << result.out << result.err;
    return result;
}

void TeamHub::refused(std::vector<std::string> arguments, const std::string& reason) const {
    const auto before = content_of(hub);
    const ProgramResult result = onnxhub(std::move(arguments));
    EXPECT_EQ(result.status, 2) << reason << "\n" << result.out << result.err;
    EXPECT_EQ(result.out, "") << reason;
    EXPECT_THAT(result.err, testing::AllOf(testing::StartsWith("onnxhub: error: "),
                                           testing::HasSubstr(reason)));
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_TRUE(content_of(hub) == before) << reason;
}

void TeamHub::expect_valid() const {
    const ProgramResult result = onnxhub({"validate", "hub", "--fail-on", "warning"});
    EXPECT_EQ(result.status, 0) << result.out << result.err;
    const ProgramResult check = onnxhub({"generate", "hub", "--check"});
    EXPECT_EQ(check.status, 0) << check.out << check.err;
}

std::string TeamHub::model(const std::string& path, const std::string& op,
                           std::int64_t opset) const {
    ModelBuilder builder(opset);
    builder.input("x", {1, 4}).node(op, {"x"}, {"y"}).output("y", {1, 4});
    write_file(folder.path() / path, builder.bytes());
    return path;
}

std::string TeamHub::model_with_weights(const std::string& path, const std::string& location,
                                        const std::string& weights,
                                        const std::string& graph) const {
    ModelBuilder builder;
    builder.input("x", {2}).external_initializer("w", {2}, location);
    builder.node("Add", {"x", "w"}, {"y"}).output("y", {2});
    builder.proto().mutable_graph()->set_name(graph);
    write_file(folder.path() / path, builder.bytes());
    write_file((folder.path() / path).parent_path() / location, weights);
    return path;
}

std::string TeamHub::test_data(const std::string& path) const {
    for (const char* name : {"input_0.pb", "output_0.pb"}) {
        write_file(folder.path() / path / "test_data_set_0" / name, tensor_bytes(1, {2}, 8));
    }
    return path;
}

void TeamHub::git(std::vector<std::string> arguments) const {
    std::vector<std::string> command{"git", "-c", "user.name=n", "-c", "user.email=e@example.org"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const ProgramResult result = run_command(command, hub);
    EXPECT_EQ(result.status, 0) << result.err;
}

void TeamHub::commit() const {
    git({"add", "-A"});
    git({"commit", "-q", "-m", "change", "--allow-empty"});
}

nlohmann::json TeamHub::manifest() const {
    return nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
}

std::vector<std::string> TeamHub::entries() const {
    std::vector<std::string> names;
    for (const auto& entry : manifest()) {
        names.push_back(entry.at("model").get<std::string>() + " " +
                        entry.at("model_path").get<std::string>());
    }
    return names;
}

bool TeamHub::has(const std::string& path) const {
    return fs::exists(fs::symlink_status(hub / path));
}

}  // namespace onnxhub::test
