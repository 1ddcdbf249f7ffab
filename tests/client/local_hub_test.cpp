// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/local_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::RepositoryBuilder;
using test::TemporaryFolder;
using test::write_file;
using testing::HasSubstr;

const std::string local_model(5000, 'm');

/// Bytes of the first place that has them right; "" when none has.
std::string bytes_of(const LocalHub& hub, const std::string& path = "a/m.onnx") {
    for (const auto& found : hub.find(path, sha256_of(local_model), local_model.size())) {
        if (!found.source) continue;
        const std::string text = read_whole(*found.source, 1 << 20, path);
        if (text == local_model) return text;
    }
    return "";
}

std::string error(const std::string& location) {
    try {
        LocalHub(location).manifest();
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

TEST(LocalHub, AFolderIsReadAsItStands) {
    TemporaryFolder folder;
    write_file(folder.path() / "hub:1/ONNX_HUB_MANIFEST.json", "[]");
    write_file(folder.path() / "hub:1/a/m.onnx", local_model);
    const LocalHub hub((folder.path() / "hub:1").string());
    EXPECT_EQ(hub.manifest(), "[]");
    EXPECT_EQ(hub.commit(), std::nullopt);
    EXPECT_EQ(bytes_of(hub), local_model);
}

TEST(LocalHub, PointersOfAWorkingTreeLeadIntoTheLfsStore) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[]")
        .write_pointer("a/m.onnx", local_model)
        .commit("Model");
    const LocalHub hub(repository.path().string());
    EXPECT_EQ(bytes_of(hub), "");
    repository.add_lfs_object(local_model);
    EXPECT_EQ(bytes_of(hub), local_model);
}

TEST(LocalHub, BareRepositoriesAreReadAtARef) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[1]").write("a/m.onnx", "old").commit("Old");
    ASSERT_EQ(test::run_command({"git", "tag", "v1"}, repository.path()).status, 0);
    repository.write("ONNX_HUB_MANIFEST.json", "[2]").write("a/m.onnx", local_model).commit("New");
    TemporaryFolder folder;
    ASSERT_EQ(
        test::run_command({"git", "clone", "-q", "--bare", repository.path().string(), "hub.git"},
                          folder.path())
            .status,
        0);
    const std::string bare = (folder.path() / "hub.git").string();
    EXPECT_EQ(LocalHub(bare).manifest(), "[2]");
    EXPECT_EQ(bytes_of(LocalHub(bare)), local_model);
    EXPECT_EQ(LocalHub(bare + ":v1").manifest(), "[1]");
    EXPECT_EQ(bytes_of(LocalHub(bare + ":v1")), "");
    EXPECT_EQ(LocalHub(bare + ":v1").commit()->size(), 40u);
    EXPECT_EQ(LocalHub(repository.path().string() + ":v1").manifest(), "[1]");
    EXPECT_THAT(error(bare + ":none"), HasSubstr("none"));
}

TEST(LocalHub, ABareRepositoryNeedsNoConfiguration) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[1]")
        .write("a/m.onnx", local_model)
        .commit("Model");
    TemporaryFolder folder;
    ASSERT_EQ(
        test::run_command({"git", "clone", "-q", "--bare", repository.path().string(), "repo"},
                          folder.path())
            .status,
        0);
    fs::remove(folder.path() / "repo/config");
    for (const std::string& location :
         {(folder.path() / "repo").string(), (folder.path() / "repo").string() + "/",
          (folder.path() / "repo").string() + ":HEAD"}) {
        EXPECT_EQ(error(location), "");
        EXPECT_EQ(bytes_of(LocalHub(location)), local_model) << location;
    }
    // A .git folder without a configuration still belongs to its working tree.
    fs::remove(repository.path() / ".git/config");
    EXPECT_EQ(LocalHub(repository.path().string()).commit(), std::nullopt);
    EXPECT_EQ(bytes_of(LocalHub(repository.path().string())), local_model);
}

TEST(LocalHub, LinksOutOfTheHubAreNotFollowed) {
    TemporaryFolder folder;
    write_file(folder.path() / "secret", local_model);
    fs::create_directories(folder.path() / "hub/a");
    fs::create_symlink("../../secret", folder.path() / "hub/a/m.onnx");
    EXPECT_EQ(bytes_of(LocalHub((folder.path() / "hub").string())), "");
}

TEST(LocalHub, WhatIsNoHubIsSaid) {
    TemporaryFolder folder;
    EXPECT_THAT(error((folder.path() / "none").string()), HasSubstr("none: does not exist; name"));
    EXPECT_THAT(error(folder.path().string()), HasSubstr("ONNX_HUB_MANIFEST.json: does not exist"));
    EXPECT_THAT(error(folder.path().string() + ":main"), HasSubstr("is not a git repository"));
}

}  // namespace
}  // namespace onnxhub
