// SPDX-License-Identifier: Apache-2.0
// A hostile host of a pinned hub: each attack with its message. Nothing of it is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/utc_time.h"
#include "tests/client/pinned_hub_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class HostilePinnedHub : public PinnedHubTest {
protected:
    /// What a client says that pinned version 1, saw version 2, and has no copy.
    std::string refusal_of(const HubFiles& shown) {
        fs::remove_all(folder_.path() / ".local");
        fs::remove_all(folder_.path() / ".cache");
        web_ = owner_.publish("one", 1);
        pin(web_hub());
        web_ = owner_.publish("two", 2);
        EXPECT_EQ(read(web_hub()), "two");
        fs::remove_all(copies());
        web_ = shown;
        std::string refusal = read(web_hub());
        EXPECT_FALSE(fs::exists(copies())) << "nothing is kept: " << refusal;
        const auto record = std::get<TrustRecord>(store().all().at(0));
        EXPECT_EQ(record.seen.at("").version, 2u) << refusal;
        EXPECT_EQ(open_root(record.root).number, 1u) << refusal;
        const std::string name = web_hub() + ": ";
        EXPECT_THAT(refusal, StartsWith(name));
        return refusal.substr(std::min(name.size(), refusal.size()));
    }

    fs::path copies() const { return folder_.path() / ".local/state/onnxhub/signed"; }

    HubFiles with_manifest(const std::string& model) const {
        HubFiles files = owner_.publish("three", 3);
        files[manifest_name] = manifest_with(model);
        return files;
    }
    HubFiles with_statement(const std::string& text) const {
        HubFiles files = owner_.publish("three", 3);
        files[statement_name] = text;
        return files;
    }
};

TEST_F(HostilePinnedHub, EachAttackIsRefusedWithItsMessage) {
    const HubOwner before = owner_;
    const std::string sign_again = "its owner must sign again with `onnxhub sign`";
    EXPECT_EQ(refusal_of(with_manifest("evil")),
              "the manifest is not the one that was signed (version 3); its owner must restore it, "
              "or sign again with `onnxhub sign`");
    EXPECT_EQ(refusal_of(owner_.publish("one", 1)),
              "the statement has version 1, older than version 2 that was seen before; its owner "
              "must publish the newest one");
    owner_.lifetime = 60;
    const HubFiles expired = owner_.publish("three", 3);
    owner_ = before;
    const std::string then = utc_date_text(seconds_since_1970() - 3540);
    EXPECT_EQ(refusal_of(expired), "the statement expired on " + then + ", and it is " +
                                       utc_date_text(seconds_since_1970()) + "; " + sign_again);
    HubOwner other = owner_;
    other.root.hub = "acme/other";
    EXPECT_EQ(refusal_of(other.publish("three", 3)),
              "the statement belongs to the hub \"acme/other\", but \"acme/models\" was pinned; "
              "its owner must publish the statement of this hub");
    HubFiles mixed = owner_.publish("three", 3);
    mixed[manifest_name] = manifest_with("two");
    EXPECT_EQ(refusal_of(mixed),
              "the manifest is not the one that was signed (version 3); its owner must restore it, "
              "or sign again with `onnxhub sign`");
    HubOwner thief = owner_;
    thief.release_keys = {5};
    EXPECT_EQ(refusal_of(thief.publish("evil", 3)),
              "the statement has signatures by 0 of the 1 release keys of root 1 that it needs; " +
                  sign_again + ", or add signatures with `onnxhub sign --cosign`");
    EXPECT_EQ(refusal_of(owner_.publish("evil", 2)),
              "the statement has version 2 like one that was seen before, but another manifest; " +
                  sign_again);
    HubFiles removed = owner_.publish("three", 3);
    removed.erase(statement_name);
    EXPECT_EQ(refusal_of(removed),
              "the hub has no ONNX_HUB_MANIFEST.json.sig, although it is pinned as signed; its "
              "owner must sign it with `onnxhub sign`");
}

TEST_F(HostilePinnedHub, RootsThatDoNotFollowAreRefused) {
    HubOwner thief = owner_;
    thief.root.number = 2;
    thief.root.roots = role_of({6});
    thief.root.releases = role_of({6});
    thief.release_keys = {6};
    thief.publish_root({6});
    EXPECT_THAT(refusal_of(thief.publish("evil", 3)),
                StartsWith("ONNX_HUB_TRUST/root-2.json does not follow from root 1: "));
    thief.root.number = 3;  // a gap
    thief.publish_root({0, 6});
    thief.roots.erase(root_path(2));
    EXPECT_EQ(refusal_of(thief.publish("evil", 3)),
              "the statement belongs to root 3, but ONNX_HUB_TRUST/root-2.json is missing; its "
              "owner must publish it");
    thief.root.number = 3;  // root 3 under the name of root 2
    thief.roots[root_path(2)] = thief.roots[root_path(3)];
    EXPECT_THAT(refusal_of(thief.publish("evil", 3)),
                StartsWith("ONNX_HUB_TRUST/root-2.json does not follow from root 1: "));
}

