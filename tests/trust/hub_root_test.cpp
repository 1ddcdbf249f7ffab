// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/signed_hub.h"
#include "trust/base64.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub::test {
namespace {

using Json = nlohmann::ordered_json;

std::string refusal_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Refused& error) {
        return error.what();
    }
    return "accepted";
}

std::string root_refusal(const std::string& text) {
    return refusal_of([&] { open_root(text); });
}

/// The sample root with a changed payload, correctly signed.
std::string changed_root(const std::function<void(Json&)>& change) {
    Json payload = Json::parse(payload_of(sign_root(sample_root(), pool_keys({0}))));
    change(payload);
    return signed_payload(payload.dump(), {0});
}

HubRoot next_of(HubRoot root) {
    ++root.number;
    return root;
}

TEST(HubRoot, IsWrittenAndReadAgain) {
    HubRoot root = sample_root();
    root.roots = role_of({0, 2, 3}, 2);
    root.releases = role_of({1, 0}, 2);
    root.number = root_number_limit;
    root.expires = root.issued + 1;
    const std::string text = sign_root(root, pool_keys({0, 3}));
    EXPECT_TRUE(text.ends_with("\n"));
    const HubRoot again = open_root(text);
    EXPECT_EQ(again.hub, "acme/models");
    EXPECT_EQ(again.number, root_number_limit);
    EXPECT_TRUE(is_same_role(again.roots, root.roots));
    EXPECT_TRUE(is_same_role(again.releases, root.releases));
    EXPECT_EQ(again.issued, root.issued);
    EXPECT_EQ(again.expires, root.expires);
    EXPECT_EQ(root_path(3), "ONNX_HUB_TRUST/root-3.json");
}

TEST(HubRoot, RolesAreComparedAsSets) {
    EXPECT_TRUE(is_same_role(role_of({0, 1}), role_of({1, 0})));
    EXPECT_FALSE(is_same_role(role_of({0, 1}), role_of({0, 1}, 2)));
    EXPECT_FALSE(is_same_role(role_of({0, 1}), role_of({0})));
    EXPECT_FALSE(is_same_role(role_of({0}), role_of({1})));
}

TEST(HubRoot, NeedsTheThresholdOfItsOwnRootKeys) {
    HubRoot root = sample_root();
    root.roots = role_of({0, 2, 3}, 2);
    EXPECT_EQ(root_refusal(sign_root(root, pool_keys({0}))),
              "root 1 has signatures by 1 of the 2 root keys of root 1 that it needs");
    // Release keys and unknown keys do not count, nor does the same key again.
    EXPECT_EQ(root_refusal(sign_root(root, pool_keys({0, 1, 4, 0}))),
              "root 1 has signatures by 1 of the 2 root keys of root 1 that it needs");
    const std::string two = add_signature(sign_root(root, pool_keys({0})), pool_key(2), "the root");
    EXPECT_EQ(root_refusal(two), "accepted");
}

TEST(HubRoot, TheNextOneNeedsTheOldAndTheNewThreshold) {
    const HubRoot first = sample_root();
    HubRoot second = next_of(first);
    second.roots = role_of({5, 6}, 2);
    const auto refusal = [&](const std::vector<std::size_t>& keys) {
        return refusal_of([&] { open_next_root(sign_root(second, pool_keys(keys)), first); });
    };
    EXPECT_EQ(refusal({0, 5, 6}), "accepted");
    EXPECT_EQ(refusal({5, 6}),
              "root 2 has signatures by 0 of the 1 root keys of root 1 that it "
              "needs");
    EXPECT_EQ(refusal({0, 5}),
              "root 2 has signatures by 1 of the 2 root keys of root 2 that it "
              "needs");
    EXPECT_EQ(refusal({0}),
              "root 2 has signatures by 0 of the 2 root keys of root 2 that it "
              "needs");
}

