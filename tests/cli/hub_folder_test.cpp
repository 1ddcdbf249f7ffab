// SPDX-License-Identifier: Apache-2.0
// The hub that commands work on: named, or found from the current directory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "repository/hub_location.h"
#include "tests/support/hub_files.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::array<std::string_view, 2> hub_marks{"ONNX_HUB_MANIFEST.json", "onnxhub.toml"};

TEST(EnclosingHub, IsTheNearestFolderWithAManifestOrSettings) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[]").write("a/b/c/README.md", "text");
    repository.write("a/onnxhub.toml", "").commit("Two hubs");
    const fs::path top = repository.path();
    EXPECT_EQ(enclosing_hub(top, hub_marks), top);
    EXPECT_EQ(enclosing_hub(top / "a", hub_marks), top / "a");
    EXPECT_EQ(enclosing_hub(top / "a/b/c", hub_marks), top / "a/b/c/../..");
    fs::remove(top / "a/onnxhub.toml");
    EXPECT_EQ(enclosing_hub(top / "a/b", hub_marks), top / "a/b/../..");
    fs::remove(top / "ONNX_HUB_MANIFEST.json");
    EXPECT_EQ(enclosing_hub(top / "a/b", hub_marks), top / "a/b");
}

/// In a shared folder such as /tmp, anyone could write a manifest above.
TEST(EnclosingHub, IsNotOutsideOfTheRepository) {
    const TemporaryFolder folder;
    write_file(folder.path() / "ONNX_HUB_MANIFEST.json", "[]");
    write_file(folder.path() / "plain/file", "text");
    EXPECT_EQ(enclosing_hub(folder.path() / "plain", hub_marks), folder.path() / "plain");
    EXPECT_EQ(run_command({"git", "init", "-q", "inner"}, folder.path()).status, 0);
    write_file(folder.path() / "inner/a/file", "text");
    EXPECT_EQ(enclosing_hub(folder.path() / "inner/a", hub_marks), folder.path() / "inner/a");
}

class HubFolderOption : public testing::Test {
protected:
    HubFolderOption() {
        const HubFiles hub = healthy_hub();
        for (const auto& [path, content] : hub.files) repository.write(path, content);
        for (const std::string& object : hub.objects) repository.add_lfs_object(object);
        repository.commit("Add a hub");
    }

    ProgramResult run(const std::vector<std::string>& arguments, const std::string& folder) const {
        return run_onnxhub(arguments, repository.path() / folder);
    }

    RepositoryBuilder repository;
};

TEST_F(HubFolderOption, CommandsFindTheHubAboveTheCurrentDirectory) {
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"generate", "--check"},
                                               {"validate"},
                                               {"sources"},
                                               {"diff"},
                                               {"list"},
                                               {"info", "BERT"}}) {
        const ProgramResult at_top = run(command, ".");
        const ProgramResult below = run(command, "vision/digits");
        EXPECT_EQ(at_top.status, 0) << command[0] << at_top.err;
        EXPECT_EQ(below.status, at_top.status) << command[0] << below.err;
        EXPECT_EQ(below.out, at_top.out) << command[0];
        EXPECT_THAT(below.err, HasSubstr("the hub is ../..")) << command[0];
        EXPECT_THAT(at_top.err, Not(HasSubstr("the hub is ."))) << command[0];
    }
    fs::create_directories(repository.path() / "vision/out");
    EXPECT_EQ(run({"export", "--to", "../site", "--allow-missing"}, "vision/digits").status, 2)
        << "inside the hub";
    const TemporaryFolder out;
    const ProgramResult exported =
        run({"export", "--to", (out.path() / "site").string(), "--allow-missing"}, "vision/digits");
    EXPECT_EQ(exported.status, 0) << exported.err;
    EXPECT_TRUE(fs::exists(out.path() / "site/ONNX_HUB_MANIFEST.json"));
    const ProgramResult bundled =
        run({"bundle", "create", "--to", (out.path() / "hub.tar").string()}, "vision/digits");
    EXPECT_EQ(bundled.status, 0) << bundled.err;
}