TEST_F(HostilePinnedHub, DamagedEnvelopesAreRefused) {
    const std::string whole = owner_.publish("three", 3).at(statement_name);
    std::vector<std::string> texts{"", "{}", "[]", "null", "\xff", whole + whole, whole + "x"};
    for (std::size_t size = 1; size + 2 < whole.size(); size += 97) {
        texts.push_back(whole.substr(0, size));
    }
    for (const std::string& text : texts) {
        EXPECT_THAT(refusal_of(with_statement(text)), HasSubstr("sign again with")) << text;
    }
}

TEST_F(HostilePinnedHub, AStatementThatIsTooLargeIsRefused) {
    pin(web_hub());
    web_[statement_name] = std::string(statement_size_limit + 1, ' ');
    EXPECT_EQ(read(web_hub()), web_hub() +
                                   "/ONNX_HUB_MANIFEST.json.sig: the response has more than "
                                   "262144 bytes");
}

/// One key can't stand for two.
TEST_F(HostilePinnedHub, ARepeatedSignatureCountsOnce) {
    owner_.change_release_keys({1, 2}, 2);
    owner_.root.number = 1;
    owner_.roots.clear();
    owner_.publish_root({0});
    HubOwner thief = owner_;
    thief.release_keys = {1};
    HubFiles files = thief.publish("evil", 3);
    const std::string refusal =
        "the statement has signatures by 1 of the 2 release keys of root 1 that it needs; its "
        "owner must sign again with `onnxhub sign`, or add signatures with `onnxhub sign --cosign`";
    EXPECT_EQ(refusal_of(files), refusal);
    DsseEnvelope envelope = parse_hub_envelope(files[statement_name], statement_size_limit, "it");
    envelope.signatures.push_back(envelope.signatures.front());
    envelope.signatures.push_back(
        {pool_key(2).public_key().id(), envelope.signatures.front().signature});
    files[statement_name] = hub_envelope_text(envelope);
    EXPECT_THAT(refusal_of(files), testing::AnyOf(refusal, HasSubstr("sign again")));
}

TEST_F(HostilePinnedHub, AHugeVersionIsForgottenWithItsKey) {
    const HubFiles stolen = owner_.publish("evil", statement_version_limit - 1);
    pin(web_hub());
    web_ = stolen;
    EXPECT_EQ(read(web_hub()), "evil");  // the thief has the release key
    fs::remove_all(copies());
    web_ = owner_.publish("two", 2);
    EXPECT_THAT(read(web_hub()), HasSubstr("older than version 9007199254740991"));
    owner_.change_release_keys({2});
    web_ = owner_.publish("three", 3);
    EXPECT_EQ(read(web_hub()), "three");
    fs::remove_all(copies());
    web_ = stolen;
    EXPECT_EQ(read(web_hub()), web_hub() +
                                   ": the statement belongs to root 1, but the hub already has "
                                   "root 2; its owner must sign again with `onnxhub sign`");
}

TEST_F(HostilePinnedHub, BareRepositoriesAreChecked) {
    RepositoryBuilder repository;
    owner_.branch = "main";
    for (const auto& [path, text] : owner_.publish("one", 1)) repository.write(path, text);
    repository.commit("Publish");
    const std::string bare = repository.bare_clone().string();
    pin(bare);
    EXPECT_EQ(read(bare), "one");
    EXPECT_EQ(read(bare + ":main"), "one");
    EXPECT_EQ(read(bare + ":refs/heads/main"), "one");
    RepositoryBuilder hostile;
    for (const auto& [path, text] : with_manifest("evil")) hostile.write(path, text);
    hostile.commit("Replace");
    fs::remove_all(bare);
    fs::rename(hostile.bare_clone(), bare);
    for (const char* ref : {"", ":main", ":refs/heads/main", ":HEAD"}) {
        EXPECT_THAT(read(bare + ref), HasSubstr("is not the one that was signed")) << ref;
    }
}

/// A mirror can only give files that the pinned hub's manifest names, with their SHA-256.
TEST_F(HostilePinnedHub, AMirrorHasNoManifest) {
    pin(web_hub());
    refs_["main"] = with_manifest("evil");
    commits_["main"] = commit_one;
    ClientOptions with_mirror = options(web_hub());
    with_mirror.mirrors = {"acme/models"};
    with_mirror.first_sources = {server_.url("/raw/acme/models/main")};
    const std::size_t before = server_.requests().size();
    EXPECT_EQ(read(with_mirror), "one");
    for (const ReceivedRequest& request : server_.requests()) {
        EXPECT_FALSE(request.path.starts_with("/raw/")) << request.path << before;
    }
}

}  // namespace
}  // namespace onnxhub::test
