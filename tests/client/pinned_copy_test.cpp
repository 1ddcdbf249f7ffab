// SPDX-License-Identifier: Apache-2.0
// Which pins decide about a copy of a hub that came without a server.
#include "hosting/client/pinned_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "tests/client/pinned_hub_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class PinnedCopy : public PinnedHubTest {
protected:
    /// The hubs whose pins accepted the files, or the reason of a refusal.
    std::vector<std::string> check(const HubFiles& files,
                                   const std::optional<std::string>& hub = {}) {
        const fs::path folder = folder_.path() / "copy";
        fs::remove_all(folder);
        for (const auto& [path, text] : files) write_file(folder / path, text);
        CopyCheck check;
        check.shown_name = "b.tar";
        check.hub = hub;
        check.place = folder_.path() / "there";
        check.environment = options("x/y").environment;
        check.report = [this](const std::string& line) { reports_ += line + "\n"; };
        const std::size_t requests = server_.requests().size();
        std::vector<std::string> result;
        try {
            result = check_copy(folder, check);
        } catch (const UserError& error) {
            result = {error.what()};
        }
        EXPECT_EQ(server_.requests().size(), requests) << "no connection is opened";
        return result;
    }

    std::uint64_t seen_version(const std::string& ref) const {
        return std::get<TrustRecord>(store().all().at(0)).seen.at(ref).version;
    }
};

TEST_F(PinnedCopy, VersionsOfTheBranchCountForCopies) {
    owner_.branch = "main";
    refs_[commit_one] = owner_.publish("one", 1);
    commits_["main"] = commit_one;
    pin("acme/models");
    const HubFiles two = owner_.publish("two", 2);
    const HubFiles three = owner_.publish("three", 3);
    EXPECT_THAT(check(three), ElementsAre("acme/models:main"));
    EXPECT_EQ(seen_version("main"), 3u);
    EXPECT_THAT(check(two), ElementsAre(StartsWith("b.tar: the statement has version 2, older")));
    EXPECT_THAT(read("acme/models"), HasSubstr("version 1, older than version 3"));
}

TEST_F(PinnedCopy, ABranchIsNamedWithTheHub) {
    owner_.branch = "main";
    refs_[commit_one] = owner_.publish("one", 1);
    commits_["main"] = commit_one;
    pin("acme/models");
    owner_.branch = "alpha";
    const HubFiles files = owner_.publish("two", 2);
    EXPECT_THAT(check(files), ElementsAre(HasSubstr("is for the branch \"alpha\" instead of")));
    EXPECT_THAT(check(files, "acme/models:alpha"), ElementsAre("acme/models:main"));
    EXPECT_EQ(seen_version("alpha"), 2u);
    EXPECT_EQ(seen_version("main"), 1u);
    owner_.branch = "main";
    EXPECT_THAT(check(owner_.publish("two", 2)), ElementsAre("acme/models:main"));
    EXPECT_EQ(seen_version("main"), 2u);
    // Nothing shows that a copy is of a commit, so that versions and expiry count.
    owner_.branch = "main";
    owner_.lifetime = 60;
    EXPECT_THAT(check(owner_.publish("old", 5), "acme/models:" + commit_one),
                ElementsAre(HasSubstr("the statement expired on")));
}

TEST_F(PinnedCopy, EachPinOfTheNameDecides) {
    pin(web_hub());
    refs_["main"] = owner_.publish("one", 1);
    pin("acme/models");
    EXPECT_THAT(check(owner_.publish("two", 2)),
                UnorderedElementsAre(web_hub(), "acme/models:main"));
    HubOwner other = owner_;  // another hub with this name, which the user pinned too
    other.root.roots = role_of({7});
    other.root.releases = role_of({7});
    other.release_keys = {7};
    other.roots.clear();
    other.publish_root({7});
    EXPECT_THAT(check(other.publish("evil", 3)), ElementsAre(HasSubstr("signatures by 0 of the")));
    EXPECT_THAT(check(other.publish("evil", 3), web_hub()),
                ElementsAre(HasSubstr("signatures by 0 of the")));
}

TEST_F(PinnedCopy, RootsTravelWithTheCopy) {
    pin(web_hub());
    owner_.change_release_keys({2});
    owner_.change_root_keys({3});
    HubFiles files = owner_.publish("two", 1);
    EXPECT_THAT(check(files), ElementsAre(web_hub()));
    EXPECT_EQ(open_root(std::get<TrustRecord>(store().all().at(0)).root).number, 3u);
    files.erase(statement_name);
    EXPECT_THAT(check(files), IsEmpty());
    EXPECT_THAT(reports_, StartsWith("b.tar: is not signed, so no pin was asked"));
    EXPECT_THAT(check(files, web_hub() + "/"), ElementsAre(HasSubstr("is pinned as signed")));
}

}  // namespace
}  // namespace onnxhub::test