/// A named directory is taken as it is, "." too.
TEST_F(HubFolderOption, ANamedDirectoryIsTheHub) {
    const ProgramResult here = run({"validate", "."}, "vision/digits");
    EXPECT_EQ(here.status, 2) << here.out;
    EXPECT_EQ(run({"validate", "../.."}, "vision/digits").status, 0);
    EXPECT_EQ(run({"diff", "--folder", "../.."}, "vision/digits").status, 0);
}

TEST_F(HubFolderOption, AddTakesTheHubAsItsLastArgument) {
    const TemporaryFolder elsewhere;
    write_file(
        elsewhere.path() / "new.onnx",
        ModelBuilder(12).input("x", {1, 4}).node("Relu", {"x"}, {"y"}).output("y", {1, 4}).bytes());
    const std::string hub = repository.path().string();
    ProgramResult result =
        run_onnxhub({"add", "new.onnx", hub, "--class", "vision/digits"}, elsewhere.path());
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(fs::exists(repository.path() / "vision/digits/model/new.onnx"));
    result = run_onnxhub({"add", "new.onnx", "--hub-dir", hub, "--class", "vision/faces"},
                         elsewhere.path());
    EXPECT_THAT(result.err, Not(HasSubstr("there is no option")));
}

TEST_F(HubFolderOption, ListInsideAHubMeansThatHub) {
    const ProgramResult result = run({"list", "--json"}, ".");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("\"model\": \"MNIST-int8\""));
    EXPECT_THAT(result.err, AllOf(HasSubstr("the hub is this directory"),
                                  HasSubstr("--hub onnx/models is the official one")));
    EXPECT_EQ(run({"list", "--format", "json"}, ".").out, result.out);
    EXPECT_EQ(run({"list", "--json", "--format", "table"}, ".").status, 2);
}

TEST_F(HubFolderOption, RefsOfLocalRepositoriesAreHubs) {
    for (const char* spec : {".:main", "./:main", "."}) {
        const ProgramResult result = run({"list", "--hub", spec}, ".");
        EXPECT_EQ(result.status, 0) << spec << result.err;
        EXPECT_THAT(result.err, HasSubstr("12 of 12 models")) << spec;
    }
    const TemporaryFolder elsewhere;
    ASSERT_EQ(run_command({"git", "clone", "-q", "--bare", repository.path().string(), "zoo.git"},
                          elsewhere.path())
                  .status,
              0);
    for (const char* spec : {"zoo.git", "zoo.git:main"}) {
        const ProgramResult result = run_onnxhub({"list", "--hub", spec}, elsewhere.path());
        EXPECT_EQ(result.status, 0) << spec << result.err;
    }
}

TEST_F(HubFolderOption, LoadingFromARefSaysNothingOfPointers) {
    const TemporaryFolder cache;
    const auto load = [&] {
        return run(
            {"load", "MNIST-int8", "--hub", ".:main", "--trust", "--cache", cache.path().string()},
            ".");
    };
    const ProgramResult result = load();
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("pointer")));
    fs::remove_all(cache.path() / "vision");
    fs::remove_all(repository.path() / ".git/lfs");
    const ProgramResult missing = load();
    EXPECT_EQ(missing.status, 2);
    EXPECT_THAT(missing.err, HasSubstr("sends a Git LFS pointer instead of the file"));
}

TEST_F(HubFolderOption, ListsAreSeparatedByCommas) {
    const auto models = [&](const std::vector<std::string>& options) {
        std::vector<std::string> command{"list", "--json"};
        command.insert(command.end(), options.begin(), options.end());
        return run(command, ".").out;
    };
    const std::string both = models({"--tag", "digits", "--tag", "words"});
    EXPECT_THAT(both, AllOf(HasSubstr("MNIST"), HasSubstr("BERT")));
    EXPECT_EQ(models({"--tag", "digits,words"}), both);
    const ProgramResult rules =
        run({"validate", "--select", "files,model-sha-differs", "--ignore", "graph,archive"}, ".");
    EXPECT_EQ(rules.status, 0) << rules.err;
    EXPECT_THAT(run({"validate", "--select", "files,grahp"}, ".").err,
                HasSubstr("there is no rule or family \"grahp\""));
}

}  // namespace
}  // namespace onnxhub::test
