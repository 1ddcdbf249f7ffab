// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_trust.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/signed_hub.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub::test {
namespace {

/// A client that pinned root 1, and a host with roots.
class HubTrustTest : public testing::Test {
protected:
    HubTrustTest() {
        add_root(sample_root(), {0});
        trust_.root = hosted_.texts[1];
    }

    void add_root(const HubRoot& root, const std::vector<std::size_t>& keys) {
        newest_ = root;
        hosted_.texts[root.number] = sign_root(root, pool_keys(keys));
    }

    /// The next root with this release key, signed by root key 0.
    void change_release_key(std::size_t key) {
        HubRoot next = newest_;
        ++next.number;
        next.releases = role_of({key});
        add_root(next, {0});
    }

    static HubStatement statement(std::uint64_t version, std::uint64_t root = 1) {
        HubStatement statement = sample_statement_of_hub();
        statement.version = version;
        statement.root_number = root;
        return statement;
    }

    /// "accepted", or the kind of the refusal. Stores what the client stores.
    std::string check(const std::string& text) {
        const HubCheck result = check_statement(trust_, text, asked_, hosted_.source());
        trust_ = result.trust;
        const auto* refusal = std::get_if<HubRefusal>(&result.result);
        reason_ = refusal ? refusal->reason : "";
        return refusal ? std::string(name_of(refusal->kind)) : "accepted";
    }

    std::string check(const HubStatement& statement, std::size_t key = 1) {
        return check(sign_statement(statement, pool_keys({key})));
    }

    std::uint64_t known_root() const { return open_root(trust_.root).number; }

