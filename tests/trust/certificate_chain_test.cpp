// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/signing_certificates.h"
#include "trust/certificate_chain.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

using test::CertificateTraits;
using test::SigningCertificates;

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::vector<std::string> der_of(const std::vector<std::string>& pem) {
    std::vector<std::string> all;
    for (const std::string& text : pem) all.push_back(certificates_of_pem(text).front());
    return all;
}

/// "" if the chain is accepted.
std::string refusal_of_chain(const std::vector<std::string>& chain,
                             const std::vector<std::string>& roots, const ValidityTime& time = {}) {
    try {
        verify_chain(chain, roots, time);
        return "";
    } catch (const Refused& error) {
        EXPECT_EQ(error.kind, RefusalKind::certificate);
        return error.what();
    }
}

std::string refusal_of_made(const CertificateTraits& traits, const ValidityTime& time = {}) {
    const SigningCertificates made = make_signing_certificates(traits);
    return refusal_of_chain(der_of(made.chain), der_of({made.root}), time);
}

TEST(CertificateChain, LeadsToARootAndGivesTheKey) {
    const SigningCertificates made = test::make_signing_certificates();
    const PublicKey key = verify_chain(der_of(made.chain), der_of({made.root}), {});
    const auto no_passphrase = [] { return std::optional<std::string>(); };
    EXPECT_TRUE(key == PrivateKey::from_pem(made.key, no_passphrase).public_key());
}

TEST(CertificateChain, OtherRootsAreNotEnough) {
    const SigningCertificates made = test::make_signing_certificates();
    const SigningCertificates other = test::make_signing_certificates();
    EXPECT_NE(refusal_of_chain(der_of(made.chain), der_of({other.root})), "");
    EXPECT_NE(refusal_of_chain(der_of(made.chain), {}), "");
    EXPECT_EQ(refusal_of_chain(der_of(made.chain), der_of({other.root, made.root})), "");
    // An intermediate certificate is no root.
    EXPECT_NE(refusal_of_chain(der_of(made.chain), der_of({made.chain[1]})), "");
}

TEST(CertificateChain, EveryCertificateIsTheIssuerOfTheOneBefore) {
    const SigningCertificates made = test::make_signing_certificates();
    const auto roots = der_of({made.root});
    const std::string leaf = made.chain[0];
    const std::string issuer = made.chain[1];
    EXPECT_NE(refusal_of_chain(der_of({leaf}), roots), "");
    EXPECT_NE(refusal_of_chain(der_of({issuer, leaf}), roots), "");
    EXPECT_EQ(refusal_of_chain(der_of({leaf, issuer, issuer}), roots),
              "certificate 3 is not the issuer of the one before it");
    const SigningCertificates other = test::make_signing_certificates();
    EXPECT_EQ(refusal_of_chain(der_of({leaf, issuer, other.chain[1]}), roots),
              "certificate 3 is not the issuer of the one before it");
    EXPECT_EQ(refusal_of_chain(der_of({leaf, issuer, made.root}), roots), "");
    EXPECT_EQ(refusal_of_chain({}, roots), "the signature has no certificate");
}

TEST(CertificateChain, TheSignerMustBeAllowedToSign) {
    EXPECT_EQ(refusal_of_made({.key_usage = nullptr}), "");
    EXPECT_EQ(refusal_of_made({.extended_key_usage = nullptr}), "");
    EXPECT_EQ(refusal_of_made({.key_usage = "critical,keyAgreement"}), "");
    const std::string reason =
        refusal_of_made({.key_usage = "critical,keyAgreement", .extended_key_usage = "serverAuth"});
    EXPECT_TRUE(reason.starts_with("the signer's certificate does not allow signing")) << reason;
    EXPECT_NE(refusal_of_made({.key_usage = nullptr, .extended_key_usage = nullptr}), "");
}

TEST(CertificateChain, AnIssuerMustBeAllowedToIssue) {
    EXPECT_NE(refusal_of_made({.has_bad_issuer = true}), "");
}

TEST(CertificateChain, OtherKeysAreRefused) {
    EXPECT_EQ(refusal_of_made({.curve = "P-521"}), "");
    const std::string reason =
        "the signer's certificate has no elliptic key on P-256, P-384 or P-521";
    EXPECT_EQ(refusal_of_made({.curve = ""}), reason);
    EXPECT_EQ(refusal_of_made({.curve = "secp256k1"}), reason);
}

TEST(CertificateChain, ValidityIsCheckedAtTheBeginningOrNow) {
    const CertificateTraits expired{.first_day = -10, .last_day = -5};
    EXPECT_EQ(refusal_of_made(expired), "");
    const std::string reason = refusal_of_made(expired, {true, now()});
    EXPECT_NE(reason.find("certificate has expired"), reason.npos) << reason;
    EXPECT_EQ(refusal_of_made({}, {true, now()}), "");
    const CertificateTraits early{.first_day = 5, .last_day = 10};
    EXPECT_NE(refusal_of_made(early, {true, now()}), "");
}

TEST(CertificateChain, DamagedBytesAreNoCertificates) {
    const SigningCertificates made = test::make_signing_certificates();
    const auto roots = der_of({made.root});
    auto chain = der_of(made.chain);
    chain[0] += '\0';
    EXPECT_EQ(refusal_of_chain(chain, roots), "certificate 1 is not an X.509 certificate in DER");
    chain[0] = "";
    EXPECT_EQ(refusal_of_chain(chain, roots), "certificate 1 is not an X.509 certificate in DER");
    chain[0] = std::string(certificate_size_limit + 1, '0');
    EXPECT_THROW(verify_chain(chain, roots, {}), Refused);
}

TEST(CertificatePem, AllCertificatesAreRead) {
    const SigningCertificates made = test::make_signing_certificates();
    EXPECT_EQ(certificates_of_pem("a\n" + made.root + "b\n" + made.chain[0]).size(), 2u);
    EXPECT_THROW(certificates_of_pem(""), Refused);
    EXPECT_THROW(certificates_of_pem(made.key), Refused);
    EXPECT_THROW(certificates_of_pem(std::string(root_file_limit + 1, ' ')), Refused);
    std::string damaged = made.root + made.chain[0];
    damaged[made.root.size() + 60] = '!';
    EXPECT_THROW(certificates_of_pem(damaged), Refused);
}

}  // namespace
}  // namespace onnxhub
