// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "trust/base64.h"
#include "trust/dsse_envelope.h"
#include "trust/strict_json.h"

namespace onnxhub {
namespace {

RefusalKind refusal_of(const std::string& text) {
    try {
        read_envelope(parse_strict_json(text, "the text"), 1);
    } catch (const Refused& error) {
        return error.kind;
    }
    ADD_FAILURE() << text;
    return RefusalKind::statement;
}

std::string envelope_text(const std::string& payload, const std::string& signatures) {
    return R"({"payload":")" + payload + R"(","payloadType":"t","signatures":)" + signatures + "}";
}

// The example of the DSSE specification.
TEST(DsseEnvelope, EncodesAsTheSpecificationShows) {
    EXPECT_EQ(pre_authentication_encoding("http://example.com/HelloWorld", "hello world"),
              "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    EXPECT_EQ(pre_authentication_encoding("", ""), "DSSEv1 0  0 ");
    EXPECT_EQ(pre_authentication_encoding("ä", std::string("\0", 1)),
              std::string("DSSEv1 2 ä 1 \0", 15));
}

TEST(DsseEnvelope, TheIdOfTheKeyMayBeAbsentEmptyOrNull) {
    for (const char* id : {"", R"(,"keyid":"")", R"(,"keyid":null)", R"(,"keyid":"abc")"}) {
        const auto json = parse_strict_json(
            envelope_text("Zg==", R"([{"sig":"Zm8=")" + std::string(id) + "}]"), "the text");
        const DsseEnvelope envelope = read_envelope(json, 1);
        EXPECT_EQ(envelope.payload, "f");
        ASSERT_EQ(envelope.signatures.size(), 1u);
        EXPECT_EQ(envelope.signatures[0].signature, "fo");
    }
}

TEST(DsseEnvelope, WhatIsWrittenIsReadAgain) {
    const DsseEnvelope envelope{"type", std::string("\0\xff", 2), {{"id", "one"}, {"", "two"}}};
    const auto json = parse_strict_json(json_text(envelope_json(envelope)), "the text");
    const DsseEnvelope again = read_envelope(json, 2);
    EXPECT_EQ(again.payload, envelope.payload);
    ASSERT_EQ(again.signatures.size(), 2u);
    EXPECT_EQ(again.signatures[0].key_id, "id");
    EXPECT_EQ(again.signatures[1].signature, "two");
}

TEST(DsseEnvelope, OtherStructuresAreRefused) {
    const std::string one = R"([{"sig":"Zm8="}])";
    for (const std::string& text :
         {envelope_text("Zg==", "[]"), envelope_text("Zg==", R"([{"sig":"Zg=="},{"sig":"Zg=="}])"),
          envelope_text("Zg", one), envelope_text("Zg==", R"([{"sig":"Zh=="}])"),
          envelope_text("Zg==", R"([{"sig":"Zg==","cert":""}])"),
          envelope_text("Zg==", R"([{"sig":"Zg==","keyid":1}])"), std::string("{}"),
          std::string(
              R"({"payload":"Zg==","payload":"Zg==","payloadType":"t","signatures":[]})")}) {
        EXPECT_EQ(refusal_of(text), RefusalKind::malformed) << text;
    }
}

TEST(DsseEnvelope, SizesHaveLimits) {
    const auto signature = [](std::size_t bytes) {
        return R"([{"sig":")" + encode_base64(std::string(bytes, 'x')) + R"("}])";
    };
    const auto at_limit =
        parse_strict_json(envelope_text("Zg==", signature(ecdsa_signature_limit)), "the text");
    EXPECT_EQ(read_envelope(at_limit, 1).signatures[0].signature.size(), ecdsa_signature_limit);
    EXPECT_EQ(refusal_of(envelope_text("Zg==", signature(ecdsa_signature_limit + 1))),
              RefusalKind::too_large);
    EXPECT_EQ(refusal_of(envelope_text("Zg==", R"([{"sig":"Zg==","keyid":")" +
                                                   std::string(key_id_limit + 1, 'x') + R"("}])")),
              RefusalKind::too_large);
}

}  // namespace
}  // namespace onnxhub