    StatementCheck asked_ = {sha256_of("manifest"), false, "", false, false, signed_hub_time};
    HostedRoots hosted_;
    HubRoot newest_;
    HubTrust trust_;
    std::string reason_;
};

TEST_F(HubTrustTest, AStatementOfTheKnownRootNeedsNoRequest) {
    EXPECT_EQ(check(statement(5)), "accepted");
    EXPECT_EQ(hosted_.requests, 0u);
    ASSERT_TRUE(trust_.seen);
    EXPECT_EQ(trust_.seen->version, 5u);
    EXPECT_EQ(trust_.seen->manifest, sha256_of("manifest"));
    EXPECT_EQ(check(statement(5)), "accepted");
    EXPECT_EQ(check(statement(statement_version_limit - 1)), "accepted");
}

TEST_F(HubTrustTest, ADamagedStoreAsksForANewPin) {
    trust_.root = "damaged";
    EXPECT_EQ(check(statement(1)), "root");
    EXPECT_EQ(reason_,
              "the stored root is not usable (the root is not JSON (line 1, column 1: 'damaged' "
              "is not a JSON value)); pin the hub again with `onnxhub trust remove` and `onnxhub "
              "trust add`");
}

TEST_F(HubTrustTest, TruncatedStatementsAreMalformed) {
    const std::string text = sign_statement(statement(1), pool_keys({1}));
    EXPECT_EQ(check(text.substr(0, text.size() / 2)), "malformed");
    EXPECT_TRUE(reason_.starts_with("ONNX_HUB_MANIFEST.json.sig is not JSON")) << reason_;
    EXPECT_TRUE(reason_.ends_with("; its owner must sign again with `onnxhub sign`")) << reason_;
    EXPECT_EQ(check(""), "malformed");
    EXPECT_EQ(check(with_payload(text, R"({"_type":"x"})")), "malformed");
    EXPECT_TRUE(reason_.ends_with("; a newer version of onnxhub may read it")) << reason_;
    EXPECT_EQ(hosted_.requests, 0u);
}

TEST_F(HubTrustTest, AReplacedManifestIsRefused) {
    asked_.manifest = sha256_of("another manifest");
    EXPECT_EQ(check(statement(7)), "other-manifest");
    EXPECT_EQ(reason_,
              "the manifest is not the one that was signed (version 7); its owner must "
              "restore it, or sign again with `onnxhub sign`");
    EXPECT_FALSE(trust_.seen);
}

TEST_F(HubTrustTest, AnOlderStatementWithItsManifestIsRefused) {
    EXPECT_EQ(check(statement(5)), "accepted");
    HubStatement old = statement(4);
    old.manifest = asked_.manifest = sha256_of("older manifest");
    EXPECT_EQ(check(old), "older");
    EXPECT_EQ(reason_,
              "the statement has version 4, older than version 5 that was seen before; its "
              "owner must publish the newest one");
    EXPECT_EQ(trust_.seen->version, 5u);
}

TEST_F(HubTrustTest, TheSameVersionOfAnotherManifestIsAConflict) {
    EXPECT_EQ(check(statement(5)), "accepted");
    HubStatement other = statement(5);
    other.manifest = asked_.manifest = sha256_of("another manifest");
    EXPECT_EQ(check(other), "conflict");
    EXPECT_EQ(reason_,
              "the statement has version 5 like one that was seen before, but another "
              "manifest; its owner must sign again with `onnxhub sign`");
    HubStatement index = statement(5);
    index.index = sha256_of("index");
    asked_.manifest = sha256_of("manifest");
    EXPECT_EQ(check(index), "conflict");
}

TEST_F(HubTrustTest, StatementsExpireWithFiveMinutesOfSkew) {
    const HubStatement signed_now = statement(1);
    asked_.now = signed_now.expires + clock_skew;
    EXPECT_EQ(check(signed_now), "accepted");
    asked_.now += 1;
    EXPECT_EQ(check(signed_now), "expired");
    EXPECT_EQ(
        reason_,
        "the statement expired on 2027-04-15, and it is 2027-04-15; its owner must sign again with "
        "`onnxhub sign`");
    asked_.allows_expired = true;
    EXPECT_EQ(check(signed_now), "accepted");
}

TEST_F(HubTrustTest, TheRootOfAStatementExpiresToo) {
    HubRoot next = sample_root();
    next.number = 2;
    next.expires = signed_hub_time + 10;
    add_root(next, {0});
    asked_.now = signed_hub_time + 10 + clock_skew;
    EXPECT_EQ(check(statement(1, 2)), "accepted");
    asked_.now += 1;
    EXPECT_EQ(check(statement(1, 2)), "expired");
    EXPECT_EQ(reason_,
              "root 2 expired on 2027-01-15; its owner must make the next one with "
              "`onnxhub sign --root`");
    // A link of the chain may be expired.
    next.number = 3;
    next.expires.reset();
    add_root(next, {0});
    EXPECT_EQ(check(statement(1, 3)), "accepted");
}

TEST_F(HubTrustTest, StatementsOfOtherHubsAreRefused) {
    HubStatement other = statement(1, 2);
    other.hub = "other/models";
    EXPECT_EQ(check(other), "other-hub");
    EXPECT_EQ(reason_,
              "the statement belongs to the hub \"other/models\", but \"acme/models\" was "
              "pinned; its owner must publish the statement of this hub");
    EXPECT_EQ(hosted_.requests, 0u);
}

TEST_F(HubTrustTest, StatementsOfOtherBranchesAreRefused) {
    HubStatement main = statement(1);
    main.branch = "main";
    asked_.branch = "v2";
    EXPECT_EQ(check(main), "other-hub");
    EXPECT_EQ(
        reason_,
        "the statement is for the branch \"main\" instead of \"v2\"; name that branch, or a full "
        "commit id in lower case");
    asked_.branch = "main";
    EXPECT_EQ(check(main), "accepted");
    // Without a branch in the request, the branch that was seen counts.
    asked_.branch = "";
    EXPECT_EQ(check(main), "accepted");
    HubStatement other = statement(2);
    other.branch = "v2";
    EXPECT_EQ(check(other), "other-hub");
    // A statement without a branch is for all.
    EXPECT_EQ(check(statement(2)), "accepted");
}

TEST_F(HubTrustTest, OtherKeysAreRefused) {
    for (const std::size_t key : {0u, 2u}) {  // a root key, and an unknown key
        EXPECT_EQ(check(statement(1), key), "signature");
        EXPECT_EQ(reason_,
                  "the statement has signatures by 0 of the 1 release keys of root 1 that "
                  "it needs; its owner must sign again with `onnxhub sign`, or add "
                  "signatures with `onnxhub sign --cosign`");
    }
    EXPECT_EQ(hosted_.requests, 2u);  // of root 2
    EXPECT_FALSE(trust_.seen);
}

TEST_F(HubTrustTest, TwoSignaturesOfOneKeyAreNoThresholdOfTwo) {
    HubRoot root = sample_root();
    root.releases = role_of({1, 2}, 2);
    trust_.root = sign_root(root, pool_keys({0}));
    DsseEnvelope envelope = parse_hub_envelope(sign_statement(statement(1), pool_keys({1})),
                                               statement_size_limit, "it");
    envelope.signatures.push_back(
        {pool_key(1).public_key().id(),
         pool_key(1).sign(pre_authentication_encoding(envelope.payload_type, envelope.payload))});
    EXPECT_EQ(check(hub_envelope_text(envelope)), "signature");
    EXPECT_EQ(check(sign_statement(statement(1), pool_keys({1, 2}))), "accepted");
    EXPECT_EQ(check(add_signature(sign_statement(statement(2), pool_keys({2})), pool_key(1), "it")),
              "accepted");
}

TEST_F(HubTrustTest, TenChangesOfTheRootAreFollowed) {
    for (std::size_t number = 2; number <= 11; ++number) {
        HubRoot next = newest_;
        next.number = number;
        next.roots = role_of({number + 20});
        next.releases = role_of({number + 40});
        next.expires = next.issued + 1;  // links may be expired
        if (number == 11) next.expires.reset();
        add_root(next, {number == 2 ? 0 : number + 19, number + 20});
    }
    asked_.now += seconds_of_a_day;
    EXPECT_EQ(check(statement(1, 11), 51), "accepted");
    EXPECT_EQ(hosted_.requests, 10u);
    EXPECT_EQ(known_root(), 11u);
    EXPECT_EQ(check(statement(2, 11), 51), "accepted");
    EXPECT_EQ(hosted_.requests, 10u);
    EXPECT_EQ(follow_roots(hosted_.texts[1], hosted_.source()).root, hosted_.texts[11]);
    EXPECT_EQ(follow_roots(hosted_.texts[7], hosted_.source()).root, hosted_.texts[11]);
}

TEST_F(HubTrustTest, AReleaseKeyThatNoRootListsIsRefused) {
    change_release_key(2);
    EXPECT_EQ(check(statement(1, 2), 3), "signature");
    EXPECT_EQ(known_root(), 2u);
}

TEST_F(HubTrustTest, ARootThatTheStatementNamesMustBeThere) {
    EXPECT_EQ(check(statement(1, 3)), "root");
    EXPECT_EQ(reason_,
              "the statement belongs to root 3, but ONNX_HUB_TRUST/root-2.json is missing; "
              "its owner must publish it");
    change_release_key(2);
    EXPECT_EQ(check(statement(1, 3), 2), "root");
    EXPECT_EQ(known_root(), 2u);  // kept although the statement was refused
}

TEST_F(HubTrustTest, ARootWithoutTheOldThresholdIsRefused) {
    HubRoot forged = sample_root();
    forged.number = 2;
    forged.roots = role_of({8});
    forged.releases = role_of({9});
    add_root(forged, {8});
    EXPECT_EQ(check(statement(1, 2), 9), "root");
    EXPECT_EQ(reason_,
              "ONNX_HUB_TRUST/root-2.json does not follow from root 1: root 2 has signatures by 0 "
              "of the 1 root keys of root 1 that it needs; its owner must publish the root that "
              "was signed");
    EXPECT_EQ(known_root(), 1u);
    EXPECT_THROW(follow_roots(hosted_.texts[1], hosted_.source()), Refused);
}

TEST_F(HubTrustTest, ARootWithAWrongNumberIsRefused) {
    change_release_key(2);
    change_release_key(3);
    hosted_.texts[2] = hosted_.texts[3];
    EXPECT_EQ(check(statement(1, 3), 3), "root");
    EXPECT_EQ(reason_,
              "ONNX_HUB_TRUST/root-2.json does not follow from root 1: it is root 3, but "
              "root 2 comes after root 1; its owner must publish the root that was "
              "signed");
    hosted_.texts[2] = hosted_.texts[1];
    EXPECT_EQ(check(statement(1, 3), 3), "root");
    EXPECT_EQ(known_root(), 1u);
}

TEST_F(HubTrustTest, AHugeVersionOfAStolenKeyEndsWithTheNextRoot) {
    EXPECT_EQ(check(statement(5)), "accepted");
    HubStatement thief = statement(statement_version_limit - 1);
    thief.manifest = asked_.manifest = sha256_of("evil");
    EXPECT_EQ(check(thief), "accepted");  // the key was valid
    change_release_key(2);
    asked_.manifest = sha256_of("manifest");
    EXPECT_EQ(check(statement(6, 2), 2), "accepted");
    EXPECT_EQ(trust_.seen->version, 6u);
    // And the thief can't come back, with the old key under either number.
    asked_.manifest = sha256_of("evil");
    EXPECT_EQ(check(thief), "older");
    EXPECT_EQ(reason_,
              "the statement belongs to root 1, but the hub already has root 2; its owner "
              "must sign again with `onnxhub sign`");
    thief.root_number = 2;
    EXPECT_EQ(check(thief), "signature");
}

TEST_F(HubTrustTest, TheVersionIsForgottenEvenIfTheFirstStatementIsRefused) {
    EXPECT_EQ(check(statement(statement_version_limit - 1)), "accepted");
    change_release_key(2);
    EXPECT_EQ(check(statement(1, 2), 1), "signature");
    EXPECT_EQ(known_root(), 2u);
    EXPECT_EQ(check(statement(1, 2), 2), "accepted");
}

TEST_F(HubTrustTest, ARootWithTheSameReleaseKeysKeepsTheVersion) {
    EXPECT_EQ(check(statement(5)), "accepted");
    HubRoot next = newest_;
    next.number = 2;
    next.roots = role_of({0, 7});
    add_root(next, {0});
    EXPECT_EQ(check(statement(4, 2)), "older");
    EXPECT_EQ(check(statement(5, 2)), "accepted");
    EXPECT_EQ(check(statement(5, 1)), "older");
}

TEST_F(HubTrustTest, AnUnknownKeyMakesTheClientLookForNewRoots) {
    change_release_key(2);
    EXPECT_EQ(check(statement(1, 1), 2), "older");
    EXPECT_EQ(known_root(), 2u);
}

TEST_F(HubTrustTest, ACommitNeedsNeitherVersionNorTimeNorBranch) {
    EXPECT_EQ(check(statement(5)), "accepted");
    HubStatement old = statement(4);
    old.branch = "main";
    old.manifest = asked_.manifest = sha256_of("older manifest");
    asked_.is_commit = true;
    asked_.branch = "v2";
    asked_.now = old.expires + seconds_of_a_day;
    EXPECT_EQ(check(old), "accepted");
    EXPECT_EQ(trust_.seen->version, 5u);  // unchanged
    EXPECT_EQ(check(old, 2), "signature");
    asked_.manifest = sha256_of("evil");
    EXPECT_EQ(check(old), "other-manifest");
    HubStatement huge = statement(1'000'000);
    huge.manifest = asked_.manifest;
    EXPECT_EQ(check(huge), "accepted");
    EXPECT_EQ(trust_.seen->version, 5u);
}

TEST_F(HubTrustTest, ACommitOfAnOlderRootNeedsKeysThatAreStillValid) {
    HubRoot next = sample_root();
    next.number = 2;
    next.releases = role_of({1, 2});
    add_root(next, {0});
    EXPECT_EQ(check(statement(5, 2), 2), "accepted");
    asked_.is_commit = true;
    EXPECT_EQ(check(statement(3, 1), 1), "accepted");
    change_release_key(2);
    EXPECT_EQ(check(statement(6, 3), 2), "accepted");
    EXPECT_EQ(check(statement(3, 1), 1), "older");
    EXPECT_EQ(reason_,
              "the statement belongs to root 1, and root 3 of the hub replaced its release "
              "keys; choose a newer commit");
}

TEST_F(HubTrustTest, TheNumberOfRequestsIsBounded) {
    std::uint64_t asked = 0;
    HubRoot root = sample_root();
    const RootSource endless = [&](std::uint64_t number) -> std::optional<std::string> {
        ++asked;
        root.number = number;
        return sign_root(root, pool_keys({0}));
    };
    const std::string text = sign_statement(statement(1, root_number_limit), pool_keys({1}));
    HubCheck result = check_statement(trust_, text, asked_, endless);
    EXPECT_EQ(asked, roots_per_check_limit);
    ASSERT_TRUE(std::holds_alternative<HubRefusal>(result.result));
    EXPECT_EQ(std::get<HubRefusal>(result.result).kind, HubRefusalKind::root);
    // What was followed is kept, so that the next check continues, until the last number.
    EXPECT_EQ(open_root(result.trust.root).number, roots_per_check_limit + 1);
    trust_.root = *endless(root_number_limit - 2);
    asked = 0;
    EXPECT_EQ(check_statement(trust_, text, asked_, endless).result.index(), 0u);
    EXPECT_EQ(asked, 2u);
    EXPECT_EQ(open_root(follow_roots(trust_.root, endless).root).number, root_number_limit);
}

TEST_F(HubTrustTest, AnErrorOfTheSourceEndsTheCheck) {
    const RootSource broken = [](std::uint64_t) -> std::optional<std::string> {
        throw std::runtime_error("no network");
    };
    const std::string text = sign_statement(statement(1, 2), pool_keys({1}));
    EXPECT_THROW(check_statement(trust_, text, asked_, broken), std::runtime_error);
}

TEST(HubTrust, AMissingStatementHasAReason) {
    EXPECT_EQ(name_of(missing_statement().kind), "missing");
    EXPECT_EQ(missing_statement().reason,
              "the hub has no ONNX_HUB_MANIFEST.json.sig, although it is pinned as signed; its "
              "owner must sign it with `onnxhub sign`");
}

}  // namespace
}  // namespace onnxhub::test