TEST(HubRoot, TheNextOneHasTheNextNumberAndTheSameName) {
    const HubRoot first = sample_root();
    const auto refusal = [&](const HubRoot& next) {
        return refusal_of([&] { open_next_root(sign_root(next, pool_keys({0})), first); });
    };
    HubRoot next = next_of(next_of(first));
    EXPECT_EQ(refusal(next), "it is root 3, but root 2 comes after root 1");
    EXPECT_EQ(refusal(first), "it is root 1, but root 2 comes after root 1");
    next = next_of(first);
    next.hub = "other/models";
    EXPECT_EQ(refusal(next),
              "root 2 belongs to the hub \"other/models\", but root 1 to \"acme/models\"");
}

TEST(HubRoot, UnverifiedOnesAreReadForCosigning) {
    HubRoot root = sample_root();
    root.roots = role_of({0, 2}, 2);
    EXPECT_EQ(read_unverified_root(sign_root(root, pool_keys({9}))).hub, "acme/models");
}

TEST(HubRoot, KeysHaveALimit) {
    HubRoot root = sample_root();
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < role_key_limit; ++i) numbers.push_back(i);
    root.roots = role_of(numbers, role_key_limit);
    root.releases = role_of(numbers, role_key_limit);
    const std::string text = sign_root(root, pool_keys(numbers));
    EXPECT_EQ(root_refusal(text), "accepted");
    EXPECT_LT(text.size(), root_size_limit / 2);
    numbers.push_back(role_key_limit);
    root.roots = role_of(numbers);
    EXPECT_EQ(refusal_of([&] { sign_root(root, pool_keys({0})); }),
              "the root: keys has too many items");
}

/// P-521 has the largest keys and signatures.
TEST(HubRoot, TheLargestOneIsBelowTheLimit) {
    HubRoot root = sample_root();
    root.hub = std::string(hub_name_limit, 'x');
    std::vector<PrivateKey> keys;
    for (std::size_t i = 0; i < 2 * role_key_limit; ++i) {
        keys.push_back(PrivateKey::create(EcdsaCurve::p521));
    }
    root.roots = {};
    root.releases = {};
    for (std::size_t i = 0; i < role_key_limit; ++i) {
        root.roots.keys.push_back(keys[i].public_key());
        root.releases.keys.push_back(keys[i + role_key_limit].public_key());
    }
    root.roots.threshold = root.releases.threshold = role_key_limit;
    EXPECT_EQ(root_refusal(sign_root(root, keys)), "accepted");
}

TEST(HubRoot, NamesHaveALimitAndArePrintable) {
    EXPECT_FALSE(hub_name_problem("acme/models"));
    EXPECT_FALSE(hub_name_problem("Modèles d'équipe"));
    EXPECT_FALSE(hub_name_problem(std::string(hub_name_limit, 'x')));
    EXPECT_EQ(hub_name_problem(std::string(hub_name_limit + 1, 'x')), "has more than 200 bytes");
    EXPECT_EQ(hub_name_problem(""), "is empty");
    EXPECT_EQ(hub_name_problem("a\nb"), "has characters that can't be printed");
    EXPECT_EQ(hub_name_problem("a\xff"), "has characters that can't be printed");
    EXPECT_EQ(hub_name_problem(" a"), "begins or ends with a blank");
}

