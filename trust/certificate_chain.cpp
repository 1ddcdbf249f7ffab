// SPDX-License-Identifier: Apache-2.0
#include "trust/certificate_chain.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <new>
#include <optional>
#include <utility>

#include "trust/openssl/openssl_handle.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

using Certificate = OpensslHandle<X509>;

std::string der_of(X509* certificate) {
    const auto bio = writing_bio();
    if (i2d_X509_bio(bio.get(), certificate) != 1) throw std::bad_alloc();
    return text_of(bio.get());
}

/// Only the encoding that OpenSSL writes again is accepted, without bytes after it.
Certificate parse_certificate(std::string_view der, const std::string& what) {
    if (der.size() > certificate_size_limit) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("{} has more than {} bytes", what, certificate_size_limit));
    }
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* const end = at + der.size();
    Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    if (!certificate || at != end || der_of(certificate.get()) != der) {
        throw Refused(RefusalKind::certificate, what + " is not an X.509 certificate in DER");
    }
    return certificate;
}

/// Nothing when it cannot be expressed.
std::optional<std::int64_t> seconds_of(const ASN1_TIME* time) {
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> epoch(ASN1_TIME_set(nullptr, 0),
                                                                      &ASN1_TIME_free);
    int days = 0;
    int seconds = 0;
    if (!epoch || !time || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) {
        return std::nullopt;
    }
    return std::int64_t{days} * 24 * 60 * 60 + seconds;
}

bool may_sign(X509* certificate) {
    const std::uint32_t absent = UINT32_MAX;
    const std::uint32_t usage = X509_get_key_usage(certificate);
    if (usage != absent && (usage & KU_DIGITAL_SIGNATURE) != 0) return true;
    const std::uint32_t extended = X509_get_extended_key_usage(certificate);
    return extended != absent && (extended & XKU_CODE_SIGN) != 0;
}

OpensslHandle<X509_STORE> store_of(const std::vector<std::string>& roots) {
    OpensslHandle<X509_STORE> store(X509_STORE_new());
    if (!store) throw std::bad_alloc();
    for (const std::string& root : roots) {
        const Certificate certificate = parse_certificate(root, "a trusted certificate");
        if (X509_STORE_add_cert(store.get(), certificate.get()) != 1) throw std::bad_alloc();
    }
    return store;
}

/// SHA-1 and keys below 80 bits of security are not accepted (X509_VERIFY_PARAM_set_auth_level(3)).
constexpr int security_level = 1;

class ChainCheck {
public:
    ChainCheck(const std::vector<std::string>& chain, const std::vector<std::string>& roots)
        : store_(store_of(roots)), others_(sk_X509_new_null()), context_(X509_STORE_CTX_new()) {
        if (!others_ || !context_) throw std::bad_alloc();
        for (std::size_t i = 0; i < chain.size(); ++i) {
            listed_.push_back(parse_certificate(chain[i], fmt::format("certificate {}", i + 1)));
            if (i > 0 && sk_X509_push(others_.get(), listed_.back().get()) == 0) {
                throw std::bad_alloc();
            }
        }
    }

    PublicKey run(const ValidityTime& time) {
        X509* signer = listed_.front().get();
        if (X509_STORE_CTX_init(context_.get(), store_.get(), signer, others_.get()) != 1) {
            throw std::bad_alloc();
        }
        X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context_.get());
        X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
        X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(chain_length_limit));
        X509_VERIFY_PARAM_set_time(parameters, time_of_check(signer, time));
        if (X509_verify_cert(context_.get()) != 1) fail();
        require_that_all_are_used();
        if (!may_sign(signer)) {
            throw Refused(RefusalKind::certificate,
                          "the signer's certificate does not allow signing: it has neither the key "
                          "usage digitalSignature nor the extended key usage codeSigning");
        }
        return key_of(signer);
    }

    static PublicKey key_of(X509* certificate) {
        std::shared_ptr<EVP_PKEY> key(X509_get_pubkey(certificate), FreeOpenssl());
        ERR_clear_error();
        if (!curve_of(key.get())) {
            throw Refused(RefusalKind::certificate,
                          "the signer's certificate has no elliptic key on P-256, P-384 or P-521");
        }
        return PublicKey(std::move(key));
    }

private:
    static time_t time_of_check(X509* signer, const ValidityTime& time) {
        if (time.is_strict) return static_cast<time_t>(time.now);
        const auto begin = seconds_of(X509_get0_notBefore(signer));
        if (!begin) {
            throw Refused(RefusalKind::certificate,
                          "the signer's certificate has no valid time in notBefore");
        }
        return static_cast<time_t>(*begin);
    }

    [[noreturn]] void fail() {
        const int error = X509_STORE_CTX_get_error(context_.get());
        const int depth = X509_STORE_CTX_get_error_depth(context_.get());
        ERR_clear_error();
        throw Refused(RefusalKind::certificate,
                      fmt::format("the certificates are not accepted: {} (certificate {} of the "
                                  "chain)",
                                  X509_verify_cert_error_string(error), depth + 1));
    }

    /// Unused certificates would be bytes that no signature protects.
    void require_that_all_are_used() {
        const STACK_OF(X509)* used = X509_STORE_CTX_get0_chain(context_.get());
        for (std::size_t i = 0; i < listed_.size(); ++i) {
            const auto at = static_cast<int>(i);
            if (at < sk_X509_num(used) &&
                X509_cmp(sk_X509_value(used, at), listed_[i].get()) == 0) {
                continue;
            }
            throw Refused(
                RefusalKind::certificate,
                fmt::format("certificate {} is not the issuer of the one before it", i + 1));
        }
    }

    OpensslHandle<X509_STORE> store_;
    std::vector<Certificate> listed_;
    OpensslHandle<STACK_OF(X509)> others_;
    OpensslHandle<X509_STORE_CTX> context_;
};

}  // namespace

std::vector<std::string> certificates_of_pem(std::string_view text) {
    if (text.size() > root_file_limit) {
        throw Refused(RefusalKind::too_large, "is too large for certificates");
    }
    const auto bio = reading_bio(text);
    std::vector<std::string> found;
    while (true) {
        const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!certificate) break;
        found.push_back(der_of(certificate.get()));
    }
    const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!is_at_end || found.empty()) {
        throw Refused(RefusalKind::certificate,
                      found.empty()
                          ? "has no certificate in PEM (\"-----BEGIN CERTIFICATE-----\")"
                          : fmt::format("has a damaged certificate after {}", found.size()));
    }
    return found;
}

PublicKey key_of_certificate(std::string_view der) {
    return ChainCheck::key_of(parse_certificate(der, "the signer's certificate").get());
}

void require_issuers(const std::vector<std::string>& chain) {
    Certificate before;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        Certificate issuer = parse_certificate(chain[i], fmt::format("certificate {}", i + 1));
        const bool is_issuer =
            !before || (X509_check_issued(issuer.get(), before.get()) == X509_V_OK &&
                        X509_verify(before.get(), X509_get0_pubkey(issuer.get())) == 1);
        ERR_clear_error();
        if (!is_issuer) {
            throw Refused(RefusalKind::certificate,
                          fmt::format("its certificate {} is not the issuer of the one before it; "
                                      "order them from the signer's to the root",
                                      i + 1));
        }
        before = std::move(issuer);
    }
}

PublicKey verify_chain(const std::vector<std::string>& chain, const std::vector<std::string>& roots,
                       const ValidityTime& time) {
    if (chain.empty()) throw Refused(RefusalKind::certificate, "the signature has no certificate");
    return ChainCheck(chain, roots).run(time);
}

}  // namespace onnxhub
