// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>

#include "tests/support/program.h"
#include "tests/support/signing_certificates.h"
#include "trust/dsse_envelope.h"
#include "trust/private_key.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> no_passphrase() {
    return std::nullopt;
}

std::string refusal_of_key(const std::string& text, const AskPassphrase& ask = no_passphrase) {
    try {
        PrivateKey::from_pem(text, ask);
    } catch (const Refused& error) {
        EXPECT_EQ(error.kind, RefusalKind::key);
        return error.what();
    }
    return "accepted";
}

class PrivateKeyOfCurve : public testing::TestWithParam<EcdsaCurve> {};

TEST_P(PrivateKeyOfCurve, SignsAndIsReadAgain) {
    const PrivateKey key = PrivateKey::create(GetParam());
    EXPECT_EQ(key.public_key().curve(), GetParam());
    const std::string signature = key.sign("message");
    EXPECT_TRUE(key.public_key().has_signed("message", signature));
    EXPECT_FALSE(key.public_key().has_signed("massage", signature));
    EXPECT_FALSE(PrivateKey::create(GetParam()).public_key().has_signed("message", signature));
    const std::string pem = key.pem({});
    EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    EXPECT_TRUE(PrivateKey::from_pem(pem, no_passphrase).public_key() == key.public_key());
}

TEST_P(PrivateKeyOfCurve, PassphrasesProtect) {
    const PrivateKey key = PrivateKey::create(GetParam());
    const std::string pem = key.pem("open sesame");
    EXPECT_TRUE(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    EXPECT_EQ(refusal_of_key(pem, [] { return std::optional<std::string>("wrong"); }),
              "has another passphrase");
    EXPECT_EQ(refusal_of_key(pem),
              "is encrypted; set ONNXHUB_KEY_PASSPHRASE, or sign on a terminal");
    const auto again =
        PrivateKey::from_pem(pem, [] { return std::optional<std::string>("open sesame"); });
    EXPECT_TRUE(again.public_key() == key.public_key());
}

/// OpenSSL's program computes the same digest over the same bytes.
TEST_P(PrivateKeyOfCurve, OpensslAcceptsTheSignature) {
    if (!test::has_program("openssl")) GTEST_SKIP() << "no openssl here (apt-get install openssl)";
    const fs::path folder = fs::path(testing::TempDir()) / "openssl_dgst";
    fs::create_directories(folder);
    const PrivateKey key = PrivateKey::create(GetParam());
    const std::string message = pre_authentication_encoding(in_toto_payload_type, "{\"a\": 1}");
    const auto write = [&](const char* name, const std::string& content) {
        std::ofstream(folder / name, std::ios::binary) << content;
    };
    write("key.pem", key.public_key().pem());
    write("message", message);
    write("signature", key.sign(message));
    std::string digest = digest_name_of(GetParam());
    for (char& c : digest) c = static_cast<char>(std::tolower(c));
    const auto result = test::run_command({"openssl", "dgst", "-" + digest, "-verify", "key.pem",
                                           "-signature", "signature", "message"},
                                          folder);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "Verified OK\n");
    fs::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Curves, PrivateKeyOfCurve,
                         testing::Values(EcdsaCurve::p256, EcdsaCurve::p384, EcdsaCurve::p521));

TEST(PrivateKeyPem, OtherTextsAndKeysAreRefused) {
    EXPECT_EQ(refusal_of_key(""),
              "is not a private key in PEM; create one with `onnxhub key create`");
    const PrivateKey key = PrivateKey::create(EcdsaCurve::p256);
    EXPECT_NE(refusal_of_key(key.public_key().pem()), "accepted");
    const std::string rsa = test::make_signing_certificates({.curve = ""}).key;
    EXPECT_TRUE(refusal_of_key(rsa).starts_with("is not an elliptic key")) << refusal_of_key(rsa);
    const std::string other = test::make_signing_certificates({.curve = "secp256k1"}).key;
    EXPECT_TRUE(refusal_of_key(other).starts_with("is not an elliptic key"));
    EXPECT_THROW(PrivateKey::from_pem(std::string(key_file_limit + 1, ' '), no_passphrase),
                 Refused);
}

TEST(PublicKeyPem, TextBeforeTheKeyIsSkipped) {
    const PublicKey key = PrivateKey::create(EcdsaCurve::p384).public_key();
    const PublicKey again = PublicKey::from_pem("type: p384\nhint: x\n\n" + key.pem());
    EXPECT_TRUE(again == key);
    EXPECT_EQ(again.hint(), key.hint());
    EXPECT_NE(again.hint(), again.id());
    EXPECT_THROW(PublicKey::from_pem("nothing"), Refused);
    EXPECT_THROW(PublicKey::from_pem(std::string(key_file_limit + 1, ' ') + key.pem()), Refused);
}

TEST(PublicKey, SignaturesOfAnyBytesDoNotCrash) {
    const PublicKey key = PrivateKey::create(EcdsaCurve::p256).public_key();
    for (const std::string& signature :
         {std::string(), std::string(1, '\0'), std::string(300, '\xff'),
          std::string("0\x06\x02\x01\x01\x02\x01\x01")}) {
        EXPECT_FALSE(key.has_signed("message", signature));
    }
}

}  // namespace
}  // namespace onnxhub