TEST(HubRoot, OtherStructuresAreRefused) {
    const std::pair<std::string, std::function<void(Json&)>> changes[] = {
        {"the root has the unknown member \"more\"",
         [](Json& payload) { payload["predicate"]["more"] = 1; }},
        {"the root has the unknown member \"more\"", [](Json& payload) { payload["more"] = 1; }},
        {"\"root\" of the root has the unknown member \"more\"",
         [](Json& payload) { payload["predicate"]["root"]["more"] = 1; }},
        {"a subject has the unknown member \"uri\"",
         [](Json& payload) { payload["subject"][0]["uri"] = "x"; }},
        {"the digest of a subject has the unknown member \"md5\"",
         [](Json& payload) { payload["subject"][0]["digest"]["md5"] = "x"; }},
        {"the root: subject does not list the release keys",
         [](Json& payload) {
             payload["subject"][0]["digest"]["sha256"] = to_hex(sha256_of("other"));
         }},
        {"the root: subject is empty", [](Json& payload) { payload["subject"] = Json::array(); }},
        {"the root has the _type \"x\" instead of \"https://in-toto.io/Statement/v1\"",
         [](Json& payload) { payload["_type"] = "x"; }},
        {"the root has the predicateType \"x\" instead of "
         "\"https://github.com/onnxhub/onnxhub/hub-root/v1\"",
         [](Json& payload) { payload["predicateType"] = "x"; }},
        {"the root: number is 0", [](Json& payload) { payload["predicate"]["number"] = 0; }},
        {"the root: number is not a valid number",
         [](Json& payload) { payload["predicate"]["number"] = root_number_limit + 1; }},
        {"the root: number is not a valid number",
         [](Json& payload) { payload["predicate"]["number"] = 1.0; }},
        {"the root: number is not a valid number",
         [](Json& payload) { payload["predicate"]["number"] = "1"; }},
        {"the root: threshold is 0",
         [](Json& payload) { payload["predicate"]["root"]["threshold"] = 0; }},
        {"the root: root has 1 keys, fewer than its threshold of 2",
         [](Json& payload) { payload["predicate"]["root"]["threshold"] = 2; }},
        {"the root: release lists a key twice",
         [](Json& payload) {
             auto& keys = payload["predicate"]["release"]["keys"];
             keys.push_back(keys[0]);
         }},
        {"the root: root has 0 keys, fewer than its threshold of 1",
         [](Json& payload) { payload["predicate"]["root"]["keys"] = Json::array(); }},
        {"the root: keys has an item that is not base64",
         [](Json& payload) { payload["predicate"]["root"]["keys"][0] = "?"; }},
        {"the root: keys has an item that is not a public key in DER",
         [](Json& payload) { payload["predicate"]["root"]["keys"][0] = encode_base64("key"); }},
        {"the root: keys has an item that is too large for a key",
         [](Json& payload) { payload["predicate"]["root"]["keys"][0] = std::string(400, 'A'); }},
        {"the root: issued is not a time such as 2026-11-30T04:05:06Z",
         [](Json& payload) { payload["predicate"]["issued"] = "2026-11-30"; }},
        {"the root: expires is not after issued",
         [](Json& payload) { payload["predicate"]["expires"] = payload["predicate"]["issued"]; }},
        {"the root: hub is empty", [](Json& payload) { payload["predicate"]["hub"] = ""; }},
    };
    for (const auto& [reason, change] : changes) {
        EXPECT_EQ(root_refusal(changed_root(change)), reason);
    }
    for (const char* member : {"hub", "number", "root", "release", "issued"}) {
        EXPECT_EQ(
            root_refusal(changed_root([&](Json& payload) { payload["predicate"].erase(member); })),
            "the root: " + std::string(member) + " is missing");
    }
    EXPECT_EQ(root_refusal(signed_payload(R"({"_type":"a","_type":"b"})", {0})),
              "the root repeats the key \"_type\" (line 1)");
}

TEST(HubRoot, AnyChangedByteOfThePayloadIsRefused) {
    const std::string text = sign_root(sample_root(), pool_keys({0}));
    const std::string payload = payload_of(text);
    for (std::size_t i = 0; i < payload.size(); ++i) {
        for (const char change : {'\x01', '\x20'}) {
            std::string changed = payload;
            changed[i] = static_cast<char>(changed[i] ^ change);
            EXPECT_NE(root_refusal(with_payload(text, changed)), "accepted") << i;
        }
    }
}

TEST(HubRoot, AStatementIsNoRoot) {
    EXPECT_EQ(root_refusal(sign_statement(sample_statement_of_hub(), pool_keys({0}))),
              "the root has the predicateType "
              "\"https://github.com/onnxhub/onnxhub/hub-statement/v1\" instead of "
              "\"https://github.com/onnxhub/onnxhub/hub-root/v1\"");
}

}  // namespace
}  // namespace onnxhub::test
