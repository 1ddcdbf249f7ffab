// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_signing.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/support/signed_hub.h"
#include "trust/hub_verification.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub::test {
namespace {

std::string refusal_of_signing(const std::function<void()>& work) {
    try {
        work();
    } catch (const Refused& error) {
        return error.what();
    }
    return "accepted";
}

/// A hub of root key 0 and release key 1.
class HubSigningTest : public testing::Test {
protected:
    HubSigningTest() { hosted_.texts[1] = sign_root(sample_root(), pool_keys({0})); }

    HubRoots roots() const { return read_hub_roots(hosted_.source()); }

    static StatementRequest request() {
        return {sha256_of("manifest"), {}, "main", signed_hub_time, signed_hub_time + 1000, 1};
    }

    std::string sign(const std::vector<std::string>& previous, std::size_t key = 1) const {
        return sign_next_statement(roots(), previous, request(), pool_keys({key}));
    }

    static std::string with_version(std::uint64_t version, std::size_t key,
                                    std::uint64_t root = 1) {
        HubStatement statement = sample_statement_of_hub();
        statement.version = version;
        statement.root_number = root;
        return sign_statement(statement, pool_keys({key}));
    }

    static std::uint64_t version_of(const std::string& text) {
        return read_unverified_statement_of_hub(text).version;
    }

    void change_root(const RootRequest& change, const std::vector<std::size_t>& keys) {
        const std::string text = sign_next_root(roots(), change, pool_keys(keys));
        hosted_.texts[read_unverified_root(text).number] = text;
    }

    static std::string id_of(std::size_t key) { return pool_key(key).public_key().id(); }

