// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "tests/support/bundle_changes.h"
#include "tests/support/signing_certificates.h"
#include "trust/model_signature.h"
#include "trust/sigstore_bundle.h"

namespace onnxhub {
namespace {

using test::BundleChange;

ModelStatement signed_statement() {
    return {
        "model", {{"a.onnx", sha256_of("a"), 0, 0}, {"b.bin", sha256_of("b"), 0, 0}}, {}, {".git"}};
}

/// "" if the bundle is accepted.
std::string refusal_text(const std::string& bundle, const AcceptedSigners& signers) {
    const auto result = verify_model_signature(bundle, signers);
    const auto* refusal = std::get_if<Refusal>(&result);
    return refusal ? refusal->reason : "";
}

struct Signed {
    std::string bundle;
    AcceptedSigners signers;
};

Signed signed_with_key(EcdsaCurve curve) {
    const PrivateKey key = PrivateKey::create(curve);
    return {sign_model(signed_statement(), {key}), AcceptedKeys{{key.public_key()}}};
}

Signed signed_with_certificate() {
    const test::SigningCertificates made = test::make_signing_certificates();
    std::vector<std::string> chain;
    for (const std::string& pem : made.chain) chain.push_back(certificates_of_pem(pem).front());
    PrivateKey key = PrivateKey::from_pem(made.key, [] { return std::optional<std::string>(); });
    return {sign_model(signed_statement(), make_model_signer(std::move(key), chain)),
            AcceptedRoots{certificates_of_pem(made.root), {}}};
}

void every_change_is_refused(const Signed& sample) {
    ASSERT_EQ(refusal_text(sample.bundle, sample.signers), "");
    const std::vector<BundleChange> changes = test::changes_of_bundle(sample.bundle);
    EXPECT_GE(changes.size(), 500u);
    for (const BundleChange& change : changes) {
        const auto result = verify_model_signature(change.text, sample.signers);
        const auto* refusal = std::get_if<Refusal>(&result);
        ASSERT_TRUE(refusal) << change.what;
        EXPECT_EQ(name_of(refusal->kind), name_of(change.expected))
            << change.what << ": " << refusal->reason;
        EXPECT_FALSE(refusal->reason.empty());
    }
}

TEST(ModelSignature, EveryChangeOfABundleWithAKeyIsRefused) {
    for (const EcdsaCurve curve : {EcdsaCurve::p256, EcdsaCurve::p384, EcdsaCurve::p521}) {
        every_change_is_refused(signed_with_key(curve));
    }
}

TEST(ModelSignature, EveryChangeOfABundleWithCertificatesIsRefused) {
    every_change_is_refused(signed_with_certificate());
}

TEST(ModelSignature, SaysWhatWasSigned) {
    const Signed sample = signed_with_key(EcdsaCurve::p256);
    const auto result = verify_model_signature(sample.bundle, sample.signers);
    const auto& verified = std::get<VerifiedSignature>(result);
    EXPECT_EQ(verified.statement.name, "model");
    EXPECT_EQ(verified.statement.resources.size(), 2u);
    EXPECT_TRUE(verified.key == std::get<AcceptedKeys>(sample.signers).keys.front());
}

TEST(ModelSignature, OneOfSeveralKeysIsEnough) {
    const Signed one = signed_with_key(EcdsaCurve::p256);
    const Signed other = signed_with_key(EcdsaCurve::p521);
    AcceptedKeys both = std::get<AcceptedKeys>(one.signers);
    both.keys.push_back(std::get<AcceptedKeys>(other.signers).keys.front());
    EXPECT_EQ(refusal_text(one.bundle, both), "");
    EXPECT_EQ(refusal_text(other.bundle, both), "");
    EXPECT_TRUE(
        refusal_text(other.bundle, one.signers).starts_with("is signed with another key, "));
    EXPECT_NE(refusal_text(one.bundle, AcceptedKeys{}), "");
}

TEST(ModelSignature, AnotherMethodIsNamed) {
    const Signed key = signed_with_key(EcdsaCurve::p256);
    const Signed certificate = signed_with_certificate();
    EXPECT_EQ(refusal_text(key.bundle, certificate.signers),
              "is signed with a key, not with a certificate; verify it with --key");
    EXPECT_EQ(refusal_text(certificate.bundle, key.signers),
              "is signed with a certificate, not with a key; verify it with --certificate-chain");
}

/// A signer's own contradictions are found after the signature was verified.
TEST(ModelSignature, ASignedContradictionIsRefused) {
    const PrivateKey key = PrivateKey::create(EcdsaCurve::p256);
    const std::string payload = R"({"_type":"https://in-toto.io/Statement/v1"})";
    SigstoreBundle bundle{KeyMaterial{key.public_key().hint(), "", ""},
                          {std::string(in_toto_payload_type), payload, {}}};
    bundle.envelope.signatures.push_back(
        {"", key.sign(pre_authentication_encoding(in_toto_payload_type, payload))});
    const auto result =
        verify_model_signature(bundle_text(bundle), AcceptedKeys{{key.public_key()}});
    EXPECT_EQ(std::get<Refusal>(result).kind, RefusalKind::statement);
}

/// The same bytes under another payload type have another signature.
TEST(ModelSignature, TheTypeOfThePayloadIsSigned) {
    const PrivateKey key = PrivateKey::create(EcdsaCurve::p256);
    const std::string payload = model_statement_text(signed_statement());
    SigstoreBundle bundle{KeyMaterial{key.public_key().hint(), "", ""},
                          {std::string(in_toto_payload_type), payload, {}}};
    bundle.envelope.signatures.push_back(
        {"", key.sign(pre_authentication_encoding("other", payload))});
    EXPECT_EQ(refusal_text(bundle_text(bundle), AcceptedKeys{{key.public_key()}}),
              "its signature does not match what it signs");
}

TEST(ModelSignature, TheChainBelongsToTheKey) {
    const test::SigningCertificates made = test::make_signing_certificates();
    const PrivateKey other = PrivateKey::create(EcdsaCurve::p256);
    EXPECT_THROW(make_model_signer(other, certificates_of_pem(made.chain[0])), Refused);
    EXPECT_NO_THROW(make_model_signer(other, {}));
    const PrivateKey own =
        PrivateKey::from_pem(made.key, [] { return std::optional<std::string>(); });
    const std::string leaf = certificates_of_pem(made.chain[0]).front();
    const std::string issuer = certificates_of_pem(made.chain[1]).front();
    const std::string root = certificates_of_pem(made.root).front();
    EXPECT_NO_THROW(make_model_signer(own, {leaf, issuer}));
    EXPECT_NO_THROW(make_model_signer(own, {leaf, issuer, root}));
    EXPECT_THROW(make_model_signer(own, {leaf, root}), Refused);
    EXPECT_THROW(make_model_signer(own, {leaf, issuer, issuer}), Refused);
    const std::string untrusted =
        certificates_of_pem(test::make_signing_certificates().root).front();
    EXPECT_THROW(make_model_signer(own, {leaf, issuer, untrusted}), Refused);
    const std::vector<std::string> many(chain_length_limit + 1, "x");
    EXPECT_THROW(make_model_signer(other, many), Refused);
}

TEST(ModelSignature, BundlesHaveALimit) {
    const Signed sample = signed_with_key(EcdsaCurve::p256);
    std::string padded = sample.bundle;
    padded.resize(bundle_size_limit, ' ');
    EXPECT_EQ(refusal_text(padded, sample.signers), "");
    padded += ' ';
    const auto result = verify_model_signature(padded, sample.signers);
    EXPECT_EQ(std::get<Refusal>(result).kind, RefusalKind::too_large);
}

TEST(ModelSignature, ChainsHaveALimit) {
    const Signed sample = signed_with_certificate();
    nlohmann::ordered_json bundle = nlohmann::ordered_json::parse(sample.bundle);
    auto& list = bundle["verificationMaterial"]["x509CertificateChain"]["certificates"];
    while (list.size() <= chain_length_limit) list.push_back(list[1]);
    const auto result = verify_model_signature(bundle.dump(), sample.signers);
    EXPECT_EQ(std::get<Refusal>(result).kind, RefusalKind::too_large);
}

TEST(ModelSignature, AStatementCanBeReadWithoutAKey) {
    const Signed sample = signed_with_key(EcdsaCurve::p256);
    const auto statement = read_unverified_statement(sample.bundle);
    EXPECT_EQ(std::get<ModelStatement>(statement).resources.size(), 2u);
    EXPECT_TRUE(std::holds_alternative<Refusal>(read_unverified_statement("{}")));
}

}  // namespace
}  // namespace onnxhub
