// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string entry(const std::string& name, char digit) {
    return R"({"model": ")" + name + R"(", "model_path": ")" + name +
           R"(.onnx", "onnx_version": "1.9", "opset_version": 12, "metadata": {"model_sha": ")" +
           std::string(64, digit) + R"("}})";
}

std::string text_of(const HistoryEntry& change) {
    return (change.is_new ? "new " : "changed ") + change.path + " " + change.sha.substr(0, 1);
}

std::vector<std::string> texts_of(const std::vector<HistoryEntry>& changes) {
    std::vector<std::string> texts;
    for (const HistoryEntry& change : changes) texts.push_back(text_of(change));
    return texts;
}

class HubHistory : public testing::Test {
protected:
    std::string commit(const std::string& manifest) {
        return repository.write("ONNX_HUB_MANIFEST.json", manifest).commit("Models");
    }

    RepositoryBuilder repository;
};

TEST_F(HubHistory, SaysWhichCommitBroughtAModel) {
    repository.write("README.md", "no models yet").commit("First");
    const std::string first = commit("[" + entry("a", '1') + "," + entry("gone", '9') + "]");
    repository.write("README.md", "another text").commit("Text");
    const std::string second = commit("[" + entry("a", '2') + "," + entry("b", '3') + "]");
    const auto changes = hub_history(repository.path().string());
    EXPECT_THAT(texts_of(changes),
                testing::ElementsAre("changed a.onnx 2", "new b.onnx 3", "new a.onnx 1"));
    ASSERT_THAT(changes, SizeIs(3));
    EXPECT_EQ(changes[0].commit, second);
    EXPECT_EQ(changes[2].commit, first) << "not the later commit with the same manifest";
    EXPECT_GT(changes[0].seconds, 0);
    EXPECT_THAT(hub_history(repository.bare_clone().string() + ":HEAD~1"), SizeIs(2))
        << "a revision has the history that led to it";
}

TEST_F(HubHistory, AHubBelowTheTopHasTheHistoryOfItsOwnManifest) {
    commit("[" + entry("other", '1') + "]");
    const std::string own = repository.write("hub/README.md", "")
                                .write("hub/ONNX_HUB_MANIFEST.json", "[" + entry("a", '2') + "]")
                                .commit("A hub");
    const auto changes = hub_history((repository.path() / "hub").string());
    ASSERT_THAT(texts_of(changes), testing::ElementsAre("new a.onnx 2"));
    EXPECT_EQ(changes[0].commit, own);
}

TEST_F(HubHistory, WhatCannotBeReadIsUnknown) {
    EXPECT_THAT(hub_history("/nowhere"), IsEmpty());
    const TemporaryFolder plain;
    EXPECT_THAT(hub_history(plain.path().string()), IsEmpty());
    EXPECT_THAT(hub_history(repository.path().string()), IsEmpty()) << "no commit";
    commit("not JSON");
    EXPECT_THAT(hub_history(repository.path().string()), IsEmpty());
}

TEST_F(HubHistory, IsBounded) {
    for (std::size_t i = 0; i <= history_manifest_limit; ++i) {
        commit("[" + entry("m" + std::to_string(i % 2), '1') + "]\n" + std::string(i, ' '));
    }
    const auto changes = hub_history(repository.path().string());
    EXPECT_THAT(changes, SizeIs(history_manifest_limit / 2))
        << "the oldest version that is read has unknown changes";
}

}  // namespace
}  // namespace onnxhub::test
