// SPDX-License-Identifier: Apache-2.0
// Which server a hub's repository names. No test contacts a server.
#include "remote/lfs_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::RepositoryBuilder;
using test::TemporaryFolder;
using test::write_file;
using testing::HasSubstr;

/// Why nothing is known of an object.
std::string reason_in(const std::filesystem::path& folder,
                      const std::optional<std::string>& revision = {}) {
    const HubFolder hub = open_hub(folder, revision);
    const auto states = lfs_server_of(hub, {})({{Sha256{}, 1}});
    EXPECT_EQ(states.size(), 1U);
    EXPECT_EQ(states.front().kind, LfsObjectState::Kind::inconclusive);
    return states.front().reason;
}

constexpr const char* without_address = "the configured Git LFS server has no HTTP address";
constexpr const char* without_remote = "the repository has no remote \"origin\" and no lfs.url";

TEST(LfsServerOfHub, IsMissingWithoutARepository) {
    const TemporaryFolder folder;
    EXPECT_EQ(reason_in(folder.path()), "there is no git repository");
}

TEST(LfsServerOfHub, IsTheOneOfLfsconfig) {
    RepositoryBuilder hub;
    hub.write("README.md", "").commit("One");
    EXPECT_EQ(reason_in(hub.path()), without_remote);
    hub.write(".lfsconfig", "[lfs]\nurl = file:///srv\n").commit("Two");
    EXPECT_EQ(reason_in(hub.path()), without_address);
    EXPECT_EQ(reason_in(hub.path(), "HEAD"), without_address);
    EXPECT_EQ(reason_in(hub.path(), "HEAD~1"), without_remote);
    hub.write(".lfsconfig", "[remote \"origin\"]\nlfsurl = file:///srv\n");
    EXPECT_EQ(reason_in(hub.path()), without_address);
}

TEST(LfsServerOfHub, ComesFromTheTopOfTheRepository) {
    RepositoryBuilder hub;
    hub.write("hubs/one/.lfsconfig", "[lfs]\nurl = file:///srv\n").commit("One");
    EXPECT_EQ(reason_in(hub.path() / "hubs/one"), without_remote);
    EXPECT_EQ(reason_in(hub.path() / "hubs/one", "HEAD"), without_remote);
    hub.write(".lfsconfig", "[lfs]\nurl = file:///srv\n");
    EXPECT_EQ(reason_in(hub.path() / "hubs/one"), without_address);
}

TEST(LfsServerOfHub, HostileLfsconfigIsOneClearReason) {
    RepositoryBuilder hub;
    write_file(hub.path() / "other", "[lfs]\nurl = file:///srv\n");
    hub.write(".lfsconfig", "[include]\npath = " + (hub.path() / "other").string() + "\n");
    EXPECT_EQ(reason_in(hub.path()), without_remote);
    hub.write(".lfsconfig", "[lfs\nurl = x\n");
    EXPECT_THAT(reason_in(hub.path()), HasSubstr(".lfsconfig: git can't read it"));
    hub.write(".lfsconfig", "[lfs]\nurl = " + std::string(64 * 1024, 'x') + "\n");
    EXPECT_THAT(reason_in(hub.path()), HasSubstr(".lfsconfig: is larger than 65536 bytes"));
    hub.remove(".lfsconfig").symlink(".lfsconfig", "/etc/passwd");
    EXPECT_THAT(reason_in(hub.path()), HasSubstr(".lfsconfig: "));
}

}  // namespace
}  // namespace onnxhub