    HostedRoots hosted_;
};

TEST_F(HubSigningTest, VersionsGrow) {
    const std::string first = sign({});
    EXPECT_EQ(version_of(first), 1u);
    EXPECT_EQ(version_of(sign({first})), 2u);
    EXPECT_EQ(version_of(sign({first, with_version(41, 1), first})), 42u);
    StatementRequest later = request();
    later.least_version = 100;
    EXPECT_EQ(version_of(sign_next_statement(roots(), {first}, later, pool_keys({1}))), 100u);
    const HubStatement statement = open_statement(first, roots().newest());
    EXPECT_EQ(statement.branch, "main");
    EXPECT_EQ(statement.manifest, sha256_of("manifest"));
    EXPECT_EQ(statement.expires, signed_hub_time + 1000);
}

TEST_F(HubSigningTest, AStatementThatNoReleaseKeySignedUsesUpNoVersion) {
    for (const std::string& text :
         {with_version(41, 2), with_version(41, 0), with_version(41, 1, 2), std::string("damaged"),
          std::string()}) {
        EXPECT_EQ(version_of(sign({text})), 1u);
    }
}

TEST_F(HubSigningTest, TheHighestVersionEndsWithOtherReleaseKeys) {
    const std::string last = with_version(statement_version_limit - 1, 1);
    EXPECT_EQ(refusal_of_signing([&] { sign({last}); }),
              "the last statement has the highest version there is; replace the release keys with "
              "`onnxhub sign --root`, after which versions start again");
    RootRequest change;
    change.releases = {{pool_key(2).public_key()}, {id_of(1)}, {}};
    change_root(change, {0});
    EXPECT_EQ(version_of(sign({last}, 2)), 1u);
    EXPECT_EQ(version_of(sign({last, with_version(3, 2, 2)}, 2)), 4u);
}

TEST_F(HubSigningTest, OnlyReleaseKeysSignStatements) {
    EXPECT_EQ(refusal_of_signing([&] { sign({}, 0); }),
              "the key " + id_of(0) +
                  " is not a release key of root 1; sign with one of them, or add it with `onnxhub "
                  "sign --root --add-release-key`");
}

TEST_F(HubSigningTest, AnExpiredRootSignsNothing) {
    HubRoot root = sample_root();
    root.issued = signed_hub_time - 10;
    root.expires = signed_hub_time;
    hosted_.texts[1] = sign_root(root, pool_keys({0}));
    EXPECT_EQ(refusal_of_signing([&] { sign({}); }),
              "root 1 expired on 2027-01-15; make the next one with `onnxhub sign --root`");
}

TEST_F(HubSigningTest, CosigningNeedsThisManifestAndTheNewestRoot) {
    RootRequest change;
    change.releases = {{pool_key(2).public_key()}, {}, 2};
    change_root(change, {0});
    const std::string text = sign({});
    EXPECT_EQ(missing_statement_signatures(text, roots().newest()),
              "needs 1 more signature by a release key of root 2 (" + id_of(2).substr(0, 16) + ")");
    const auto cosign = [&](const std::string& present, const char* manifest, std::int64_t now) {
        return refusal_of_signing([&] {
            const std::string both =
                cosign_statement(present, roots(), sha256_of(manifest), now, pool_keys({2}));
            EXPECT_EQ(payload_of(both), payload_of(present));
            EXPECT_EQ(missing_statement_signatures(both, roots().newest()), "");
        });
    };
    EXPECT_EQ(cosign(text, "manifest", signed_hub_time), "accepted");
    EXPECT_EQ(cosign(text, "other", signed_hub_time),
              "the statement is about another manifest; make a new statement with `onnxhub sign`");
    EXPECT_EQ(cosign(text, "manifest", signed_hub_time + 1000),
              "the statement expired on 2027-01-15; make a new statement with `onnxhub sign`");
    EXPECT_EQ(cosign(with_version(1, 1, 1), "manifest", signed_hub_time),
              "the statement does not belong to root 2 of \"acme/models\"; make a new statement "
              "with `onnxhub sign`");
}

TEST_F(HubSigningTest, TheFirstRootHasTheSigningKeysForBothRoles) {
    const HubRoot root = open_root(sign_first_root("a/b", {}, pool_keys({3})));
    EXPECT_EQ(root.hub, "a/b");
    EXPECT_TRUE(is_same_role(root.roots, role_of({3})));
    EXPECT_TRUE(is_same_role(root.releases, role_of({3})));

    RootRequest two_roles;
    two_roles.roots = {{pool_key(4).public_key()}, {}, 2};
    two_roles.releases = {{pool_key(5).public_key()}, {}, {}};
    const std::string text = sign_first_root("a/b", two_roles, pool_keys({3}));
    hosted_.texts = {{1, text}};
    EXPECT_TRUE(roots().pending);
    EXPECT_EQ(refusal_of_signing([&] { roots().newest(); }),
              "ONNX_HUB_TRUST/root-1.json needs 1 more signature by a root key of root 1 (" +
                  id_of(4).substr(0, 16) +
                  "); its holder adds it with `onnxhub sign --root --cosign`");
    hosted_.texts = {{1, cosign_root(roots(), pool_keys({4}))}};
    EXPECT_TRUE(is_same_role(roots().newest().roots, role_of({3, 4}, 2)));
    EXPECT_TRUE(is_same_role(roots().newest().releases, role_of({5})));

    EXPECT_EQ(refusal_of_signing([&] { sign_first_root("", {}, pool_keys({3})); }),
              "the hub's name is empty");
    RootRequest too_many;
    too_many.roots.threshold = 2;
    EXPECT_EQ(refusal_of_signing([&] { sign_first_root("a", too_many, pool_keys({3})); }),
              "1 root key would remain for a threshold of 2; add keys, or lower the threshold with "
              "--threshold");
}

TEST_F(HubSigningTest, TheNextRootChangesKeys) {
    RootRequest change;
    change.roots = {{pool_key(3).public_key(), pool_key(0).public_key()}, {}, 2};
    change.expires = signed_hub_time + 1;
    const std::string text = sign_next_root(roots(), change, pool_keys({0}));
    hosted_.texts[2] = text;
    ASSERT_TRUE(roots().pending);
    EXPECT_EQ(roots().newest().number, 1u);
    EXPECT_EQ(missing_root_signatures(roots()),
              (std::vector<std::string>{"needs 1 more signature by a root key of root 2 (" +
                                        id_of(3).substr(0, 16) + ")"}));
    EXPECT_EQ(root_changes(&roots().newest(), roots().pending->root),
              (std::vector<std::string>{"adds the root key " + id_of(3),
                                        "sets the threshold of root keys to 2",
                                        "expires on 2027-01-15"}));
    EXPECT_EQ(refusal_of_signing([&] { sign_next_root(roots(), change, pool_keys({0})); }),
              "ONNX_HUB_TRUST/root-2.json still needs 1 more signature by a root key of root 2 (" +
                  id_of(3).substr(0, 16) +
                  "); add it with `onnxhub sign --root --cosign`, or delete the file to start "
                  "again");
    EXPECT_EQ(refusal_of_signing([&] { cosign_root(roots(), pool_keys({1})); }),
              "the key " + id_of(1) +
                  " is not a root key of root 2 or of the root before it; sign with a root key");
    hosted_.texts[2] = cosign_root(roots(), pool_keys({3}));
    EXPECT_EQ(roots().newest().number, 2u);
    EXPECT_FALSE(roots().pending);
    EXPECT_EQ(refusal_of_signing([&] { cosign_root(roots(), pool_keys({3})); }),
              "no root lacks a signature; `onnxhub sign --cosign` adds one to the statement");
}

TEST_F(HubSigningTest, KeysAreRemovedByTheirIds) {
    RootRequest change;
    change.releases.removed = {id_of(1).substr(0, 8)};
    EXPECT_EQ(refusal_of_signing([&] { sign_next_root(roots(), change, pool_keys({0})); }),
              "0 release keys would remain for a threshold of 1; add keys, or lower the threshold "
              "with --release-threshold");
    for (const std::string& id : {id_of(2), id_of(1).substr(0, 7), std::string()}) {
        change.releases.removed = {id};
        EXPECT_EQ(
            refusal_of_signing([&] { sign_next_root(roots(), change, pool_keys({0})); }),
            "\"" + id + "\" names none of the release keys; `onnxhub verify` lists their ids");
    }
    EXPECT_EQ(refusal_of_signing([&] { sign_next_root(roots(), {}, pool_keys({0})); }),
              "the new root would be like root 1; name what changes, such as --add-release-key");
}

TEST_F(HubSigningTest, ADamagedNextRootStopsSigning) {
    hosted_.texts[2] = hosted_.texts[1];
    EXPECT_EQ(
        refusal_of_signing([&] { sign({}); }),
        "ONNX_HUB_TRUST/root-2.json: it is root 1, but root 2 comes after root 1; restore the "
        "file that was signed, or delete it");
    hosted_.texts.clear();
    EXPECT_EQ(
        refusal_of_signing([&] { sign({}); }),
        "the hub has no ONNX_HUB_TRUST/root-1.json; create it with `onnxhub sign --init --hub "
        "NAME --key FILE`");
    HubRoot second = sample_root();
    second.number = 2;
    hosted_.texts[1] = sign_root(second, pool_keys({0}));
    EXPECT_EQ(roots().problem, "ONNX_HUB_TRUST/root-1.json: it is root 2 instead of root 1");
}

/// What a user knows decides, and not what the hub shows.
TEST_F(HubSigningTest, VerificationBeginsWithWhatTheUserKnows) {
    RootRequest change;
    change.roots = {{pool_key(3).public_key()}, {id_of(0)}, {}};
    change_root(change, {0, 3});
    const auto verify = [&](const KnownOfHub& known) -> std::string {
        const ShownHub hub = {sha256_of("manifest"), with_version(1, 1, 2), "", hosted_.source()};
        const auto result = verify_hub(hub, known, signed_hub_time);
        const auto* refusal = std::get_if<HubRefusal>(&result);
        return refusal ? refusal->reason : "verified";
    };
    EXPECT_EQ(verify({}), "verified");
    EXPECT_EQ(verify(hosted_.texts[1]), "verified");
    EXPECT_EQ(verify(hosted_.texts[2]), "verified");
    EXPECT_EQ(verify(pool_key(3).public_key()), "verified");
    // A key that root 2 replaced is refused as `trust add` does: its user must learn about it.
    try {
        verify(pool_key(0).public_key());
        ADD_FAILURE() << "accepted";
    } catch (const Refused& error) {
        EXPECT_EQ(error.what(), "the key " + id_of(0) +
                                    " is not a root key in root 2 of the hub; compare it with its "
                                    "owner");
    }
    // A release key, and a root key that is listed but did not sign.
    EXPECT_THROW(verify(pool_key(1).public_key()), Refused);
    HubRoot forged = sample_root();
    forged.roots = role_of({8});
    forged.releases = role_of({8});
    EXPECT_THROW(verify(sign_root(forged, pool_keys({8}))), Refused);  // root 2 does not follow
    forged.roots = role_of({8, 0});
    hosted_.texts = {{1, sign_root(forged, pool_keys({8}))}};
    EXPECT_THROW(verify(pool_key(0).public_key()), Refused);
    hosted_.texts.clear();
    for (const KnownOfHub& known : {KnownOfHub(), KnownOfHub(pool_key(0).public_key())}) {
        try {
            verify(known);
            ADD_FAILURE() << "accepted";
        } catch (const Refused& error) {
            EXPECT_TRUE(std::string(error.what()).starts_with("the hub is not signed"))
                << error.what();
        }
    }
    hosted_.texts[1] = sign_root(sample_root(), pool_keys({0}));
    const auto missing = verify_hub({sha256_of("manifest"), {}, "", hosted_.source()}, {}, 0);
    EXPECT_EQ(std::get<HubRefusal>(missing).kind, HubRefusalKind::missing);
}

}  // namespace
}  // namespace onnxhub::test
