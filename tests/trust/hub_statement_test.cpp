// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_statement.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/signed_hub.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub::test {
namespace {

using Json = nlohmann::ordered_json;

std::string statement_refusal(const std::string& text, const HubRoot& root = sample_root()) {
    try {
        open_statement(text, root);
    } catch (const Refused& error) {
        return error.what();
    }
    return "accepted";
}

std::string sample_text() {
    return sign_statement(sample_statement_of_hub(), pool_keys({1}));
}

std::string changed_statement(const std::function<void(Json&)>& change) {
    Json payload = Json::parse(payload_of(sample_text()));
    change(payload);
    return signed_payload(payload.dump(), {1});
}

TEST(HubStatement, IsWrittenAndReadAgain) {
    HubStatement statement = sample_statement_of_hub();
    statement.version = statement_version_limit - 1;
    statement.branch = std::string(branch_name_limit, 'b');
    statement.index = sha256_of("index");
    const HubStatement again =
        open_statement(sign_statement(statement, pool_keys({1})), sample_root());
    EXPECT_EQ(again.hub, statement.hub);
    EXPECT_EQ(again.root_number, 1u);
    EXPECT_EQ(again.version, (std::uint64_t{1} << 53) - 1);
    EXPECT_EQ(again.branch, statement.branch);
    EXPECT_EQ(again.manifest, statement.manifest);
    EXPECT_EQ(again.index, statement.index);
    EXPECT_EQ(again.issued, statement.issued);
    EXPECT_EQ(again.expires, statement.expires);
    EXPECT_FALSE(open_statement(sample_text(), sample_root()).index);
    EXPECT_EQ(open_statement(sample_text(), sample_root()).branch, "");
}

TEST(HubStatement, NeedsTheThresholdOfReleaseKeys) {
    HubRoot root = sample_root();
    root.releases = role_of({1, 2, 3}, 2);
    const std::string one = sample_text();
    EXPECT_EQ(statement_refusal(one, root),
              "the statement has signatures by 1 of the 2 release keys of root 1 that it needs");
    EXPECT_EQ(statement_refusal(add_signature(one, pool_key(0), "it"), root),
              "the statement has signatures by 1 of the 2 release keys of root 1 that it needs");
    EXPECT_EQ(statement_refusal(add_signature(one, pool_key(3), "it"), root), "accepted");
}

TEST(HubStatement, BelongsToOneHubAndOneRoot) {
    HubRoot root = sample_root();
    root.hub = "other/models";
    EXPECT_EQ(statement_refusal(sample_text(), root),
              "the statement belongs to the hub \"acme/models\" instead of \"other/models\"");
    root = sample_root();
    root.number = 2;
    EXPECT_EQ(statement_refusal(sample_text(), root),
              "the statement belongs to root 1 instead of root 2");
}

TEST(HubStatement, OtherStructuresAreRefused) {
    const std::pair<std::string, std::function<void(Json&)>> changes[] = {
        {"the hub statement has the unknown member \"more\"",
         [](Json& payload) { payload["predicate"]["more"] = 1; }},
        {"the hub statement: version is 0",
         [](Json& payload) { payload["predicate"]["version"] = 0; }},
        {"the hub statement: version is not a valid number",
         [](Json& payload) { payload["predicate"]["version"] = statement_version_limit; }},
        {"the hub statement: version is not a valid number",
         [](Json& payload) { payload["predicate"]["version"] = -1; }},
        {"the hub statement: root is not a valid number",
         [](Json& payload) { payload["predicate"]["root"] = root_number_limit + 1; }},
        {"the hub statement: branch is not the name of a branch",
         [](Json& payload) { payload["predicate"]["branch"] = ""; }},
        {"the hub statement: branch is not the name of a branch",
         [](Json& payload) {
             payload["predicate"]["branch"] = std::string(branch_name_limit + 1, 'b');
         }},
        {"the hub statement: branch is not the name of a branch",
         [](Json& payload) { payload["predicate"]["branch"] = "a\nb"; }},
        {"the hub statement: expires is not after issued",
         [](Json& payload) { payload["predicate"]["expires"] = payload["predicate"]["issued"]; }},
        {"the hub statement: subject does not begin with ONNX_HUB_MANIFEST.json",
         [](Json& payload) { payload["subject"][0]["name"] = "other"; }},
        {"the hub statement: subject names \"other\" instead of index/root.json",
         [](Json& payload) {
             payload["subject"].push_back(payload["subject"][0]);
             payload["subject"][1]["name"] = "other";
         }},
        {"the hub statement: subject has too many items",
         [](Json& payload) {
             payload["subject"] =
                 Json::array({payload["subject"][0], payload["subject"][0], payload["subject"][0]});
         }},
        {"the hub statement: sha256 of a subject is not a SHA-256",
         [](Json& payload) { payload["subject"][0]["digest"]["sha256"] = "x"; }},
    };
    for (const auto& [reason, change] : changes) {
        EXPECT_EQ(statement_refusal(changed_statement(change)), reason);
    }
    for (const char* member : {"hub", "root", "version", "issued", "expires"}) {
        EXPECT_EQ(statement_refusal(changed_statement(
                      [&](Json& payload) { payload["predicate"].erase(member); })),
                  "the hub statement: " + std::string(member) + " is missing");
    }
}

TEST(HubStatement, AnyChangedByteOfThePayloadIsRefused) {
    const std::string text = sample_text();
    const std::string payload = payload_of(text);
    for (std::size_t i = 0; i < payload.size(); ++i) {
        for (const char change : {'\x01', '\x20'}) {
            std::string changed = payload;
            changed[i] = static_cast<char>(changed[i] ^ change);
            EXPECT_NE(statement_refusal(with_payload(text, changed)), "accepted") << i;
        }
    }
}

TEST(HubStatement, AnyChangedByteOfTheSignatureIsRefused) {
    DsseEnvelope envelope = parse_hub_envelope(sample_text(), 10'000, "it");
    const std::string signature = envelope.signatures[0].signature;
    for (std::size_t i = 0; i < signature.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            envelope.signatures[0].signature = signature;
            envelope.signatures[0].signature[i] =
                static_cast<char>(envelope.signatures[0].signature[i] ^ (1 << bit));
            EXPECT_NE(statement_refusal(hub_envelope_text(envelope)), "accepted") << i;
        }
    }
}

TEST(HubStatement, TruncatedOnesAreRefused) {
    const std::string text = sample_text();
    for (std::size_t size = 0; size + 1 < text.size(); ++size) {
        EXPECT_NE(statement_refusal(text.substr(0, size)), "accepted") << size;
    }
}

TEST(HubStatement, ItsSizeHasALimit) {
    const std::string text = sample_text();
    const std::string blanks(statement_size_limit - text.size(), ' ');
    EXPECT_EQ(statement_refusal(text + blanks), "accepted");
    EXPECT_EQ(statement_refusal(text + blanks + " "),
              "the hub statement has more than 262144 bytes");
}

}  // namespace
}  // namespace onnxhub::test
