// SPDX-License-Identifier: Apache-2.0
#include "tests/support/signing_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace onnxhub::test {
namespace {

constexpr long seconds_of_day = 24L * 60 * 60;

struct FreeCertificate {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeCertificate>;
using OwnedCertificate = std::unique_ptr<X509, FreeCertificate>;

void must(bool is_good) {
    if (!is_good) throw std::runtime_error("the certificates can't be made");
}

void extend(X509* certificate, X509* issuer, int id, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, FreeCertificate> extension(
        X509V3_EXT_conf_nid(nullptr, &context, id, value));
    must(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

OwnedCertificate begin_certificate(const char* name, EVP_PKEY* key, X509* issuer, long serial) {
    OwnedCertificate certificate(X509_new());
    must(certificate != nullptr);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -30 * seconds_of_day);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 30 * seconds_of_day);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), issuer ? X509_get_subject_name(issuer) : subject);
    X509_set_pubkey(certificate.get(), key);
    extend(certificate.get(), issuer ? issuer : certificate.get(), NID_subject_key_identifier,
           "hash");
    if (issuer) extend(certificate.get(), issuer, NID_authority_key_identifier, "keyid:always");
    return certificate;
}

template <class Write>
std::string written(Write write) {
    const std::unique_ptr<BIO, FreeCertificate> bio(BIO_new(BIO_s_mem()));
    must(bio && write(bio.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    return written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

}  // namespace

SigningCertificates make_signing_certificates(const CertificateTraits& traits) {
    const Key root_key(EVP_EC_gen("P-256"));
    const Key issuer_key(EVP_EC_gen("P-256"));
    const Key key(*traits.curve ? EVP_EC_gen(traits.curve) : EVP_RSA_gen(2048));
    must(root_key && issuer_key && key);
    const auto root = begin_certificate("root", root_key.get(), nullptr, 1);
    extend(root.get(), root.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(root.get(), root.get(), NID_key_usage, "critical,keyCertSign");
    must(X509_sign(root.get(), root_key.get(), EVP_sha256()) > 0);
    const auto issuer = begin_certificate("issuer", issuer_key.get(), root.get(), 2);
    extend(issuer.get(), root.get(), NID_basic_constraints,
           traits.has_bad_issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    must(X509_sign(issuer.get(), root_key.get(), EVP_sha256()) > 0);
    const auto leaf = begin_certificate("signer", key.get(), issuer.get(), 3);
    if (traits.key_usage) extend(leaf.get(), issuer.get(), NID_key_usage, traits.key_usage);
    if (traits.extended_key_usage) {
        extend(leaf.get(), issuer.get(), NID_ext_key_usage, traits.extended_key_usage);
    }
    X509_gmtime_adj(X509_getm_notBefore(leaf.get()), traits.first_day * seconds_of_day);
    X509_gmtime_adj(X509_getm_notAfter(leaf.get()), traits.last_day * seconds_of_day);
    must(X509_sign(leaf.get(), issuer_key.get(), EVP_sha256()) > 0);
    return {pem_of(root.get()), {pem_of(leaf.get()), pem_of(issuer.get())}, written([&](BIO* bio) {
                return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                                     nullptr);
            })};
}

}  // namespace onnxhub::test
