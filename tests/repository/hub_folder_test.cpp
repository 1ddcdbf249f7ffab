// SPDX-License-Identifier: Apache-2.0
// Opening hubs: directories, repositories, revisions.
#include "repository/hub_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class Call>
std::string refusal_of_hub(const Call& call) {
    try {
        call();
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

TEST(HubFolder, SubdirectoryOfARepositoryIsAHub) {
    RepositoryBuilder repository;
    const std::string commit = repository.write("hub/README.md", "a").commit("Add a hub");
    const HubFolder hub = open_hub(repository.path() / "hub", commit);
    EXPECT_EQ(hub.subfolder, "hub");
    EXPECT_EQ(hub.commit, commit);
    EXPECT_THAT(hub.tree->list(), ElementsAre("README.md"));
    EXPECT_EQ(read_hub_file(*hub.tree, "README.md", 10), "a");
    EXPECT_EQ(read_hub_file(*hub.tree, "other.md", 10), std::nullopt);
}

TEST(HubFolder, PathsToFetchStartAtTheTopOfTheRepository) {
    RepositoryBuilder repository;
    repository.write("hub/README.md", "a").commit("Add a hub");
    const HubFolder hub = open_hub(repository.path() / "hub", "HEAD");
    const FetchRequest request = fetch_request(hub, {"a.onnx"}, {});
    EXPECT_THAT(request.paths, ElementsAre("hub/a.onnx"));
    EXPECT_EQ(request.revision, "HEAD");
}

TEST(HubFolder, PlainDirectoryHasNoRevisionsAndFetchesNothing) {
    const TemporaryFolder folder;
    write_file(folder.path() / "README.md", "a");
    EXPECT_THAT(refusal_of_hub([&] { open_hub(folder.path(), "HEAD"); }),
                HasSubstr("leave out --rev"));
    const HubFolder hub = open_hub(folder.path(), {});
    EXPECT_EQ(hub.repository, nullptr);
    EXPECT_THAT(refusal_of_hub([&] { fetch_request(hub, {"a.onnx"}, {}); }),
                HasSubstr("leave out --fetch"));
}

TEST(HubFolder, TreeThatIsOpenedAgainSeesNewFiles) {
    const TemporaryFolder folder;
    write_file(folder.path() / "README.md", "a");
    const HubFolder hub = open_hub(folder.path(), {});
    write_file(folder.path() / "a.onnx", "b");
    EXPECT_THAT(open_tree(hub)->list(), ElementsAre("README.md", "a.onnx"));
}

}  // namespace
}  // namespace onnxhub::test
