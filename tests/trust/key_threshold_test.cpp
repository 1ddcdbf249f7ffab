// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "tests/support/signed_hub.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub::test {
namespace {

DsseEnvelope envelope_by(const std::vector<std::size_t>& keys) {
    return parse_hub_envelope(signed_payload("{}", keys), 10'000, "the text");
}

std::string envelope_refusal(const std::string& text, std::size_t limit = root_size_limit) {
    try {
        parse_hub_envelope(text, limit, "the text");
    } catch (const Refused& error) {
        return error.what();
    }
    return "accepted";
}

TEST(KeyThreshold, CountsDistinctKeysOfTheRole) {
    const KeyRole role = role_of({0, 1, 2}, 2);
    EXPECT_EQ(count_signers(envelope_by({0}), role), 1u);
    EXPECT_EQ(count_signers(envelope_by({0, 2}), role), 2u);
    EXPECT_EQ(count_signers(envelope_by({0, 3}), role), 1u);
    EXPECT_EQ(count_signers(envelope_by({3}), role), 0u);
}

TEST(KeyThreshold, TwoSignaturesOfOneKeyCountOnce) {
    DsseEnvelope envelope = envelope_by({0});
    DsseSignature second = envelope_by({0}).signatures[0];  // ECDSA signs with a random number
    EXPECT_NE(second.signature, envelope.signatures[0].signature);
    envelope.signatures.push_back(second);
    EXPECT_EQ(count_signers(envelope, role_of({0, 1}, 2)), 1u);
    // Nor does a role count a key twice, though no root that was read has one.
    EXPECT_EQ(count_signers(envelope, role_of({0, 0}, 2)), 1u);
}

TEST(KeyThreshold, TheKeyIdOnlyChoosesTheKey) {
    DsseEnvelope envelope = envelope_by({0});
    envelope.signatures[0].key_id = pool_key(1).public_key().id();
    EXPECT_EQ(count_signers(envelope, role_of({0, 1})), 0u);
}

TEST(KeyThreshold, AnEarlierInvalidSignatureDoesNotHideAValidOne) {
    DsseEnvelope envelope = envelope_by({0});
    DsseSignature damaged = envelope.signatures[0];
    damaged.signature[10] ^= 1;
    envelope.signatures.insert(envelope.signatures.begin(), damaged);
    EXPECT_EQ(count_signers(envelope, role_of({0})), 1u);
}

/// The same key with a compressed point would have another id: one holder could be two.
TEST(KeyThreshold, EachKeyHasOneSpelling) {
    const std::string der = pool_key(0).public_key().der();
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    const auto free_key = [](EVP_PKEY* key) { EVP_PKEY_free(key); };
    const std::shared_ptr<EVP_PKEY> key(d2i_PUBKEY(nullptr, &begin, static_cast<long>(der.size())),
                                        free_key);
    ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                             OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_COMPRESSED),
              1);
    unsigned char* bytes = nullptr;
    const int size = i2d_PUBKEY(key.get(), &bytes);
    const std::string compressed(reinterpret_cast<const char*>(bytes),
                                 static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    EXPECT_LT(compressed.size(), der.size());
    EXPECT_THROW(PublicKey::from_der(compressed), Refused);
    EXPECT_THROW(PublicKey::from_der(der + "x"), Refused);
    EXPECT_THROW(PublicKey::from_der(""), Refused);
    EXPECT_EQ(PublicKey(key).der(), der);
    EXPECT_TRUE(PublicKey::from_der(der) == pool_key(0).public_key());
}

TEST(KeyThreshold, SignaturesAreAddedOverTheSameBytes) {
    const std::string one = signed_payload("{}", {0});
    const std::string two = add_signature(one, pool_key(1), "the text");
    EXPECT_EQ(payload_of(two), payload_of(one));
    EXPECT_EQ(count_signers(parse_hub_envelope(two, 10'000, "the text"), role_of({0, 1})), 2u);
    EXPECT_EQ(add_signature(two, pool_key(0), "the text"), two);
    EXPECT_EQ(add_signature(two, pool_key(1), "the text"), two);
}

TEST(KeyThreshold, ADamagedSignatureOfTheSameKeyIsReplaced) {
    DsseEnvelope envelope = envelope_by({0, 1});
    envelope.signatures[0].signature = "damaged";
    const auto repaired = parse_hub_envelope(
        add_signature(hub_envelope_text(envelope), pool_key(0), "the text"), 10'000, "the text");
    EXPECT_EQ(repaired.signatures.size(), 2u);
    EXPECT_EQ(count_signers(repaired, role_of({0, 1})), 2u);
}

TEST(KeyThreshold, SignaturesHaveALimit) {
    DsseEnvelope envelope = envelope_by({0});
    while (envelope.signatures.size() < envelope_signature_limit) {
        envelope.signatures.push_back({to_hex(sha256_of("other")), "x"});
    }
    EXPECT_EQ(envelope_refusal(hub_envelope_text(envelope)), "accepted");
    EXPECT_THROW(add_signature(hub_envelope_text(envelope), pool_key(1), "the text"), Refused);
    envelope.signatures.push_back(envelope.signatures.back());
    EXPECT_EQ(envelope_refusal(hub_envelope_text(envelope)),
              "the DSSE envelope has 129 signatures instead of 1 to 128");
}

TEST(KeyThreshold, EnvelopesHaveALimit) {
    const std::string text = signed_payload("{}", {0});
    EXPECT_EQ(envelope_refusal(text, text.size()), "accepted");
    EXPECT_EQ(envelope_refusal(text, text.size() - 1),
              "the text has more than " + std::to_string(text.size() - 1) + " bytes");
}

TEST(KeyThreshold, OtherTypesAndKeyIdsAreRefused) {
    DsseEnvelope envelope = envelope_by({0});
    envelope.payload_type = "text/plain";
    EXPECT_EQ(envelope_refusal(hub_envelope_text(envelope)),
              "the text has the payload type \"text/plain\" instead of "
              "application/vnd.in-toto+json");
    envelope = envelope_by({0});
    for (const char* id : {"", "key", "ABCDEF"}) {
        envelope.signatures[0].key_id = id;
        EXPECT_EQ(envelope_refusal(hub_envelope_text(envelope)),
                  "the text has a signature whose keyid \"" + std::string(id) +
                      "\" is not the SHA-256 of a key");
    }
}

TEST(KeyThreshold, TruncatedEnvelopesAreRefused) {
    const std::string text = signed_payload("{}", {0});
    for (std::size_t size = 0; size + 1 < text.size(); ++size) {  // the line break may be missing
        EXPECT_NE(envelope_refusal(text.substr(0, size)), "accepted") << size;
    }
}

}  // namespace
}  // namespace onnxhub::test
